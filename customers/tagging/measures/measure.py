"""What a measure is, and what a kind of measure says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Measure(NamedTuple):
    """One measure a customer stated. ``value`` is as a card shows it, at most 32 characters.

    ``low`` and ``high`` bound it in ``unit``, both included; one side open is None, both where it is no number.
    ``subject`` is whose it is where that is not the customer.
    """

    name: str
    start: int
    end: int
    value: str
    low: float | None
    high: float | None
    unit: str
    subject: str


class Found(NamedTuple):
    """A measure at its place in the folded text, before anybody asked whose it is."""

    start: int
    end: int
    value: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of measure, named after its file.

    ``title`` is for staff. ``cues`` are folded words of which a text must hold one before ``find`` is asked to read it.
    """

    title: str
    unit: str
    cues: tuple[str, ...]
    find: Callable[[str], Iterator[Found]]
