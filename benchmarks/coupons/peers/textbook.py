"""The textbook's claim: one transaction each, a conditional update of the stock and an insert. Arguments as ours."""

from __future__ import annotations

import sys
from datetime import timedelta

import uvloop
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from benchmarks.coupons.crowd import drive
from campaigns.coupons.codes import Codes
from core.clock import now
from models import Coupon, CouponState, CouponTemplate
from models.database import close_database, open_database

CONNECTIONS = 20


async def main(url: str, claimers: int, seconds: float, people: int, process: int) -> None:
    await open_database(url, CONNECTIONS)
    codes = Codes("a key for benchmarks that protects nothing")
    template = await CouponTemplate.get(code="hot")

    async def claim(customer_id: int, key: str) -> bool:
        at = now()
        async with in_transaction():
            hot = CouponTemplate.filter(id=template.id, issued__lt=F("stock"))
            if not await hot.update(issued=F("issued") + 1):
                return False
            taken = await Coupon.filter(template_id=template.id, customer_id=customer_id).count()
            _, code_hash, cipher = codes.make()
            await Coupon.create(
                template_id=template.id, customer_id=customer_id, slot=taken, code_hash=code_hash, code_cipher=cipher,
                state=CouponState.ISSUED, source="chat", issued_at=at, valid_from=at,
                valid_until=at + timedelta(days=30),
            )  # fmt: skip
        return True

    await drive(claim, claimers, seconds, people, process)
    await close_database()


if __name__ == "__main__":
    url, claimers, seconds, people, process = sys.argv[1:]
    uvloop.run(main(url, int(claimers), float(seconds), int(people), int(process)))
