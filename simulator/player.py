"""Plays a planned day: each person in order, different people side by side, at the wished rate."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import IO

from simulator.actions import Action
from simulator.events import addressed
from simulator.link import Link, LinkBroken
from simulator.openids import message_id
from simulator.options import DayOptions
from simulator.phone import Phone, Told
from simulator.push import Outcome, Pusher
from simulator.screen import Screens
from simulator.state.stocks import Act
from simulator.steps import Kind
from simulator.tally import Tally
from simulator.teller import Teller
from simulator.timestamps import Timestamps


@dataclass(slots=True)
class Player:
    """What playing needs. ``record`` gets one JSON line a push: the body, and for each copy what came back."""

    options: DayOptions
    link: Link
    pusher: Pusher
    phone: Phone
    screens: Screens
    teller: Teller
    tally: Tally
    timestamps: Timestamps
    record: IO[str] | None = None
    _turns: dict[int, asyncio.Lock] = field(default_factory=dict)
    _tokens: dict[tuple[int, str], str] = field(default_factory=dict)

    async def play(self, actions: Sequence[Action]) -> None:
        """Returns when every action is answered or given up. The flash hour begins when what was before is answered."""
        places = asyncio.Semaphore(self.options.concurrency)
        under_way: set[asyncio.Task[None]] = set()
        is_flash = False
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for index, action in enumerate(actions):
                if action.rush and not is_flash:
                    is_flash = True
                    await asyncio.gather(*under_way)
                if self.options.rate and not action.rush:
                    await asyncio.sleep(max(0.0, started + index / self.options.rate - time.perf_counter()))
                if not action.rush:
                    await places.acquire()
                task = group.create_task(self._in_turn(action, places))
                under_way.add(task)
                task.add_done_callback(under_way.discard)

    async def _in_turn(self, action: Action, places: asyncio.Semaphore) -> None:
        turn = self._turns.setdefault(action.person.number, asyncio.Lock())
        try:
            async with turn:
                await self._do(action)
        except LinkBroken as fault:
            self.tally.broke(action, str(fault))
            self.teller.broke(action, str(fault))
        finally:
            self.teller.finished(action)
            if not action.rush:
                places.release()

    async def _do(self, action: Action) -> None:
        await self._note(action)
        if action.kind is Kind.LOGIN:
            await self._sign_in(action)
        elif action.behaviour is not None:
            await self._behave(action)
        elif action.fragment:
            await self._push(action)
        else:
            self.teller.noted(action)

    async def _note(self, action: Action) -> None:
        """Tells the platform before the push goes out: the product may call back at once."""
        if action.act is Act.UNIONID:
            for entry in action.person.registrations():
                await self.link.note(entry["app_id"], entry["openid"], action.act)
        elif action.act is not None:
            await self.link.note(
                action.account.app_id, action.openid, action.act, scene=action.scene, template=action.template
            )

    async def _push(self, action: Action) -> None:
        if action.taps:
            action = self._tapped(action)
        body = addressed(
            action.account,
            action.openid,
            self.timestamps.stamp(action),
            action.fragment,
            message_id(self.options.seed, action.number),
        )
        pushes = [self.pusher.push(action.account, body) for _ in range(1 + action.copies)]
        if action.together:
            outcomes = list(await asyncio.gather(*pushes))
        else:
            outcomes = [await push for push in pushes]
        answered = next((outcome.answer.text for outcome in outcomes if outcome.is_acknowledged), "")
        held = self.screens.show(action.openid, answered)
        self.tally.pushed(action, outcomes, got=bool(held))
        self.teller.pushed(action, outcomes[0], action.copies)
        self._write(action, body, outcomes)

    def _tapped(self, action: Action) -> Action:
        typed = str(action.fragment["Content"])
        fragment = self.screens.tap(action.account, action.openid, typed, f"tap/{self.options.seed}/{action.number}")
        how = "点链接" if "bizmsgmenuid" in fragment else ""
        return replace(action, fragment=fragment, says=f"{how}「{fragment['Content']}」")

    async def _sign_in(self, action: Action) -> None:
        code = await self.link.code(action.account.app_id, action.openid, "login")
        told = await self.phone.sign_in(action.account, code)
        if told.is_done and not told.body.get("token"):
            told = Told(0, told.latency_s, told.body, "the session carries no token")
        self._tokens[action.person.number, action.account.key] = str(told.body.get("token", ""))
        self._told(action, told)

    async def _behave(self, action: Action) -> None:
        name, properties = action.behaviour or ("", {})
        at = datetime.fromtimestamp(self.timestamps.stamp(action), UTC).isoformat()
        event = {
            "name": name,
            "at": at,
            "properties": dict(properties),
            "idempotency_key": f"{action.openid}-{self.options.seed}-{action.number}",
        }
        token = self._tokens.get((action.person.number, action.account.key), "")
        for _ in range(1 + action.copies):
            self._told(action, await self.phone.report(action.account, token, [event]))

    def _told(self, action: Action, told: Told) -> None:
        self.tally.told(action, told)
        self.teller.told(action, told)

    def _write(self, action: Action, body: dict[str, object], outcomes: Sequence[Outcome]) -> None:
        if self.record is None:
            return
        entry = {
            "number": action.number,
            "account": action.account.key,
            "openid": action.openid,
            "kind": action.kind.value,
            "body": body,
            "copies": [
                {
                    "acknowledged": outcome.is_acknowledged,
                    "attempts": outcome.attempts,
                    "status": outcome.status,
                    "latency_ms": round(outcome.latency_s * 1000, 2),
                    "answer": outcome.answer.kind,
                    "text": outcome.answer.text,
                    "fault": outcome.fault,
                }
                for outcome in outcomes
            ],
        }
        self.record.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self.record.flush()


@dataclass(slots=True)
class Ears:
    """Hears what reaches people through the platform's API while the day goes on."""

    link: Link
    teller: Teller
    tally: Tally
    screens: Screens
    names: dict[tuple[str, str], str]
    heard: int

    async def listen(self, every_s: float = 0.5) -> None:
        while True:
            await asyncio.sleep(every_s)
            with contextlib.suppress(LinkBroken):
                await self.catch_up()

    async def catch_up(self) -> None:
        for message in await self.link.accepted(self.heard):
            self.heard = int(message["seq"])
            name = self.names.get((message["app_id"], message["openid"]))
            if name:
                self.screens.show(message["openid"], message["text"])
                self.tally.counts["messages_received"] += 1
                self.teller.received(name, message)
