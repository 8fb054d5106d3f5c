"""Is this way open to this person now? Asked of each option in turn; what an open window gives is told with the yes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from core.channels import Channel
from core.reasons import Reason
from delivery.policy.answer import Check, WindowUse
from delivery.policy.question import Facts, Opening, Option
from delivery.policy.windows import LENGTHS, LIMITS, WindowKind


class Way(NamedTuple):
    """An option's check, and the window it would use where it needs one."""

    check: Check
    window: WindowUse | None = None


def find_way(option: Option, facts: Facts) -> Way:
    """Whether this option is open."""
    channel = option.channel
    if channel is Channel.GUIDE_TASK:
        return _yes(channel) if facts.has_guide else _no(channel, Reason.NO_GUIDE)
    if channel.account_kind is not facts.account_kind:
        return _no(channel, Reason.MISCONFIGURED, account=facts.account_kind)
    if facts.has_left:
        return _no(channel, Reason.NOT_FOLLOWING)
    if channel.needs_window:
        return _through_window(channel, facts)
    if channel.needs_grant:
        left = facts.grants.get(option.template_id, 0)
        figures = {"template": option.template_id, "left": left}
        return _yes(channel, **figures) if left > 0 else _no(channel, Reason.NO_GRANT, **figures)
    return _yes(channel)


class _Window(NamedTuple):
    open_until: datetime
    used: int
    use: WindowUse


def _through_window(channel: Channel, facts: Facts) -> Way:
    """Takes from the window that ends first, as WeChat does: what is left of the longer one can wait."""
    windows = sorted(_windows(facts), key=lambda window: window.open_until)
    still_open = [window for window in windows if facts.at < window.open_until]
    for window in still_open:
        if window.used < window.use.limit:
            return Way(Check("channel", True, _figures(channel, window)), window.use)
    if still_open:
        return Way(Check("channel", False, _figures(channel, still_open[-1]), Reason.WINDOW_USED_UP))
    return _no(channel, Reason.WINDOW_CLOSED, open_until=windows[-1].open_until if windows else None)


def _windows(facts: Facts) -> Iterator[_Window]:
    opened: tuple[tuple[WindowKind, Opening | None], ...] = (
        (WindowKind.MESSAGE, facts.message),
        (WindowKind.ACT, facts.act),
    )
    for kind, opening in opened:
        if opening is not None and facts.account_kind is not None:
            use = WindowUse(kind, opening.opened_by, LIMITS[facts.account_kind, kind])
            yield _Window(opening.at + LENGTHS[kind], opening.used, use)


def _figures(channel: Channel, window: _Window) -> dict[str, Any]:
    return {
        "channel": channel.value,
        "opened_by": window.use.kind.value,
        "open_until": window.open_until,
        "used": window.used,
        "limit": window.use.limit,
    }


def _yes(channel: Channel, **figures: Any) -> Way:
    return Way(Check("channel", True, {"channel": channel.value, **figures}))


def _no(channel: Channel, reason: Reason, **figures: Any) -> Way:
    return Way(Check("channel", False, {"channel": channel.value, **figures}, reason))
