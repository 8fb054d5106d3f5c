"""CreateTime of each push: whole seconds, never equal for two identical events of one person."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from simulator.actions import Action


class Timestamps:
    """Counts in real time ("now") or over a virtual day that ends when playing starts ("day")."""

    def __init__(self, mode: str, actions: Sequence[Action], now: Callable[[], float]) -> None:
        self._now = now
        self._opening = now() - max((action.at_s for action in actions), default=0.0) if mode == "day" else None
        self._last: dict[str, int] = {}
        self._seen: set[tuple[str, int, str]] = set()

    def stamp(self, action: Action) -> int:
        """Seconds since 1970. Identical events are told apart by their second alone, so a twin gets the next one."""
        created = int(self._now() if self._opening is None else self._opening + action.at_s)
        last = self._last.get(action.openid, 0)
        if action.same_second and last:
            created = last
        elif action.late and self._opening is None and last:
            created = last - 1
        shape = json.dumps(action.fragment, ensure_ascii=False, sort_keys=True)
        is_event = action.fragment.get("MsgType") == "event"
        while is_event and (action.openid, created, shape) in self._seen:
            created += 1
        if is_event:
            self._seen.add((action.openid, created, shape))
        self._last[action.openid] = max(created, last)
        return created
