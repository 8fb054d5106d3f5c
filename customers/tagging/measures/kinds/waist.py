"""Waist: ``腰围2尺1``, ``腰围70``."""

from __future__ import annotations

from customers.tagging.measures.kinds._girth import girth
from customers.tagging.measures.measure import Kind

KIND = Kind("腰围", "cm", ("腰",), girth("腰围|腰", 40.0, 160.0))
