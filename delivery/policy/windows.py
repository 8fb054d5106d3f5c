"""Windows for customer-service messages: how long what a customer does keeps one open, and for how many messages."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from core.accounts import AccountKind


class WindowKind(StrEnum):
    """What opens a window, as it stands on window rows: words of the customer, or another act of theirs."""

    MESSAGE = "message"
    ACT = "act"


# Source of lengths and limits: WeChat, "customer service message", table of numbers by kind of interaction.
MESSAGE_WINDOW = timedelta(hours=48)
"""How long customer-service messages may follow a customer's message."""

ACT_WINDOW = timedelta(minutes=1)
"""How long they may follow a follow, a scan, a menu tap or entering a mini program's chat."""

LENGTHS = MappingProxyType({WindowKind.MESSAGE: MESSAGE_WINDOW, WindowKind.ACT: ACT_WINDOW})

LIMITS = MappingProxyType(
    {
        (AccountKind.OFFICIAL_ACCOUNT, WindowKind.MESSAGE): 5,
        (AccountKind.OFFICIAL_ACCOUNT, WindowKind.ACT): 3,
        (AccountKind.MINI_PROGRAM, WindowKind.MESSAGE): 5,
        (AccountKind.MINI_PROGRAM, WindowKind.ACT): 2,
    }
)
"""How many customer-service messages one window lets through."""

ACTS = MappingProxyType(
    {
        AccountKind.OFFICIAL_ACCOUNT: ("event.subscribe", "event.scan", "event.click"),
        AccountKind.MINI_PROGRAM: ("event.user_enter_tempsession",),
    }
)
"""Journal kinds that open the short window."""
