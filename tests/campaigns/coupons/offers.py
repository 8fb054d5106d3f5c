"""Offers and claimers for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from campaigns.coupons.claiming.claims import Claim
from campaigns.coupons.codes import Codes
from campaigns.coupons.offers.templates import add_template, step_template
from core.clock import BRAND_ZONE
from models import Coupon

CODES = Codes("a secret for tests that protects nothing")
NOON = datetime(2026, 11, 25, 12, tzinfo=BRAND_ZONE)  # a Wednesday


def form(**changes: Any) -> dict[str, Any]:
    """A sound cash coupon: 20 yuan off from 100, a stock of 3, one each, good for a month."""
    sound = {
        "code": "满减20", "title": "满100减20", "kind": "cash", "amount": 20, "threshold": 100, "stock": 3,
        "valid_days": 30,
    }  # fmt: skip
    return {name: value for name, value in {**sound, **changes}.items() if value is not None}


async def publish(**changes: Any) -> str:
    """A template published a month ago: its code."""
    stored = await add_template(form(**changes), "cli:test", NOON)
    await step_template(stored.offer.code, "publish", "", "cli:test", NOON - timedelta(days=30))
    return stored.offer.code


def claim(customer_id: int, key: str = "", template: str = "满减20", after_s: float = 0.0, **more: Any) -> Claim:
    at = NOON + timedelta(seconds=after_s)
    return Claim(key or f"claim:{template}:{customer_id}", template, customer_id, "chat", at, **more)


async def code_of(coupon_id: int) -> str:
    """What the customer shows."""
    return CODES.show((await Coupon.get(id=coupon_id)).code_cipher)
