"""Finds the kinds of measure by folder; a wrong file stops the start, named."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType, ModuleType

from core.errors import Invalid
from customers.tagging import folder
from customers.tagging.measures import kinds
from customers.tagging.measures.measure import Kind


def discover(package: ModuleType) -> dict[str, Kind]:
    """Every kind of a folder by its file's name; files that begin with ``_`` are none."""
    return folder.discover(package, "KIND", Kind, _check)


@lru_cache(maxsize=1)
def all_kinds() -> MappingProxyType[str, Kind]:
    """The kinds there are, by name."""
    return MappingProxyType(discover(kinds))


def _check(name: str, kind: Kind) -> None:
    if not kind.cues or not all(kind.cues):
        raise Invalid(name, "its KIND has no cues", "name words that every such measure holds one of")
