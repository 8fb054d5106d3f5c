"""Facts of somebody who may be written to, to be changed one by one, and the rules of a brand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from core.accounts import AccountKind
from core.channels import Channel, ContactClass
from core.clock import BRAND_ZONE
from delivery.policy import Check, ContactRules, Decision, Facts, Opening, Option, decide

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""

RULES = ContactRules(
    quiet_from=time(21),
    quiet_until=time(9),
    cap_days=7,
    caps={ContactClass.MARKETING: 2, ContactClass.CARE: None},
    holdout_percent=10,
)
FREE = Facts(
    at=AT,
    expires_at=AT + timedelta(days=2),
    contact_class=ContactClass.MARKETING,
    options=(Option(Channel.CUSTOM),),
    customer_id=7,
    openid="oA",
    account_kind=AccountKind.OFFICIAL_ACCOUNT,
    is_erased=False,
    has_left=False,
    is_untrue=False,
    has_withdrawn=False,
    is_held_out=False,
    zone=BRAND_ZONE,
    cap_free_at=None,
    message=Opening(opened_by=11, at=AT - timedelta(hours=1), used=0),
    act=None,
    grants={},
    has_guide=False,
)


def ask(rules: ContactRules = RULES, **changes: Any) -> Decision:
    """The answer where things are as ``FREE`` but for the changes."""
    return decide(replace(FREE, **changes), rules)


def checks_of(decision: Decision, name: str) -> list[Check]:
    return [check for check in decision.checks if check.name == name]
