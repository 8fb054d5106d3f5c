"""Callers of wechatpy's client, a thread each: ``python -m benchmarks.token.peers.wechatpy_client CACHE WECHAT COUNT``.

``CACHE`` is a Redis all processes share, as its manual has it, or ``memory`` for one of each process.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from redis import Redis
from wechatpy.client import WeChatClient
from wechatpy.session.memorystorage import MemoryStorage
from wechatpy.session.redisstorage import RedisStorage

from benchmarks.token.crowd import rounds
from benchmarks.token.wechat import SECRET, app_id

PREFIX = "zhiji_bench_token"
"""Of the keys in Redis."""


class Client(WeChatClient):  # type: ignore[misc]
    """wechatpy's own, but for the address it asks."""

    base = ""

    def fetch_access_token(self) -> Any:
        who = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(url=f"{self.base}/cgi-bin/token", params=who)


def main(cache: str, base: str, callers: int) -> None:
    Client.base = base
    session = MemoryStorage() if cache == "memory" else RedisStorage(Redis.from_url(cache), prefix=PREFIX)
    with ThreadPoolExecutor(callers) as threads:
        for number, at in rounds():
            client = Client(app_id(number), SECRET, session=session)
            client.session.delete(client.access_token_key)
            time.sleep(at - time.time())
            waits = [threads.submit(_wait, client) for _ in range(callers)]
            print(json.dumps([wait.result() for wait in waits]), flush=True)


def _wait(client: Client) -> float:
    began = time.perf_counter()
    if not client.access_token:
        raise RuntimeError("no token")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
