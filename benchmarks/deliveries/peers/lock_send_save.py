"""The textbook's worker: locks a row, marks it, sends, saves; a limiter of its own. ``SCRM_…`` variables as ours."""

from __future__ import annotations

import asyncio
import os
import time

import aiohttp
from tortoise.transactions import in_transaction

from core.clock import now
from models import Delivery, DeliveryState, Identity
from models.database import open_database

AT_ONCE = 16


class Limiter:
    """So many a second, of this process alone."""

    def __init__(self, per_s: int) -> None:
        self._period_s = 1 / per_s
        self._next_s = 0.0

    async def wait(self) -> None:
        self._next_s = max(self._next_s + self._period_s, time.monotonic())
        await asyncio.sleep(self._next_s - time.monotonic())


async def _claim() -> Delivery | None:
    async with in_transaction():
        due = Delivery.filter(state=DeliveryState.PLANNED, due_at__lte=now()).order_by("due_at")
        row = await due.select_for_update(skip_locked=True).first()
        if row is not None:
            row.state = DeliveryState.CLAIMED
            await row.save(update_fields=["state"])
        return row


async def _work(session: aiohttp.ClientSession, base: str, token: str, limiter: Limiter) -> None:
    while True:
        row = await _claim()
        if row is None:
            await asyncio.sleep(1.0)
            continue
        await limiter.wait()
        identity = await Identity.get(id=row.identity_id)
        text = row.options[0]["payload"]["text"]
        body = {"touser": identity.openid, "msgtype": "text", "text": {"content": text}}
        address = f"{base}/cgi-bin/message/custom/send?access_token={token}"
        async with session.post(address, json=body) as response:
            answer = await response.json()
        row.state = DeliveryState.SENT if answer["errcode"] == 0 else DeliveryState.PLANNED
        await row.save(update_fields=["state"])


async def main() -> None:
    base = os.environ["SCRM_ACCOUNTS__SHOP__API_BASE"]
    await open_database(os.environ["SCRM_DATABASE_URL"], 20)
    async with aiohttp.ClientSession() as session:
        secret = {
            "grant_type": "client_credential",
            "appid": os.environ["SCRM_ACCOUNTS__SHOP__APP_ID"],
            "secret": os.environ["SCRM_ACCOUNTS__SHOP__APP_SECRET"],
        }
        async with session.post(f"{base}/cgi-bin/stable_token", json=secret) as response:
            token = (await response.json())["access_token"]
        limiter = Limiter(int(os.environ["SCRM_ACCOUNTS__SHOP__CALLS_PER_S"]))
        await asyncio.gather(*(_work(session, base, token, limiter) for _ in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main())
