"""Bust: ``胸围92``."""

from __future__ import annotations

from customers.tagging.measures.kinds._girth import girth
from customers.tagging.measures.measure import Kind

KIND = Kind("胸围", "cm", ("胸围", "上围"), girth("胸围|上胸围|上围", 60.0, 160.0))
