"""Which way is open: windows, grants, a guide; the first open one is taken, and what it takes is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.accounts import AccountKind
from core.channels import Channel
from core.errors import Invalid
from core.reasons import Reason
from delivery.policy import Opening, Option, WindowKind, WindowUse, list_options
from tests.delivery.policy.known import AT, ask, checks_of

OFFICIAL, MINI = AccountKind.OFFICIAL_ACCOUNT, AccountKind.MINI_PROGRAM
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
CUSTOM, MINI_CUSTOM = (Option(Channel.CUSTOM),), (Option(Channel.MINI_CUSTOM),)


def opened(before: timedelta, used: int = 0, opened_by: int = 1) -> Opening:
    return Opening(opened_by, AT - before, used)


# ── windows ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "options", "message", "act", "outcome"),
    [
        (OFFICIAL, CUSTOM, opened(48 * HOUR - SECOND), None, None),
        (OFFICIAL, CUSTOM, opened(48 * HOUR), None, Reason.WINDOW_CLOSED),
        (OFFICIAL, CUSTOM, opened(HOUR, used=4), None, None),
        (OFFICIAL, CUSTOM, opened(HOUR, used=5), None, Reason.WINDOW_USED_UP),
        (OFFICIAL, CUSTOM, None, opened(59 * SECOND, used=2), None),
        (OFFICIAL, CUSTOM, None, opened(59 * SECOND, used=3), Reason.WINDOW_USED_UP),
        (OFFICIAL, CUSTOM, None, opened(60 * SECOND), Reason.WINDOW_CLOSED),
        (OFFICIAL, CUSTOM, None, None, Reason.WINDOW_CLOSED),
        (MINI, MINI_CUSTOM, opened(HOUR, used=4), None, None),
        (MINI, MINI_CUSTOM, opened(HOUR, used=5), None, Reason.WINDOW_USED_UP),
        (MINI, MINI_CUSTOM, None, opened(SECOND, used=1), None),
        (MINI, MINI_CUSTOM, None, opened(SECOND, used=2), Reason.WINDOW_USED_UP),
    ],
)
def test_window_is_open_so_long_and_for_so_many(
    kind: AccountKind, options: Any, message: Opening | None, act: Opening | None, outcome: Reason | None
) -> None:
    decision = ask(account_kind=kind, options=options, message=message, act=act)
    assert decision.reason is outcome and (decision.window is None) is (outcome is not None)


def test_yes_tells_the_window_it_takes_from() -> None:
    decision = ask(message=opened(HOUR, used=3, opened_by=41))
    assert decision.window == WindowUse(WindowKind.MESSAGE, opened_by=41, limit=5)
    assert checks_of(decision, "channel")[0].figures == {
        "channel": "custom",
        "opened_by": "message",
        "open_until": AT + 47 * HOUR,
        "used": 3,
        "limit": 5,
    }


def test_window_that_ends_first_is_used_first() -> None:
    assert ask(message=opened(HOUR), act=opened(SECOND, opened_by=9)).window == WindowUse(WindowKind.ACT, 9, 3)
    nearly_over = opened(48 * HOUR - SECOND, opened_by=5)
    assert ask(message=nearly_over, act=opened(SECOND)).window == WindowUse(WindowKind.MESSAGE, 5, 5)


def test_other_window_serves_where_the_first_is_used_up_or_over() -> None:
    used_up = ask(message=opened(HOUR, opened_by=5), act=opened(SECOND, used=3))
    over = ask(message=opened(HOUR, opened_by=5), act=opened(61 * SECOND))
    assert used_up.window == over.window == WindowUse(WindowKind.MESSAGE, 5, 5)


def test_no_tells_whether_the_window_is_over_or_used_up() -> None:
    over = ask(message=opened(49 * HOUR)).checks[-1]
    assert (over.reason, over.figures) == (
        Reason.WINDOW_CLOSED,
        {"channel": "custom", "open_until": AT - HOUR},
    )
    used_up = ask(message=opened(HOUR, used=5), act=opened(SECOND, used=3)).checks[-1]
    assert used_up.reason is Reason.WINDOW_USED_UP
    assert (used_up.figures["opened_by"], used_up.figures["used"]) == ("message", 5)


# ── grants, templates, guides ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "channel"), [(OFFICIAL, Channel.SUBSCRIBE), (MINI, Channel.MINI_SUBSCRIBE)], ids=["official", "mini"]
)
def test_notice_needs_a_grant_of_its_own_template(kind: AccountKind, channel: Channel) -> None:
    options = (Option(channel, "t1"),)
    granted = ask(account_kind=kind, options=options, grants={"t1": 2, "t2": 5}, message=None)
    assert (granted.choice, granted.grant, granted.window) == (0, "t1", None)
    assert granted.checks[-1].figures == {"channel": channel.value, "template": "t1", "left": 2}
    for grants in ({}, {"t1": 0}, {"t2": 5}):
        refused = ask(account_kind=kind, options=options, grants=grants)
        assert (refused.reason, refused.grant) == (Reason.NO_GRANT, None)


def test_template_needs_neither_window_nor_grant() -> None:
    decision = ask(options=(Option(Channel.TEMPLATE, "t1"),), message=None)
    assert (decision.choice, decision.window, decision.grant) == (0, None, None)


def test_task_needs_a_guide_and_no_account() -> None:
    task = (Option(Channel.GUIDE_TASK),)
    assert ask(options=task, has_guide=True, account_kind=None, message=None).choice == 0
    assert ask(options=task, has_guide=False).reason is Reason.NO_GUIDE


def test_task_counts_against_the_cap_as_a_message_does() -> None:
    assert ask(options=(Option(Channel.GUIDE_TASK),), has_guide=True).needs_slot


@pytest.mark.parametrize("kind", [OFFICIAL, MINI, None])
@pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.GUIDE_TASK])
def test_channel_goes_through_its_own_kind_of_account_only(kind: AccountKind | None, channel: Channel) -> None:
    decision = ask(account_kind=kind, options=(Option(channel, "t1"),), grants={"t1": 1})
    if kind is channel.account_kind:
        assert decision.choice == 0
    else:
        assert decision.reason is Reason.MISCONFIGURED
        assert decision.checks[-1].figures == {"channel": channel.value, "account": kind}


@pytest.mark.parametrize("channel", [Channel.CUSTOM, Channel.TEMPLATE, Channel.SUBSCRIBE])
def test_official_account_reaches_followers_only(channel: Channel) -> None:
    reached = {"options": (Option(channel, "t1"), Option(Channel.GUIDE_TASK)), "grants": {"t1": 1}}
    assert ask(**reached).choice == 0
    refused = ask(has_left=True, **reached)
    assert [check.reason for check in checks_of(refused, "channel")] == [Reason.NOT_FOLLOWING, Reason.NO_GUIDE]


# ── several options ──────────────────────────────────────────────────────────────────────────────────────────────
ALL = (Option(Channel.CUSTOM), Option(Channel.SUBSCRIBE, "t1"), Option(Channel.GUIDE_TASK))


@pytest.mark.parametrize(
    ("changes", "choice"),
    [
        ({"message": opened(HOUR), "grants": {"t1": 1}, "has_guide": True}, 0),
        ({"message": None, "grants": {"t1": 1}, "has_guide": True}, 1),
        ({"message": opened(HOUR, used=5), "grants": {}, "has_guide": True}, 2),
        ({"message": None, "grants": {}, "has_guide": False}, None),
    ],
)
def test_first_open_option_wins_and_those_before_it_say_why_not(changes: dict[str, Any], choice: int | None) -> None:
    decision = ask(options=ALL, **changes)
    assert decision.choice == choice
    asked = checks_of(decision, "channel")
    assert [check.is_passed for check in asked] == ([False] * choice + [True] if choice is not None else [False] * 3)


def test_several_options_of_which_none_is_open_are_no_channel() -> None:
    decision = ask(options=ALL, message=None)
    assert (decision.reason, decision.again_at) == (Reason.NO_CHANNEL, None)
    asked = [(check.figures["channel"], check.reason) for check in checks_of(decision, "channel")]
    assert asked == [
        ("custom", Reason.WINDOW_CLOSED),
        ("subscribe", Reason.NO_GRANT),
        ("guide_task", Reason.NO_GUIDE),
    ]


def test_message_without_any_option_has_no_channel() -> None:
    assert ask(options=()).reason is Reason.NO_CHANNEL


def test_what_is_taken_belongs_to_the_option_chosen() -> None:
    decision = ask(options=(Option(Channel.SUBSCRIBE, "t1"), Option(Channel.CUSTOM)))
    assert (decision.choice, decision.grant) == (1, None) and decision.window is not None


# ── options as stored ────────────────────────────────────────────────────────────────────────────────────────────
def test_stored_options_are_read_in_order() -> None:
    stored = [
        {"channel": "mini_subscribe", "payload": {"template_id": "t1", "data": {}}},
        {"channel": "custom", "payload": {"kind": "text", "text": "您好"}},
    ]
    assert list_options(stored) == (Option(Channel.MINI_SUBSCRIBE, "t1"), Option(Channel.CUSTOM))


@pytest.mark.parametrize("wrong", [{"channel": "pigeon", "payload": {}}, {"payload": {}}])
def test_channel_nobody_knows_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        list_options([{"channel": "custom", "payload": {}}, wrong])
    assert refused.value.field == "options[1].channel"


def test_no_channel_is_there_twice() -> None:
    """A row tells by which channel it went, not by which of two options of one channel."""
    options = [{"channel": "subscribe", "payload": {"template_id": name}} for name in ("t1", "t2")]
    with pytest.raises(Invalid) as refused:
        list_options(options)
    assert refused.value.field == "options[1].channel"


def test_moment_of_the_question_counts_not_that_of_the_reading() -> None:
    later: datetime = AT + 3 * HOUR
    assert ask(at=later, message=opened(46 * HOUR)).reason is Reason.WINDOW_CLOSED
