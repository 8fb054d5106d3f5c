"""Scripted customers, the same for a seed: what each of them sends, in order, with what copies."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import events, messages
from simulator.accounts import Account
from simulator.openids import message_id, openid_of
from simulator.state.stocks import Act
from tests.faults.grounds import GUIDES

CHATS = (
    "黑色连衣裙有货吗",
    "这件多少钱",
    "可以便宜点吗",
    "M码还有吗",
    "什么时候发货",
    "质量不太好",
    "谢谢你😀",
    "附近门店",
)
MY_GUIDE, STOP, RESUME, HUMAN = "我的导购", "退订", "恢复", "人工"
PLACE = (31.2286, 121.4523)

Step = tuple[Mapping[str, Any], Act | None]


@dataclass(frozen=True, slots=True)
class Push:
    """One push. ``place`` is its number in its person's order; ``together`` and ``after`` are extra copies."""

    account: Account
    openid: str
    place: int
    body: Mapping[str, Any]
    act: Act | None
    together: int = 0
    after: int = 0

    @property
    def sign(self) -> tuple[str, ...]:
        """What tells this push from every other one, read from the fields alone."""
        return sign_of(self.account.app_id, self.body)


def sign_of(app_id: str, fields: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId")
    return (app_id, *(str(fields.get(name, "")) for name in names))


def make_people(accounts: Mapping[str, Account], seed: int, pushes: int, thrice: bool = False) -> list[list[Push]]:
    """Persons with their pushes, about ``pushes`` in all without copies; ``thrice``: three of each."""
    dice = random.Random(seed)
    people: list[list[Push]] = []
    total = 0
    while total < pushes:
        number = len(people)
        key = dice.choices([*accounts], [_SHARES[key] for key in accounts])[0]
        steps = list(_STEPS[key](dice))[: pushes - total]
        people.append(_pushes(accounts[key], seed, number, steps, dice, thrice))
        total += len(steps)
    return people


def make_hasty(account: Account, seed: int, people: int) -> list[list[Push]]:
    """Persons who follow with a guide's code and ask for their guide at once; neither push has to be first."""
    dice = random.Random(seed)
    scenes = [f"g_{guide}" for guide in GUIDES]
    made = []
    for number in range(people):
        steps: list[Step] = [(events.subscribe(dice.choice(scenes), "ticket"), None), (messages.text(MY_GUIDE), None)]
        made.append([replace(push, place=0) for push in _pushes(account, seed, number, steps, dice, False)])
    return made


def _pushes(
    account: Account, seed: int, number: int, steps: Sequence[Step], dice: random.Random, thrice: bool
) -> list[Push]:
    """CreateTime ends about now and every event has a second of its own, but for those that share one on purpose."""
    openid = openid_of(account.app_id, seed, number)
    opening = int(time.time()) - len(steps)
    made = []
    for place, (fragment, act) in enumerate(steps):
        created = opening + place - (1 if fragment.get("Event") == "LOCATION" else 0)
        body = events.addressed(account, openid, created, fragment, message_id(seed, number * 1000 + place))
        together, after = (0, 2) if place % 2 else (2, 0)
        if not thrice:
            together, after = int(dice.random() < 0.1), int(dice.random() < 0.1)
        made.append(Push(account, openid, place, body, act, together, after))
    return made


def _shop(dice: random.Random) -> Iterator[Step]:
    """A follower: everything they ask for later depends on what they did before."""
    mine, other = dice.sample([f"g_{guide}" for guide in GUIDES], 2)
    yield events.subscribe(mine if dice.random() < 0.8 else "", "ticket"), Act.FOLLOW
    yield events.location(*PLACE), None
    yield messages.text(MY_GUIDE), Act.MESSAGE
    yield _chat(dice), None
    yield events.scan(other, "ticket"), Act.SCAN
    yield events.click(MY_GUIDE), Act.CLICK
    yield messages.text(STOP), Act.MESSAGE
    yield _chat(dice), None
    yield messages.voice(dice.choice(CHATS)), Act.MESSAGE
    yield messages.text(RESUME), Act.MESSAGE
    if dice.random() < 0.5:
        yield messages.text(HUMAN), Act.MESSAGE
        yield messages.text(HUMAN), None
    yield messages.image("hat"), None
    yield events.unsubscribe(), Act.UNFOLLOW
    if dice.random() < 0.6:
        yield events.subscribe(other, "ticket"), Act.FOLLOW
        yield messages.text(MY_GUIDE), Act.MESSAGE
        yield _chat(dice), None


def _mini(dice: random.Random) -> Iterator[Step]:
    """Somebody in a mini program's chat: all words leave as deliveries, of which WeChat takes five."""
    yield events.enter("from-shelf"), Act.ENTER
    for _ in range(dice.randint(1, 3)):
        yield _chat(dice), Act.MESSAGE
    yield messages.text(STOP), Act.MESSAGE
    yield messages.text(RESUME), Act.MESSAGE


def _street(dice: random.Random) -> Iterator[Step]:
    """Somebody who only talks, to the account that pushes in the clear."""
    for _ in range(dice.randint(4, 12)):
        yield _chat(dice), Act.MESSAGE


def _chat(dice: random.Random) -> Mapping[str, Any]:
    return messages.text(f"{dice.choice(CHATS)} {dice.randrange(10**6)}" if dice.random() < 0.5 else dice.choice(CHATS))


_SHARES = {"shop": 70, "street": 10, "mini": 20}
_STEPS = {"shop": _shop, "mini": _mini, "street": _street}
