"""May this message go to this person now? A pure function over facts; its answer stays on the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.channels import Channel
from core.reasons import Reason

MESSAGE_WINDOW = timedelta(hours=48)
"""How long customer-service messages may follow a customer's message (WeChat)."""

ACT_WINDOW = timedelta(minutes=1)
"""How long they may follow a follow, a scan, a menu tap or entering a mini program's chat (WeChat)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the moment of sending. The last acts are None where there was none within the window."""

    at: datetime
    expires_at: datetime
    channel: str
    openid: str = field(repr=False)
    is_erased: bool
    has_left: bool
    last_message_at: datetime | None
    last_act_at: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """One question asked, with the figures it was decided by; ``reason`` is what a no is called."""

    name: str
    is_passed: bool
    reason: Reason
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """``reason`` is None where the message may go. The checks end with the first that said no."""

    reason: Reason | None
    checks: tuple[Check, ...]


def decide(facts: Facts) -> Decision:
    """Asks every check in order until one says no."""
    asked: list[Check] = []
    for ask in _CHECKS:
        check = ask(facts)
        asked.append(check)
        if not check.is_passed:
            return Decision(check.reason, tuple(asked))
    return Decision(None, tuple(asked))


def _in_time(facts: Facts) -> Check:
    return Check("in_time", facts.at < facts.expires_at, Reason.EXPIRED, {"expires_at": facts.expires_at})


def _not_erased(facts: Facts) -> Check:
    return Check("not_erased", not facts.is_erased, Reason.ERASED, {})


def _following(facts: Facts) -> Check:
    return Check("following", not facts.has_left, Reason.NOT_FOLLOWING, {})


def _window(facts: Facts) -> Check:
    if facts.channel not in (Channel.CUSTOM, Channel.MINI_CUSTOM):
        return Check("window", True, Reason.WINDOW_CLOSED, {"needed": False})
    windows = [
        (since + length, name)
        for since, length, name in (
            (facts.last_message_at, MESSAGE_WINDOW, "message"),
            (facts.last_act_at, ACT_WINDOW, "act"),
        )
        if since is not None
    ]
    if not windows:
        return Check("window", False, Reason.WINDOW_CLOSED, {"open_until": None})
    until, opened_by = max(windows)
    figures = {"open_until": until, "opened_by": opened_by}
    return Check("window", facts.at < until, Reason.WINDOW_CLOSED, figures)


_CHECKS: tuple[Callable[[Facts], Check], ...] = (_in_time, _not_erased, _following, _window)
