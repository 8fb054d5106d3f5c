"""Windows for customer-service messages: each act of a customer lets so many through, counted in one row a window."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.dialect.limits import WindowRow, WindowShare, give_back_to_windows, take_from_windows, use_up_window

_NO_LIMIT_REACHES = 1_000
"""What stands as used where WeChat said that nothing is left; above every limit of a window."""


@dataclass(frozen=True, slots=True)
class WindowTake:
    """One message for a window. ``opened_by``: journal id of the act that opened it; ``limit``: its whole stock."""

    delivery_id: int
    identity_id: int
    kind: str
    opened_by: int
    limit: int

    @property
    def window(self) -> WindowRow:
        return WindowRow(self.identity_id, str(self.kind), self.opened_by)


async def take_windows(asked: Sequence[WindowTake], at: datetime) -> set[int]:
    """The ids of deliveries that got one, in the caller's transaction. At most one take of an identity."""
    by_limit: defaultdict[int, list[WindowTake]] = defaultdict(list)
    for take in asked:
        by_limit[take.limit].append(take)
    got: set[int] = set()
    for limit, takes in sorted(by_limit.items()):
        windows = await take_from_windows([take.window for take in takes], limit, at)
        got.update(take.delivery_id for take in takes if (take.identity_id, take.kind) in windows)
    return got


async def give_back_windows(takes: Sequence[WindowTake], at: datetime) -> None:
    """Counts what surely was not sent as not used, where nothing has opened the window anew; never below 0."""
    if takes:
        times = Counter(take.window for take in takes)
        await give_back_to_windows([WindowShare(*window, number) for window, number in times.items()], at)


async def use_up(identity_id: int, kind: str, opened_by: int, at: datetime) -> None:
    """WeChat let no more through (45015, 45047): nothing is left until the customer does something new."""
    await use_up_window(WindowRow(identity_id, str(kind), opened_by), _NO_LIMIT_REACHES, at)
