"""One process of a crowd that does everything with coupons: ``URL SECRET NUMBER OPERATIONS SCALE LOG [GUARD]``.

Every answer is written to the log, a line a call, before the next call begins, so that what was acknowledged is known
after a kill; a process that is started again does what its log still lacks. With a ``GUARD`` named, claims or changes
go without it (see ``coupon_careless``).
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import uvloop

from campaigns.coupons.claiming.claims import Claim, Claims, Given
from campaigns.coupons.codes import Codes
from campaigns.coupons.offers.templates import get_template, set_template, step_template
from campaigns.coupons.redemption.redeeming import Done, Till, expire_due
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.refusals import Refusal
from core.clock import now
from core.errors import Busy, Invalid
from models import CouponEvent, CouponState
from models.database import close_database, connection, open_database
from tests.faults import coupon_careless as careless
from tests.faults.coupon_offers import CODES, people_at

AT_ONCE = 24
_BASKETS = (Basket(20_000), Basket(700))
_MIX = ("claim",) * 40 + ("redeem",) * 18 + ("lock",) * 10 + ("unlock",) * 5 + ("reverse",) * 10 + ("void",) * 3 + (
    "expire", "stock", "pause", "pause",
)  # fmt: skip
_LOOK_EVERY_S = 0.2

Call = Callable[[], Awaitable[Any]]


class _Seen(NamedTuple):
    """Some copies that the till may be shown, read again and again: (id, sealed code)."""

    slot: int
    copies: list[tuple[int, str]]


class Crowd:
    """``guard``: the one left out, empty for none."""

    def __init__(self, secret: str, number: int, scale: int, log: TextIO, guard: str) -> None:
        self._codes = Codes(secret)
        self._claims = Claims(self._codes, 0)
        self._till = Till(self._codes, timedelta(hours=1))
        self._dice = random.Random(f"{number} {log.tell()}")
        self._name = f"{number}.{self._dice.randrange(10**9)}"
        self._people = people_at(scale)
        self._log = log
        self._guard = guard
        self._made = 0
        self._seen = _Seen(0, [])
        self._look = asyncio.Lock()
        self._locked: deque[tuple[int, str, str]] = deque(maxlen=50)  # by this process: id, code, lock key

    async def run(self, operations: int) -> None:
        self._claims.start()
        await asyncio.gather(*(self._work(operations) for _ in range(AT_ONCE)))
        await self._claims.stop()

    async def _work(self, operations: int) -> None:
        while self._made < operations:
            self._made += 1
            what = self._dice.choice(_MIX)
            # Now and then other processes make the same call at the same moment.
            is_shared = what == "claim" and self._dice.random() < 0.03
            key = f"shared:{int(time.time() * 20)}" if is_shared else f"{self._name}:{self._made}"
            try:
                call = await getattr(self, f"_{what}")(key)
                times = 2 if self._dice.random() < 0.1 else 1  # the same call twice at once: the same answer
                answers = await asyncio.gather(*(call() for _ in range(times)))
            except (Busy, Invalid) as error:
                what, answers = "error", [type(error).__name__]
            self._log.writelines(json.dumps([key, what, told]) + "\n" for told in answers)
            self._log.flush()

    async def _claim(self, key: str) -> Call:
        chosen = random.Random(key)
        template, who = chosen.choice(CODES), chosen.randint(1, self._people)
        if self._guard == careless.TEMPLATE and template == "one":
            who = who % 5 + 1  # few people for the tight limit: two of one person's claims surely meet
        claim = Claim(key, template, who, "chat", now())

        async def call() -> Any:
            if self._guard == careless.TEMPLATE:
                return await careless.claim_without_holding(self._codes, claim)
            if self._guard == careless.CALL:
                return _taken(await careless.claim_without_call(self._claims, claim))
            return _taken(await self._claims.claim(claim))

        return call

    async def _redeem(self, key: str) -> Call:
        copy, code, lock_key = await self._any_locked() if self._dice.random() < 0.4 else (*await self._any_copy(), "")
        basket = self._dice.choice(_BASKETS)
        if self._guard == careless.COPY:
            return lambda: careless.end_without_holding(copy, CouponState.REDEEMED, CouponEvent.REDEEMED)
        return self._calling(lambda: self._till.redeem(key, code, "", basket, key, "guide", now(), lock_key))

    async def _lock(self, key: str) -> Call:
        copy, code = await self._any_copy()

        async def lock() -> Done | Refusal:
            done = await self._till.lock(key, code, "", _BASKETS[0], 1, "shop", now())
            if isinstance(done, Done):
                self._locked.append((copy, code, done.lock_key))
            return done

        return self._calling(lock)

    async def _unlock(self, key: str) -> Call:
        _, code, lock_key = await self._any_locked()
        return self._calling(lambda: self._till.unlock(key, code, lock_key, "shop", now()))

    async def _reverse(self, key: str) -> Call:
        _, code = await self._any_copy()
        return self._calling(lambda: self._till.reverse(key, code, "退单", "guide", now()))

    async def _void(self, key: str) -> Call:
        copy, code = await self._any_copy()
        if self._guard == careless.COPY:
            return lambda: careless.end_without_holding(copy, CouponState.VOIDED, CouponEvent.VOIDED)
        return self._calling(lambda: self._till.void(key, code, "误发", "hq", now()))

    async def _expire(self, key: str) -> Call:
        """Some copies' time is over, as if years had passed for them."""
        later = now() + timedelta(days=4000)
        return lambda: expire_due(later, limit=3) if self._dice.random() < 0.3 else expire_due(now())

    async def _stock(self, key: str) -> Call:
        code = self._dice.choice(CODES)
        stored = await get_template(code)
        changes = {"stock": stored.offer.stock + self._dice.choice([-3, 5])}
        return lambda: set_template(code, changes, "hq", now())

    async def _pause(self, key: str) -> Call:
        code = self._dice.choice(CODES)
        step = self._dice.choice(["pause", "publish", "publish", "publish"])

        async def call() -> None:
            await step_template(code, step, "", "hq", now())

        return call

    def _calling(self, change: Callable[[], Awaitable[Done | Refusal]]) -> Call:
        async def call() -> Any:
            told = await change()
            return told.code.value if isinstance(told, Refusal) else told.event.value

        return call

    async def _any_copy(self) -> tuple[int, str]:
        """A copy that the other processes look at too, its code in hand."""
        slot = int(time.time() / _LOOK_EVERY_S)
        if self._seen.slot != slot:
            async with self._look:
                if self._seen.slot != slot:
                    self._seen = _Seen(slot, await self._find_copies(slot))
        if not self._seen.copies:
            raise Busy("no copy yet")
        coupon_id, sealed = self._dice.choice(self._seen.copies)
        return coupon_id, self._codes.show(sealed)

    async def _any_locked(self) -> tuple[int, str, str]:
        """A copy that this process locked lately, with its key, and any other where there is none."""
        return self._dice.choice(self._locked) if self._locked else (*await self._any_copy(), "")

    async def _find_copies(self, slot: int) -> list[tuple[int, str]]:
        """Half the time the newest, half the time others; few where a race for each is to be lost."""
        most = 12 if self._guard == careless.COPY else 200
        [newest] = await connection().execute_query_dict("SELECT coalesce(max(id), 0) AS id FROM coupon")
        first = newest["id"] if slot % 2 else int(random.Random(slot).random() * newest["id"])
        rows = await connection().execute_query_dict(
            "SELECT id, code_cipher FROM coupon WHERE id > $1 ORDER BY id LIMIT $2",
            [min(first, newest["id"] - most), most],
        )
        return [(row["id"], row["code_cipher"]) for row in rows]


def _taken(answer: Any) -> Any:
    return answer.coupon_id if isinstance(answer, Given) else answer.code.value


async def main(url: str, secret: str, number: int, operations: int, scale: int, log: Path, guard: str) -> None:
    await open_database(url, 8)
    print("ready", flush=True)
    with log.open("a+", encoding="utf-8") as lines:
        lines.seek(0)
        done, last = 0, "\n"
        for done, last in enumerate(lines, 1):  # noqa: B007
            pass
        if not last.endswith("\n"):  # cut short by a kill
            lines.write("\n")
        await Crowd(secret, number, scale, lines, guard).run(operations - done)
    await close_database()


if __name__ == "__main__":
    url, secret, number, operations, scale, log, *guard = sys.argv[1:]
    uvloop.run(main(url, secret, int(number), int(operations), int(scale), Path(log), "".join(guard)))
