"""How many customer-service messages a person may still be sent: a stock that each act of theirs refills."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from simulator.accounts import Kind
from simulator.refusals import Refusal

MESSAGE_S = 48 * 3600.0
ACT_S = 60.0


class Act(StrEnum):
    """What a person does that WeChat reacts to by itself."""

    MESSAGE = "message"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    CLICK = "click"
    ENTER = "enter"
    GRANT = "grant"
    REFUSE = "refuse"
    UNIONID = "unionid"
    SEEN = "seen"


# Sources: WeChat, "customer service message", table of numbers by kind of interaction.
_MESSAGES = 5
_SHORT = {
    (Kind.OFFICIAL_ACCOUNT, Act.FOLLOW): 3,
    (Kind.OFFICIAL_ACCOUNT, Act.SCAN): 3,
    (Kind.OFFICIAL_ACCOUNT, Act.CLICK): 3,
    (Kind.MINI_PROGRAM, Act.ENTER): 2,
}


@dataclass(slots=True)
class Share:
    """Some messages until some moment."""

    left: int = 0
    until: float = 0.0

    def is_open(self, now: float) -> bool:
        return now < self.until


@dataclass(slots=True)
class Stock:
    """The long share follows a message, the short one a tap, a scan, a follow or entering the chat."""

    long: Share = field(default_factory=Share)
    short: Share = field(default_factory=Share)

    def refill(self, kind: Kind, act: Act, now: float) -> None:
        if act is Act.MESSAGE:
            self.long = Share(_MESSAGES, now + MESSAGE_S)
        elif count := _SHORT.get((kind, act)):
            self.short = Share(count, now + ACT_S)

    def take(self, now: float) -> None:
        """Uses one message, of the share that ends first; raises 45015 (no share open) or 45047 (open but used up)."""
        open_shares = [share for share in (self.short, self.long) if share.is_open(now)]
        if not open_shares:
            raise Refusal(45015)
        usable = [share for share in open_shares if share.left > 0]
        if not usable:
            raise Refusal(45047)
        min(usable, key=lambda share: share.until).left -= 1
