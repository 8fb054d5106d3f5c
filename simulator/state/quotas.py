"""Calls per app id and API: per day, reset at 00:00 China time, per minute and per second."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.refusals import Refusal
from simulator.state.knobs import Knobs

CHINA_S = 8 * 3600
CLEARS_PER_MONTH = 10
_UNLIMITED = 5_000_000
_ALL = "*"

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
    "/cgi-bin/media/upload": 100_000,
    "/wxa/generate_urllink": 500_000,
}
MINUTELY = {"/cgi-bin/stable_token": 10_000, "/wxa/getwxacodeunlimit": 5_000}


@dataclass(slots=True)
class Quotas:
    """Counts what one app id used today, this minute and this second, and keeps when each call came."""

    clock: Callable[[], float]
    knobs: Knobs
    used: Counter[str] = field(default_factory=Counter)
    used_this_minute: Counter[str] = field(default_factory=Counter)
    used_this_second: Counter[str] = field(default_factory=Counter)
    came_at: dict[str, array[float]] = field(default_factory=lambda: defaultdict(lambda: array("d")))
    day: int = 0
    minute: int = 0
    second: int = 0
    clears: list[float] = field(default_factory=list)

    def use(self, path: str) -> None:
        """Counts a call; raises 45009 (the day's are used) or 45011 (this minute's or this second's are)."""
        now = self._turn_page()
        self.came_at[path].append(now)
        if self.used[path] >= self.daily_limit(path) or _is_full(self.used, self.knobs.daily_limits):
            raise Refusal(45009)
        if self.used_this_minute[path] >= self.minute_limit(path):
            raise Refusal(45011)
        if _is_full(self.used_this_minute, self.knobs.minute_limits):
            raise Refusal(45011)
        limits = self.knobs.second_limits
        if self.used_this_second[path] >= limits.get(path, _UNLIMITED) or _is_full(self.used_this_second, limits):
            raise Refusal(45011)
        for used in (self.used, self.used_this_minute, self.used_this_second):
            used[path] += 1
            used[_ALL] += 1

    def daily_limit(self, path: str) -> int:
        return self.knobs.daily_limits.get(path, DAILY.get(path, _UNLIMITED))

    def minute_limit(self, path: str) -> int:
        return self.knobs.minute_limits.get(path, MINUTELY.get(path, _UNLIMITED))

    def used_today(self, path: str) -> int:
        self._turn_page()
        return self.used[path]

    def rates(self) -> dict[str, dict[str, Any]]:
        """By path: ``calls`` that came (refused ones too), ``from`` and ``to`` (Unix seconds of the first and last),
        ``peak_per_second`` (of the clock), ``peak_within_second`` (any span of one second), ``peak_per_minute``."""
        return {path: _rates(times) for path, times in self.came_at.items() if times}

    def clear(self) -> None:
        """Empties the day's counts; raises 48006 at the eleventh time in 30 days."""
        now = self.clock()
        self.clears = [at for at in self.clears if at > now - 30 * 86400]
        if len(self.clears) >= CLEARS_PER_MONTH:
            raise Refusal(48006)
        self.clears.append(now)
        self.used.clear()

    def _turn_page(self) -> float:
        now = self.clock()
        if (day := int((now + CHINA_S) // 86400)) != self.day:
            self.day = day
            self.used.clear()
        if (minute := int(now // 60)) != self.minute:
            self.minute = minute
            self.used_this_minute.clear()
        if (second := int(now)) != self.second:
            self.second = second
            self.used_this_second.clear()
        return now


def _is_full(used: Counter[str], limits: Mapping[str, int]) -> bool:
    """Whether all calls together reached what the app id may make."""
    return _ALL in limits and used[_ALL] >= limits[_ALL]


def _rates(times: array[float]) -> dict[str, Any]:
    first, peak_within = 0, 0
    for number, at in enumerate(times):
        while times[first] <= at - 1.0:
            first += 1
        peak_within = max(peak_within, number - first + 1)
    return {
        "calls": len(times),
        "from": times[0],
        "to": times[-1],
        "peak_per_second": max(Counter(int(at) for at in times).values()),
        "peak_within_second": peak_within,
        "peak_per_minute": max(Counter(int(at // 60) for at in times).values()),
    }
