"""The shared access token of an app: its value, and the place where all processes keep it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An access token. ``fetched_at`` is taken before the request that got it, so it orders tokens by age."""

    token: str = field(repr=False)
    fetched_at: datetime
    expires_at: datetime

    def left_s(self, at: datetime) -> float:
        """Seconds it stays valid after ``at``; negative once it has ended."""
        return (self.expires_at - at).total_seconds()


class TokenStore(Protocol):
    """One token an app for all processes, and the right to fetch the next one."""

    async def load(self, app_id: str) -> StoredToken | None:
        """The newest stored token, perhaps already over."""

    async def claim(self, app_id: str, for_s: float) -> int | None:
        """The right to fetch, for that many seconds, as a fencing number; None while another process has it."""

    async def save(self, app_id: str, token: StoredToken, fence: int) -> bool:
        """Store a token and give up the right; False, and nothing stored, where the right was lost meanwhile."""

    async def release(self, app_id: str, fence: int) -> None:
        """Give up the right without a token."""
