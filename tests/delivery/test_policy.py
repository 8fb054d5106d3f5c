"""The policy is a pure function: facts in, a decision with every check's figures out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.reasons import Reason
from delivery.policy import Facts, decide

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
OPEN = Facts(
    at=AT,
    expires_at=AT + timedelta(hours=1),
    channel="custom",
    openid="oA",
    is_erased=False,
    has_left=False,
    last_message_at=AT - timedelta(hours=1),
    last_act_at=None,
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"expires_at": AT}, Reason.EXPIRED),
        ({"is_erased": True}, Reason.ERASED),
        ({"has_left": True}, Reason.NOT_FOLLOWING),
        ({"last_message_at": None}, Reason.WINDOW_CLOSED),
        ({"last_message_at": AT - timedelta(hours=48)}, Reason.WINDOW_CLOSED),
        ({"last_message_at": AT - timedelta(hours=48) + timedelta(seconds=1)}, None),
        ({"last_message_at": None, "last_act_at": AT - timedelta(seconds=59)}, None),
        ({"last_message_at": None, "last_act_at": AT - timedelta(seconds=60)}, Reason.WINDOW_CLOSED),
        ({"last_message_at": None, "channel": "template"}, None),
    ],
)
def test_decision(change: dict, reason: Reason | None) -> None:
    assert decide(replace(OPEN, **change)).reason == reason


def test_first_no_ends_the_questions() -> None:
    decision = decide(replace(OPEN, expires_at=AT, is_erased=True))
    assert [check.name for check in decision.checks] == ["in_time"]
    assert decision.checks[0].figures == {"expires_at": AT}


def test_longer_window_is_the_one_told() -> None:
    decision = decide(replace(OPEN, last_act_at=AT))
    assert decision.checks[-1].figures == {"open_until": AT + timedelta(hours=47), "opened_by": "message"}


def test_facts_do_not_show_the_person() -> None:
    assert "oA" not in repr(OPEN)
