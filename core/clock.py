"""Time: one clock that can be replaced, always aware UTC, shown in the brand's zone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

BRAND_ZONE = ZoneInfo("Asia/Shanghai")

Now = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def from_epoch(seconds: float) -> datetime:
    """Aware UTC time of a Unix time in seconds (WeChat's CreateTime)."""
    return datetime.fromtimestamp(seconds, UTC)


def monotonic_s() -> float:
    """Seconds of a clock that never goes back; for deadlines and leases inside one process."""
    return time.monotonic()


def local(moment: datetime, zone: ZoneInfo = BRAND_ZONE) -> str:
    """``2026-11-22 19:30`` in the brand's zone, for people to read."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
