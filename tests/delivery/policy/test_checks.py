"""What is asked of every message, in order, and what each answer tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.channels import Channel, ContactClass
from core.reasons import Reason
from delivery.policy import Option
from tests.delivery.policy.known import AT, FREE, RULES, ask, checks_of

NIGHT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
"""Half past ten in the evening in Shanghai."""

SECOND = timedelta(seconds=1)

REFUSALS: list[tuple[str, dict[str, Any], Reason]] = [
    ("in_time", {"expires_at": AT}, Reason.EXPIRED),
    ("not_erased", {"is_erased": True}, Reason.ERASED),
    ("following", {"has_left": True}, Reason.NOT_FOLLOWING),
    ("still_true", {"is_untrue": True}, Reason.NO_LONGER_TRUE),
    ("consent", {"has_withdrawn": True}, Reason.CONSENT_WITHDRAWN),
    ("holdout", {"is_held_out": True}, Reason.HELD_OUT),
    ("quiet_hours", {"zone": ZoneInfo("America/New_York")}, Reason.QUIET_HOURS),
    ("cap", {"cap_free_at": AT + SECOND}, Reason.CAPPED),
    ("channel", {"message": None}, Reason.WINDOW_CLOSED),
]
"""Every check with what makes it say no, in the order they are asked."""

named = pytest.mark.parametrize(("name", "change", "reason"), REFUSALS, ids=[name for name, _, _ in REFUSALS])


def test_message_that_nothing_speaks_against_goes_by_its_option() -> None:
    decision = ask()
    assert (decision.choice, decision.reason, decision.again_at) == (0, None, None)
    assert [check.name for check in decision.checks] == [name for name, _, _ in REFUSALS]
    assert all(check.is_passed and check.reason is None for check in decision.checks)


@named
def test_each_check_alone_stops_a_message(name: str, change: dict[str, Any], reason: Reason) -> None:
    decision = ask(**change)
    assert (decision.choice, decision.reason) == (None, reason)
    assert [check.name for check in decision.checks if not check.is_passed] == [name]
    assert decision.checks[-1].reason is reason
    assert (decision.window, decision.grant, decision.needs_slot) == (None, None, False)


@pytest.mark.parametrize("first", range(len(REFUSALS)), ids=[name for name, _, _ in REFUSALS])
def test_first_no_ends_the_questions(first: int) -> None:
    """Everything from this check on says no: only this one is heard."""
    changes: dict[str, Any] = {}
    for _, change, _ in REFUSALS[first:]:
        changes.update(change)
    decision = ask(**changes)
    assert decision.reason is REFUSALS[first][2]
    assert [check.name for check in decision.checks] == [name for name, _, _ in REFUSALS[: first + 1]]


@pytest.mark.parametrize("contact_class", [ContactClass.CARE, ContactClass.MARKETING])
@pytest.mark.parametrize(("change", "reason"), [(change, reason) for _, change, reason in REFUSALS[4:7]])
def test_care_and_marketing_are_held_back_alike(
    contact_class: ContactClass, change: dict[str, Any], reason: Reason
) -> None:
    assert ask(contact_class=contact_class, **change).reason is reason


@named
def test_service_is_exempt_from_what_the_brand_decides(name: str, change: dict[str, Any], reason: Reason) -> None:
    decision = ask(contact_class=ContactClass.SERVICE, **change)
    if name in ("consent", "holdout", "quiet_hours", "cap"):
        assert decision.choice == 0 and not decision.needs_slot
        assert checks_of(decision, name)[0].figures == {"exempt": "service"}
    else:
        assert decision.reason is reason


def test_message_may_leave_until_the_moment_it_expires() -> None:
    assert ask(expires_at=AT + SECOND).choice == 0
    assert ask(expires_at=AT).reason is Reason.EXPIRED
    assert checks_of(ask(), "in_time")[0].figures == {"expires_at": FREE.expires_at}


def test_who_left_may_still_hear_from_their_guide() -> None:
    both = (Option(Channel.CUSTOM), Option(Channel.GUIDE_TASK))
    decision = ask(has_left=True, has_guide=True, options=both)
    assert decision.choice == 1
    assert checks_of(decision, "following")[0].figures == {"has_left": True, "needed": False}
    assert [check.reason for check in checks_of(decision, "channel")] == [Reason.NOT_FOLLOWING, None]


# ── quiet hours ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_night_waits_for_the_morning_and_tells_the_hours() -> None:
    decision = ask(at=NIGHT)
    assert decision.reason is Reason.QUIET_HOURS
    assert decision.again_at == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert decision.checks[-1].figures == {"local": "2026-11-22T22:30+08:00", "from": "21:00", "until": "09:00"}
    assert ask(at=decision.again_at).choice == 0


def test_it_is_the_customers_night_that_counts() -> None:
    assert ask(at=NIGHT, zone=ZoneInfo("Europe/Paris")).choice == 0
    assert ask(at=AT, zone=ZoneInfo("Europe/Paris")).reason is Reason.QUIET_HOURS


def test_a_minute_before_midnight_on_new_years_eve_waits_until_nine_in_the_new_year() -> None:
    """2027-02-05 is 除夕."""
    eve = datetime(2027, 2, 5, 15, 59, tzinfo=UTC)
    decision = ask(at=eve, expires_at=eve + timedelta(days=1), contact_class=ContactClass.CARE)
    assert decision.reason is Reason.QUIET_HOURS
    assert decision.checks[-1].figures["local"] == "2027-02-05T23:59+08:00"
    assert decision.again_at == datetime(2027, 2, 6, 1, 0, tzinfo=UTC)


def test_brand_without_quiet_hours_writes_at_night() -> None:
    assert ask(replace(RULES, quiet_from=time(9), quiet_until=time(9)), at=NIGHT).reason is not Reason.QUIET_HOURS


# ── cap ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_full_cap_tells_when_the_next_may_go() -> None:
    free_at = AT + timedelta(days=3)
    decision = ask(cap_free_at=free_at)
    assert (decision.reason, decision.again_at) == (Reason.CAPPED, free_at)
    assert decision.checks[-1].figures == {"cap": 2, "days": 7, "free_at": free_at}


def test_cap_that_frees_at_night_lets_the_next_go_in_the_morning() -> None:
    assert ask(cap_free_at=NIGHT).again_at == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_cap_is_free_at_the_moment_its_slot_ends() -> None:
    decision = ask(cap_free_at=AT)
    assert decision.choice == 0 and decision.needs_slot


def test_cap_of_none_means_nothing_of_the_class_goes_ever() -> None:
    decision = ask(replace(RULES, caps={ContactClass.MARKETING: 0}))
    assert (decision.reason, decision.again_at) == (Reason.CAPPED, None)


def test_class_without_a_cap_takes_no_slot() -> None:
    decision = ask(contact_class=ContactClass.CARE, cap_free_at=AT + SECOND)
    assert decision.choice == 0 and not decision.needs_slot
    assert checks_of(decision, "cap")[0].figures == {"cap": None}
    assert ask(replace(RULES, caps={})).choice == 0


def test_holdout_tells_its_share() -> None:
    assert checks_of(ask(), "holdout")[0].figures == {"percent": 10}


# ── what is kept of it ───────────────────────────────────────────────────────────────────────────────────────────
def test_refusal_is_told_with_reason_and_figures() -> None:
    assert ask(expires_at=AT).told() == [
        {"name": "in_time", "is_passed": False, "reason": "expired", "expires_at": "2026-11-22T04:00:00+00:00"}
    ]


def test_yes_is_told_without_a_reason() -> None:
    told = ask().told()
    assert [each["name"] for each in told] == [name for name, _, _ in REFUSALS]
    assert not any("reason" in each for each in told)


def test_facts_do_not_show_the_person() -> None:
    assert "oA" not in repr(FREE)
