"""Followers as WeChat lists them: what the import of existing followers is given, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """Up to 10,000 openids. ``next_openid`` asks for the page after; empty after the last one."""

    openids: tuple[str, ...]
    next_openid: str
    total: int


@dataclass(frozen=True, slots=True)
class Follower:
    """One person of an official account. ``unionid`` is empty while the account is not bound to an Open Platform."""

    openid: str
    unionid: str
    is_following: bool
    followed_at: datetime | None
    scene: str


class FollowerSource(Protocol):
    """Where existing followers come from: one official account."""

    async def list_followers(self, next_openid: str) -> FollowerPage:
        """The page after ``next_openid``; empty asks for the first."""

    async def user_info_batch(self, openids: Sequence[str]) -> list[Follower]:
        """Up to 100 people; raises ``Terminal`` if one openid is none of this account's."""
