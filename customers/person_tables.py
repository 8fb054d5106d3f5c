"""The tables that know a person: how each forgets one, and how the rows of two become one's.

A table that points to a customer or an identity, directly or through others, registers here; tests fail naming one
that does not. Rooms above (orders, coupons) register their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasing:
    """What is to be forgotten.

    ``customer_id`` is the person the identities belonged to. ``is_whole`` means that nothing of the person stays;
    otherwise the person goes on without these identities, which then belong to ``heir_id``, an anonymous customer.
    """

    identity_ids: tuple[int, ...]
    customer_id: int
    is_whole: bool
    heir_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Folding:
    """Two customers that are one person."""

    kept_id: int
    folded_id: int
    at: datetime


Erase = Callable[[Erasing], Awaitable[None]]
Fold = Callable[[Folding], Awaitable[None]]

ERASERS: dict[str, Erase] = {}
FOLDERS: dict[str, Fold] = {}


def erases(table: str) -> Callable[[Erase], Erase]:
    """Registers the function by which ``table`` forgets people; they run in the order of registration."""

    def register(erase: Erase) -> Erase:
        if table in ERASERS:
            raise ValueError(f"table {table} is erased twice")
        ERASERS[table] = erase
        return erase

    return register


def folds(table: str) -> Callable[[Fold], Fold]:
    """Registers the function by which rows of ``table`` pass from a folded customer to the one that is kept."""

    def register(fold: Fold) -> Fold:
        if table in FOLDERS:
            raise ValueError(f"table {table} is folded twice")
        FOLDERS[table] = fold
        return fold

    return register
