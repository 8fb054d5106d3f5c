"""Finds the kinds of care rules by folder; a wrong file stops the start, named."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import MappingProxyType, ModuleType
from typing import Any

from campaigns.care import kinds
from campaigns.care.kind import Kind
from core.errors import Invalid


def discover(package: ModuleType) -> dict[str, Kind[Any]]:
    """Every kind of a folder by its file's name; files that begin with ``_`` are none."""
    found: dict[str, Kind[Any]] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        kind = getattr(module, "KIND", None)
        if not isinstance(kind, Kind):
            raise Invalid(module.__name__, "has no KIND", "define one, or begin the file's name with _")
        if kind.name != module_info.name:
            raise Invalid(module.__name__, f"its KIND is defined in {kind.name}", "define it in the file itself")
        found[kind.name] = kind
    return found


@lru_cache(maxsize=1)
def all_kinds() -> MappingProxyType[str, Kind[Any]]:
    """The kinds there are."""
    return MappingProxyType(discover(kinds))


def get_kind(name: str) -> Kind[Any]:
    """The kind of that name. Raises ``Invalid``."""
    kind = all_kinds().get(name)
    if kind is None:
        raise Invalid("kind", f"{name!r} is no kind of care", f"one of {', '.join(all_kinds())}")
    return kind
