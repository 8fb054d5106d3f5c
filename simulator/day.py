"""A whole day from configuration to summary: checks the address, casts, plans, plays, listens, sums up."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import IO, Any

from simulator.config import Config
from simulator.link import Link
from simulator.options import DayOptions
from simulator.people import Person, cast_people
from simulator.phone import Phone
from simulator.player import Ears, Player
from simulator.push import open_pusher
from simulator.screen import Screens
from simulator.shop_day import plan_day
from simulator.stage import set_stage
from simulator.tally import Tally
from simulator.teller import Teller
from simulator.timestamps import Timestamps


async def play_day(
    config: Config, options: DayOptions, target: str, api: str, teller: Teller, record: IO[str] | None = None
) -> dict[str, Any]:
    """Plays against the product at ``target`` with the simulator's API at ``api``; the summary.

    Raises UrlRefused when the product does not answer the URL check, LinkBroken when the simulator does not answer.
    """
    async with open_pusher(target, options.patience) as pusher:
        link, tally = Link(pusher.session, api), Tally()
        screens = Screens([config.flash.title] if config.flash else [])
        for account in config.accounts:
            await pusher.check_url(account)
        people = cast_people(config, options.seed, options.people)
        await link.register([each for person in people for each in person.registrations()])
        await link.webhook(pusher.base)
        actions = plan_day(config, options, set_stage(config, await link.stage()))
        teller.opens(people, len(actions))
        ears = Ears(link, teller, tally, screens, _names(people), heard=(await link.counters())["accepted"])
        listening = asyncio.create_task(ears.listen())
        started = time.perf_counter()
        phone = Phone(pusher.session, pusher.base, options.patience)
        await Player(
            options, link, pusher, phone, screens, teller, tally, Timestamps(options.clock, actions, time.time), record
        ).play(actions)
        seconds = time.perf_counter() - started
        await asyncio.sleep(options.linger_s)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        await ears.catch_up()
    summary = tally.summary(seconds) | {"seed": options.seed, "people": _listed(people)}
    summary["coupons"] = [
        {"openid": held.openid, "title": held.title, "code": held.code} for held in screens.held.values()
    ]
    teller.closes(summary)
    return summary


def _names(people: Sequence[Person]) -> dict[tuple[str, str], str]:
    return {(entry["app_id"], entry["openid"]): person.name for person in people for entry in person.registrations()}


def _listed(people: Sequence[Person]) -> list[dict[str, str]]:
    return [
        {
            "name": person.name,
            "persona": person.persona.key,
            "wish": person.wish,
            "app": account.key,
            "app_id": account.app_id,
            "openid": person.openids[account.key],
            "unionid": person.unionid,
        }
        for person in people
        for account in (person.shop, person.mini)
        if account and any(person.account(step) is account for step in person.steps())
    ]
