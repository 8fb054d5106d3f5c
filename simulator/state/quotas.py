"""Calls per app id and API: per day, reset at 00:00 China time, and per minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.refusals import Refusal
from simulator.state.knobs import Knobs

CHINA_S = 8 * 3600
CLEARS_PER_MONTH = 10
_UNLIMITED = 5_000_000

DAILY = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/get_current_selfmenu_info": 10_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
}
MINUTELY = {"/cgi-bin/stable_token": 10_000}


@dataclass(slots=True)
class Quotas:
    """Counts what one app id used today and this minute."""

    clock: Callable[[], float]
    knobs: Knobs
    used: Counter[str] = field(default_factory=Counter)
    used_this_minute: Counter[str] = field(default_factory=Counter)
    day: int = 0
    minute: int = 0
    clears: list[float] = field(default_factory=list)

    def use(self, path: str) -> None:
        """Counts a call; raises 45009 (the day's are used) or 45011 (this minute's are)."""
        self._turn_page()
        if self.used[path] >= self.daily_limit(path):
            raise Refusal(45009)
        if self.used_this_minute[path] >= self.minute_limit(path):
            raise Refusal(45011)
        self.used[path] += 1
        self.used_this_minute[path] += 1

    def daily_limit(self, path: str) -> int:
        return self.knobs.daily_limits.get(path, DAILY.get(path, _UNLIMITED))

    def minute_limit(self, path: str) -> int:
        return self.knobs.minute_limits.get(path, MINUTELY.get(path, _UNLIMITED))

    def used_today(self, path: str) -> int:
        self._turn_page()
        return self.used[path]

    def clear(self) -> None:
        """Empties the day's counts; raises 48006 at the eleventh time in 30 days."""
        now = self.clock()
        self.clears = [at for at in self.clears if at > now - 30 * 86400]
        if len(self.clears) >= CLEARS_PER_MONTH:
            raise Refusal(48006)
        self.clears.append(now)
        self.used.clear()

    def _turn_page(self) -> None:
        now = self.clock()
        if (day := int((now + CHINA_S) // 86400)) != self.day:
            self.day = day
            self.used.clear()
        if (minute := int(now // 60)) != self.minute:
            self.minute = minute
            self.used_this_minute.clear()
