"""Our claims in a process of their own: ``URL CLAIMERS SECONDS PEOPLE PROCESS``."""

from __future__ import annotations

import sys

import uvloop

from benchmarks.coupons.crowd import drive
from campaigns.coupons.claiming.claims import Claim, Claims, Given
from campaigns.coupons.codes import Codes
from core.clock import now
from models.database import close_database, open_database


async def main(url: str, claimers: int, seconds: float, people: int, process: int) -> None:
    await open_database(url, 4)
    claims = Claims(Codes("a key for benchmarks that protects nothing"), 0)
    claims.start()

    async def claim(customer_id: int, key: str) -> bool:
        return isinstance(await claims.claim(Claim(key, "hot", customer_id, "chat", now())), Given)

    await drive(claim, claimers, seconds, people, process)
    await claims.stop()
    await close_database()


if __name__ == "__main__":
    url, claimers, seconds, people, process = sys.argv[1:]
    uvloop.run(main(url, int(claimers), float(seconds), int(people), int(process)))
