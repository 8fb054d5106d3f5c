"""One scenario's world: a database, a simulated WeChat, server processes, and the customers who push into them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from simulator.link import Link
from simulator.state.stocks import Act
from tests.faults.databases import Database
from tests.faults.grounds import Grounds
from tests.faults.people import Push
from tests.faults.processes import Child, free_port, python
from tests.faults.pushing import Pushing, Sent
from tests.faults.reading import Journal, read_journal

PEOPLE_AT_ONCE = 48


@dataclass(slots=True)
class Stage:
    """``servers`` are running; ``pushing`` goes to all of them in turn."""

    grounds: Grounds
    database: Database
    environment: dict[str, str]
    servers: list[Child]
    urls: list[str]
    pushing: Pushing
    link: Link
    session: aiohttp.ClientSession

    async def play(
        self, people: Sequence[Sequence[Push]], at_once: int = PEOPLE_AT_ONCE, pause_s: float = 0.0,
        until: asyncio.Event | None = None,
    ) -> list[Sent]:  # fmt: skip
        """Every person sends in order, ``at_once`` persons at a time; returns when all is answered or given up.

        ``pause_s`` is between two pushes of a person; when ``until`` is set nobody sends any more.
        """
        places, sent = asyncio.Semaphore(at_once), list[Sent]()

        async def send(pushes: Sequence[Push]) -> None:
            async with places:
                for push in pushes:
                    if until is not None and until.is_set():
                        return
                    sent.append(await self.send(push))
                    await asyncio.sleep(pause_s)

        await self.introduce(people)
        async with asyncio.TaskGroup() as group:
            for pushes in people:
                group.create_task(send(pushes))
        return sent

    async def introduce(self, people: Sequence[Sequence[Push]]) -> None:
        """WeChat knows these people."""
        await self.link.register(
            [{"app_id": pushes[0].account.app_id, "openid": pushes[0].openid} for pushes in people if pushes]
        )

    async def send(self, push: Push) -> Sent:
        """WeChat notes what the person did, then pushes it."""
        if push.act is not None and push.act is not Act.UNFOLLOW:
            await self.link.note(push.account.app_id, push.openid, push.act)
        sent = await self.pushing.push(push)
        if push.act is Act.UNFOLLOW:
            await self.link.note(push.account.app_id, push.openid, push.act)
        return sent

    async def settle(self, within_s: float) -> Journal:
        """Waits until nothing is unfinished, unread, planned or being sent; the journal as it is then, or by then."""
        end = time.monotonic() + within_s
        while await self._unfinished() and time.monotonic() < end:
            await asyncio.sleep(0.25)
        accepted = await self.link.accepted(0)
        return await read_journal(self.database, accepted)

    async def put_leases_forward(self) -> None:
        """Lets the leases of a process that is gone end now instead of within the minute."""
        now = datetime.now(UTC).isoformat(" ")
        await self.database.change(f"UPDATE interaction SET lease_until = '{now}' WHERE lease_until > '{now}'")
        await self.database.change(f"UPDATE delivery SET lease_until = '{now}' WHERE state = 'claimed'")

    async def _unfinished(self) -> int:
        (row,) = await self.database.read(
            "SELECT (SELECT count(*) FROM interaction WHERE state = 'received')"
            " + (SELECT count(*) FROM interaction WHERE is_projected = false)"
            " + (SELECT count(*) FROM delivery WHERE state IN ('planned', 'claimed')) AS n"
        )
        return int(row["n"])


@asynccontextmanager
async def open_stage(
    grounds: Grounds,
    database_kind: str,
    servers: int = 1,
    serve: Sequence[str] = ("main.py", "serve"),
    **settings: str,
) -> AsyncIterator[Stage]:
    """A stage with so many servers on one database, started with ``serve`` and ``settings``; all ended afterwards."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(grounds.database(database_kind))
        wechat = await stack.enter_async_context(grounds.wechat())
        environment = grounds.environment(database.url, wechat, **settings)
        folder = grounds.new_folder("servers")
        children, urls = [], []
        for number in range(servers):
            listen = f"127.0.0.1:{free_port()}"
            child = Child(
                python(*serve), {**environment, "SCRM_LISTEN": listen}, folder / f"{number}.log",
                f"http://{listen}/health/ready",
            )  # fmt: skip
            stack.callback(child.kill)
            await child.start()
            children.append(child)
            urls.append(f"http://{listen}")
        connector = aiohttp.TCPConnector(limit=512)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        link = Link(session, wechat)
        yield Stage(
            grounds, database, environment, children, urls, Pushing(session, urls, grounds.accounts), link, session
        )
