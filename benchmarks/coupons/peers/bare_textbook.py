"""The textbook's claim on a bare driver, for PostgreSQL: its three statements without an ORM. Arguments as ours."""

from __future__ import annotations

import sys
from datetime import timedelta

import asyncpg
import uvloop

from benchmarks.coupons.crowd import drive
from campaigns.coupons.codes import Codes
from core.clock import now

CONNECTIONS = 20
_TAKE = "UPDATE coupon_template SET issued = issued + 1 WHERE code = 'hot' AND issued < stock RETURNING id"
_COUNT = "SELECT count(*) FROM coupon WHERE template_id = $1 AND customer_id = $2"
_ADD = """
INSERT INTO coupon (template_id, customer_id, slot, code_hash, code_cipher, state, source, issued_at, valid_from,
  valid_until, lock_key, store_code, order_no, discount_fen)
VALUES ($1, $2, $3, $4, $5, 'issued', 'chat', $6, $6, $7, '', '', '', 0)
"""


async def main(url: str, claimers: int, seconds: float, people: int, process: int) -> None:
    pool = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS)
    codes = Codes("a key for benchmarks that protects nothing")

    async def claim(customer_id: int, key: str) -> bool:
        at = now()
        async with pool.acquire() as connection, connection.transaction():
            template_id = await connection.fetchval(_TAKE)
            if template_id is None:
                return False
            taken = await connection.fetchval(_COUNT, template_id, customer_id)
            _, code_hash, cipher = codes.make()
            until = at + timedelta(days=30)
            await connection.execute(_ADD, template_id, customer_id, taken, code_hash, cipher, at, until)
        return True

    await drive(claim, claimers, seconds, people, process)
    await pool.close()


if __name__ == "__main__":
    url, claimers, seconds, people, process = sys.argv[1:]
    uvloop.run(main(url, int(claimers), float(seconds), int(people), int(process)))
