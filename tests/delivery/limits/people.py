"""People whose stocks are taken from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from models import Customer, Identity

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""12:00 in China."""


@dataclass(frozen=True)
class Somebody:
    customer_id: int
    identity_id: int


async def make_people(count: int) -> list[Somebody]:
    people = []
    for number in range(count):
        customer = await Customer.create(created_at=NOON)
        identity = await Identity.create(app_id="wx_shop", openid=f"o{number}", customer=customer, created_at=NOON)
        people.append(Somebody(customer.id, identity.id))
    return people
