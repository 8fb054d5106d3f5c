"""What is asked of every message before its channels are: each check says yes or no, with its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from core.accounts import AccountKind
from core.reasons import Reason
from delivery.policy.answer import Check
from delivery.policy.question import ContactRules, Facts
from delivery.policy.quiet_hours import after_quiet, find_end

_EXEMPT = {"exempt": "service"}


def _in_time(facts: Facts, _: ContactRules) -> Check:
    figures = {"expires_at": facts.expires_at}
    return _check("in_time", facts.at < facts.expires_at, figures, Reason.EXPIRED)


def _not_erased(facts: Facts, _: ContactRules) -> Check:
    return _check("not_erased", not facts.is_erased, {}, Reason.ERASED)


def _following(facts: Facts, _: ContactRules) -> Check:
    """Asked here where no option could do without; else each option is asked for itself."""
    if not facts.has_left:
        return Check("following", True, {})
    needs = all(option.channel.account_kind is AccountKind.OFFICIAL_ACCOUNT for option in facts.options)
    return _check("following", not needs, {"has_left": True, "needed": needs}, Reason.NOT_FOLLOWING)


def _still_true(facts: Facts, _: ContactRules) -> Check:
    return _check("still_true", not facts.is_untrue, {}, Reason.NO_LONGER_TRUE)


def _consent(facts: Facts, _: ContactRules) -> Check:
    if facts.is_service:
        return Check("consent", True, _EXEMPT)
    figures = {"has_withdrawn": facts.has_withdrawn}
    return _check("consent", not facts.has_withdrawn, figures, Reason.CONSENT_WITHDRAWN)


def _holdout(facts: Facts, rules: ContactRules) -> Check:
    if facts.is_service:
        return Check("holdout", True, _EXEMPT)
    return _check("holdout", not facts.is_held_out, {"percent": rules.holdout_percent}, Reason.HELD_OUT)


def _quiet_hours(facts: Facts, rules: ContactRules) -> Check:
    if facts.is_service:
        return Check("quiet_hours", True, _EXEMPT)
    local = facts.at.astimezone(facts.zone)
    figures = {
        "local": local.isoformat(timespec="minutes"),
        "from": _clock(rules.quiet_from),
        "until": _clock(rules.quiet_until),
    }
    end = find_end(local, rules.quiet_from, rules.quiet_until)
    if end is None:
        return Check("quiet_hours", True, figures)
    return Check("quiet_hours", False, figures, Reason.QUIET_HOURS, end)


def _cap(facts: Facts, rules: ContactRules) -> Check:
    if facts.is_service:
        return Check("cap", True, _EXEMPT)
    cap, free_at = rules.caps.get(facts.contact_class), facts.cap_free_at
    if cap is None:
        return Check("cap", True, {"cap": None})
    figures = {"cap": cap, "days": rules.cap_days, "free_at": free_at}
    if cap == 0:
        return Check("cap", False, figures, Reason.CAPPED)
    if free_at is None or free_at <= facts.at:
        return Check("cap", True, figures)
    again_at = after_quiet(free_at, facts.zone, rules.quiet_from, rules.quiet_until)
    return Check("cap", False, figures, Reason.CAPPED, again_at)


def _check(name: str, is_passed: bool, figures: Mapping[str, Any], reason: Reason) -> Check:
    return Check(name, is_passed, figures, None if is_passed else reason)


def _clock(moment: time) -> str:
    return moment.isoformat(timespec="minutes")


CHECKS: tuple[Callable[[Facts, ContactRules], Check], ...] = (
    _in_time,
    _not_erased,
    _following,
    _still_true,
    _consent,
    _holdout,
    _quiet_hours,
    _cap,
)
"""In the order they are asked: from what no waiting mends to what the next morning does."""
