"""The ways a message leaves the house."""

from __future__ import annotations

from enum import StrEnum

from core.accounts import AccountKind


class Channel(StrEnum):
    """A way out, as it stands on delivery rows."""

    CUSTOM = "custom"
    MINI_CUSTOM = "mini_custom"


def customer_service(kind: AccountKind) -> Channel:
    """The customer-service channel of this kind of account."""
    return Channel.MINI_CUSTOM if kind is AccountKind.MINI_PROGRAM else Channel.CUSTOM
