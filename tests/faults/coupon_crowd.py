"""One process of a crowd that does everything with coupons at once: ``URL SECRET NUMBER OPERATIONS LOG [GUARD]``.

Every answer is written to the log, a line a call, before the next call begins, so that what was acknowledged is known
after a kill. With a ``GUARD`` named, claims or redemptions go without it, as the textbook's careless reader writes them.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import uvloop

from campaigns.coupons.claims import Claim, Claims
from campaigns.coupons.codes import Codes
from campaigns.coupons.redeeming import Done, Till, expire_due
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.templates import get_template, set_template, step_template
from campaigns.coupons.till import Basket
from core.clock import now
from core.errors import Busy, Invalid
from models import Coupon, CouponEntry, CouponEvent, CouponState, CouponTemplate
from models.database import close_database, open_database
from tests.faults.coupon_offers import OFFERS, PEOPLE

AT_ONCE = 24
_BASKET = Basket(20_000)
_MIX = ("claim",) * 40 + ("redeem",) * 18 + ("lock",) * 10 + ("unlock",) * 5 + ("reverse",) * 10 + ("void",) * 3 + (
    "expire", "stock", "pause",
)  # fmt: skip


class Crowd:
    """``guard``: the one left out, empty for none."""

    def __init__(self, secret: str, number: int, log: TextIO, guard: str) -> None:
        self._codes = Codes(secret)
        self._claims = Claims(self._codes, 0)
        self._till = Till(self._codes, timedelta(hours=1))
        self._dice = random.Random(f"{number} {log.tell()}")
        self._name = f"{number}.{self._dice.randrange(10**9)}"
        self._log = log
        self._guard = guard
        self._made = 0

    async def run(self, operations: int) -> None:
        self._claims.start()
        await asyncio.gather(*(self._work(operations // AT_ONCE) for _ in range(AT_ONCE)))
        await self._claims.stop()

    async def _work(self, operations: int) -> None:
        for _ in range(operations):
            what = self._dice.choice(_MIX)
            self._made += 1
            key = f"{self._name}:{self._made}"
            try:
                told = await getattr(self, f"_{what}")(key)
                if what == "claim" and not self._guard and self._dice.random() < 0.1:
                    again = await self._claim(key)  # the same call again: the same answer
                    assert again == told, (again, told)
            except (Busy, Invalid):
                continue
            self._log.write(json.dumps([key, what, told]) + "\n")
            self._log.flush()

    async def _claim(self, key: str) -> Any:
        chosen = random.Random(key)
        template, who = chosen.choice(OFFERS)["code"], chosen.randint(1, PEOPLE)
        if self._guard == "template-is-held":
            # Few people for the tight limit, so that some of them surely claim twice at the same moment.
            return await _claim_carelessly(self._codes, template, who % 5 + 1 if template == "one" else who)
        answer = await self._claims.claim(Claim(key, template, who, "chat", now()))
        return answer.code.value if isinstance(answer, Refusal) else answer.coupon_id

    async def _redeem(self, key: str) -> Any:
        code, row = await self._any_code()
        if self._guard == "copy-is-held":
            return await _redeem_carelessly(row)
        lock_key = row.lock_key if self._dice.random() < 0.7 else ""
        return _told(await self._till.redeem(key, code, "", _BASKET, key, "guide", now(), lock_key))

    async def _lock(self, key: str) -> Any:
        code, _ = await self._any_code()
        return _told(await self._till.lock(key, code, "", _BASKET, 1, "shop", now()))

    async def _unlock(self, key: str) -> Any:
        code, row = await self._any_code()
        return _told(await self._till.unlock(key, code, row.lock_key, "shop", now()))

    async def _reverse(self, key: str) -> Any:
        code, _ = await self._any_code()
        return _told(await self._till.reverse(key, code, "退单", "guide", now()))

    async def _void(self, key: str) -> Any:
        code, _ = await self._any_code()
        return _told(await self._till.void(key, code, "误发", "hq", now()))

    async def _expire(self, key: str) -> Any:
        """Some copies' time is over, as if years had passed for them."""
        later = now() + timedelta(days=4000)
        return await expire_due(later, limit=3) if self._dice.random() < 0.3 else await expire_due(now())

    async def _stock(self, key: str) -> Any:
        code = self._dice.choice(OFFERS)["code"]
        stored = await get_template(code)
        await set_template(code, {"stock": stored.offer.stock + self._dice.choice([-3, 5])}, "hq", now())

    async def _pause(self, key: str) -> Any:
        code = self._dice.choice(OFFERS)["code"]
        await step_template(code, self._dice.choice(["pause", "publish", "publish"]), "", "hq", now())

    async def _any_code(self) -> tuple[str, Coupon]:
        newest = await Coupon.all().order_by("-id").first()
        if newest is None:
            raise Busy("no copy yet")
        least = max(1, newest.id - 400)
        row = await Coupon.filter(id__gte=self._dice.randint(least, newest.id)).order_by("id").first()
        return self._codes.show((row or newest).code_cipher), row or newest


def _told(answer: Done | Refusal) -> Any:
    return answer.code.value if isinstance(answer, Refusal) else answer.event.value


async def _claim_carelessly(codes: Codes, code: str, who: int) -> Any:
    """Reads, decides, writes, and holds nothing meanwhile."""
    template = await CouponTemplate.get(code=code)
    taken = await Coupon.filter(template_id=template.id, customer_id=who).count()
    if template.issued >= template.stock or taken >= int(str(template.terms["per_person"])):
        return "sold_out"
    _, code_hash, cipher = codes.make()
    at = now()
    row = await Coupon.create(
        template=template, customer_id=who, slot=random.randrange(10**6), code_hash=code_hash, code_cipher=cipher,
        state=CouponState.ISSUED, source="chat", issued_at=at, valid_from=at, valid_until=at + timedelta(days=30),
    )  # fmt: skip
    await CouponEntry.create(coupon=row, event=CouponEvent.ISSUED, at=at, by="careless", detail={})
    template.issued, template.exposure_fen = template.issued + 1, template.exposure_fen + template.worth_fen
    await template.save(update_fields=["issued", "exposure_fen"])
    return row.id


async def _redeem_carelessly(row: Coupon) -> Any:
    if row.state not in (CouponState.ISSUED, CouponState.REVERSED):
        return "already_redeemed"
    await asyncio.sleep(0)
    await Coupon.filter(id=row.id).update(state=CouponState.REDEEMED, redeemed_at=now(), discount_fen=2000)
    await CouponEntry.create(coupon_id=row.id, event=CouponEvent.REDEEMED, at=now(), by="careless", detail={})
    return "redeemed"


async def main(url: str, secret: str, number: int, operations: int, log: Path, guard: str) -> None:
    await open_database(url, 12)
    print("ready", flush=True)
    with log.open("a", encoding="utf-8") as lines:
        await Crowd(secret, number, lines, guard).run(operations)
    await close_database()


if __name__ == "__main__":
    url, secret, number, operations, log, *guard = sys.argv[1:]
    uvloop.run(main(url, secret, int(number), int(operations), Path(log), "".join(guard)))
