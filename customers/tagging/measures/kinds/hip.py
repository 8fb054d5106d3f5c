"""Hip: ``臀围95``."""

from __future__ import annotations

from customers.tagging.measures.kinds._girth import girth
from customers.tagging.measures.measure import Kind

KIND = Kind("臀围", "cm", ("臀围", "屁股"), girth("臀围|屁股", 60.0, 180.0))
