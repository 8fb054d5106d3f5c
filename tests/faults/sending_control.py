"""The control of the deliveries: with one guard taken out of the workers each time, a promise has to be found broken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from tests.faults.crowds import CROWDS, Crowd, alone, plan
from tests.faults.grounds import Grounds
from tests.faults.run import Run, Scenario
from tests.faults.sending import Sending, open_sending
from tests.faults.sending_promises import check_sendings

_WORKERS = 2
_CALLS_PER_S = 50
_WITHIN_S = 30.0
_IN_FLIGHT = 5

_WINDOWS, _WITH_FALL_BACK, _MINI, _TEMPLATES, _NOTICES, _MINI_NOTICES, _CARE, _MARKETING, _LEFT, _WITHDRAWN = CROWDS


async def _killed_while_sending(sending: Sending) -> None:
    """WeChat has taken messages, and the workers die before they can write that down."""
    await sending.stage.link.turn({"slow_ms": 500.0})
    await sending.begin()
    await _wait_for_accepted(sending, 1)
    async with sending.stage.database.held_up("delivery"):
        await _wait_for_accepted(sending, await sending.count_accepted() + _IN_FLIGHT)
        pids = [worker.pid for worker in sending.workers]
        for worker in sending.workers:
            worker.kill()
    for pid in pids:
        await sending.forget(pid)
    await sending.stage.link.turn({"slow_ms": 0.0})
    for worker in sending.workers:
        await worker.start()


async def _lose_answers(sending: Sending) -> None:
    """Every third answer is lost after WeChat took the message."""
    await sending.stage.link.turn({"lost_share": 0.3})
    await sending.begin()


async def _just_send(sending: Sending) -> None:
    """Nothing goes wrong."""
    await sending.begin()


async def _wait_for_accepted(sending: Sending, count: int) -> None:
    end = time.monotonic() + _WITHIN_S
    while await sending.count_accepted() < count and time.monotonic() < end:
        await asyncio.sleep(0.01)


def control_of(
    guard: str, crowds: Sequence[Crowd], deliveries: int, trouble: Callable[[Sending], Awaitable[None]], words: str
) -> Scenario:
    """Content only where workers without ``guard`` break the promise ``words``."""

    async def play(run: Run, grounds: Grounds) -> None:
        careless, planned = Run(run.size, run.seed), plan(grounds.accounts, deliveries, crowds)
        async with open_sending(grounds, planned, _WORKERS, _CALLS_PER_S, guard) as sending:
            await trouble(sending)
            await sending.settle(_WITHIN_S, hurries=True)
            await check_sendings(careless, sending.stage, planned)
        run.count(found_broken=len(careless.broken))
        is_found = any(broken.startswith(words) for broken in careless.broken)
        run.promise(
            f"without the guard it is found that not '{words}'", is_found, careless.broken or "nothing was found"
        )

    return Scenario(f"control-deliveries-{guard}", play, needs=("postgres",))


_TWICE = "nobody received a delivery twice"

SCENARIOS = (
    control_of("unknown-is-not-repeated", [alone(_WINDOWS, 1)], 80, _killed_while_sending, _TWICE),
    control_of("one-client-id-a-delivery", [alone(_TEMPLATES, 1)], 60, _lose_answers, _TWICE),
    control_of(
        "stocks-are-taken", [_WINDOWS, _NOTICES, _CARE, _MARKETING], 150, _just_send,
        "no customer got more than the cap of care or marketing",
    ),
)  # fmt: skip
