"""Several rooms know whether what a message was planned for still holds: each is asked, and knows its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.ports import StillTrue


class AllStillTrue:
    """Fills ``core.ports.StillTrue`` with several: a message is untrue where one of them says so."""

    def __init__(self, *asked: StillTrue) -> None:
        self._asked = asked

    async def find_untrue(self, occurrences: Mapping[int, tuple[str, int]], at: datetime) -> set[int]:
        """Of deliveries with their (occurrence, customer id): those whose reason no longer holds."""
        untrue: set[int] = set()
        for each in self._asked:
            untrue |= await each.find_untrue(occurrences, at)
        return untrue
