"""The names WeChat gives people: an openid for each app id, one unionid across apps, ids of messages."""

from __future__ import annotations

import base64
import hashlib


def openid_of(app_id: str, seed: int, number: int) -> str:
    """The 28 characters by which an app knows person ``number`` of the day ``seed``."""
    return "o" + _letters(f"app/{app_id}", 5) + _letters(f"{app_id}/{seed}/{number}", 22)


def unionid_of(seed: int, number: int) -> str:
    """The 29 characters that all apps of one Open Platform account share for a person."""
    return "oU6_" + _letters(f"union/{seed}/{number}", 25)


def message_id(seed: int, number: int) -> int:
    """A MsgId as WeChat counts them: 64 bits, distinct for each message of a day and for each seed."""
    return 23_000_000_000_000_000 + (seed % 100_000) * 10_000_000_000 + number


def phone_of(seed: int, number: int) -> str:
    """A mobile number from a range that no operator sells (199 0000 …)."""
    return f"1990000{(seed * 7919 + number) % 10_000:04d}"


def _letters(text: str, length: int) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]
