"""What the crowd claims: a hot offer, one with a budget, one with a tight limit a person. Run with a URL: publishes."""

from __future__ import annotations

import sys
from typing import Any

import uvloop

from campaigns.coupons.templates import add_template, step_template
from core.clock import now
from models.database import close_database, open_database

PEOPLE = 300

OFFERS: tuple[dict[str, Any], ...] = (
    {"code": "hot", "title": "减20", "kind": "cash", "amount": 20, "stock": 250, "per_person": 3, "valid_days": 30},
    {
        "code": "budget", "title": "减10", "kind": "cash", "amount": 10, "stock": 100_000, "per_person": 50,
        "budget": 900, "valid_days": 30,
    },
    {"code": "one", "title": "赠杯", "kind": "gift", "gift": "杯", "worth": 9, "stock": 100_000, "valid_days": 30},
)  # fmt: skip


async def _publish(url: str) -> None:
    await open_database(url, 2)
    for form in OFFERS:
        stored = await add_template(form, "race", now())
        await step_template(stored.offer.code, "publish", "", "race", now())
    await close_database()


if __name__ == "__main__":
    uvloop.run(_publish(sys.argv[1]))
