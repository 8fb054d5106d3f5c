"""Callers of our client: ``python -m benchmarks.token.ours URL WECHAT CALLERS``."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from benchmarks.token.crowd import rounds
from benchmarks.token.wechat import SECRET, app_id
from bot.client.http import WeChatHttp
from bot.client.token import Tokens
from core.accounts import Account, AccountKind
from models.database import close_database, open_database
from models.leases import new_holder
from models.tokens import SharedTokens

SECRET_KEY = "k" * 32
"""Seals the stored tokens; the same in every process."""


async def main(url: str, base: str, callers: int) -> None:
    await open_database(url)
    async with WeChatHttp() as http:
        tokens = Tokens(http, SharedTokens(SECRET_KEY, new_holder()))
        for number, at in rounds():
            account = Account(
                f"shop{number}", AccountKind.OFFICIAL_ACCOUNT, app_id(number), SECRET, token="t", api_base=base
            )
            await asyncio.sleep(at - time.time())
            print(json.dumps(await asyncio.gather(*(_wait(tokens, account) for _ in range(callers)))), flush=True)
        await tokens.close()
    await close_database()


async def _wait(tokens: Tokens, account: Account) -> float:
    began = time.perf_counter()
    await tokens.get(account)
    return time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
