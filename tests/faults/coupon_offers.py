"""What the crowd claims: a hot offer, one with a budget, one with a tight limit a person. Run ``URL SCALE``: publishes.

Stock and budget are scarce for a crowd of 4,000 operations; a larger one takes a scale.
"""

from __future__ import annotations

import sys
from typing import Any

import uvloop

from campaigns.coupons.offers.templates import add_template, step_template
from core.clock import now
from models.database import close_database, open_database

CODES = ("hot", "budget", "one")
_PEOPLE = 300
_MOST_STOCK = 9_000_000
"""Less than an offer may have, so that stock can be added."""


def people_at(scale: int) -> int:
    """How many customers claim."""
    return _PEOPLE * scale


def offers_at(scale: int) -> tuple[dict[str, Any], ...]:
    """The offers as staff write them, in the order of ``CODES``."""
    return (
        {
            "code": "hot", "title": "减20", "kind": "cash", "amount": 20, "stock": 120 * scale, "per_person": 3,
            "valid_days": 30,
        },
        {
            "code": "budget", "title": "减10", "kind": "cash", "amount": 10, "stock": min(100_000 * scale, _MOST_STOCK),
            "per_person": 50,
            "budget": 300 * scale, "valid_days": 30,
        },
        {
            "code": "one", "title": "赠杯", "kind": "gift", "gift": "杯", "worth": 9, "stock": min(10_000 * scale, _MOST_STOCK),
            "valid_days": 30,
        },
    )  # fmt: skip


async def _publish(url: str, scale: int) -> None:
    await open_database(url, 2)
    for form in offers_at(scale):
        stored = await add_template(form, "race", now())
        await step_template(stored.offer.code, "publish", "", "race", now())
    await close_database()


if __name__ == "__main__":
    uvloop.run(_publish(sys.argv[1], int(sys.argv[2])))
