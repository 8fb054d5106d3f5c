"""Finds the kinds of measure by folder; a wrong file stops the start, named."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import MappingProxyType, ModuleType

from core.errors import Invalid
from customers.tagging.measures import kinds
from customers.tagging.measures.measure import Kind


def discover(package: ModuleType) -> dict[str, Kind]:
    """Every kind of a folder by its file's name; files that begin with ``_`` are none."""
    found: dict[str, Kind] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        kind = getattr(module, "KIND", None)
        if not isinstance(kind, Kind):
            raise Invalid(module.__name__, "has no KIND", "define one, or begin the file's name with _")
        if not kind.cues or not all(kind.cues):
            raise Invalid(module.__name__, "its KIND has no cues", "name words that every such measure holds one of")
        found[module_info.name] = kind
    return found


@lru_cache(maxsize=1)
def all_kinds() -> MappingProxyType[str, Kind]:
    """The kinds there are, by name."""
    return MappingProxyType(discover(kinds))
