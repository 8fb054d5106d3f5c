"""The flash hour: everybody who follows by then wants one offer within the same seconds, some of them twice."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from simulator import events, messages
from simulator.accounts import Account
from simulator.actions import Action
from simulator.config import Config, Poster
from simulator.options import DayOptions
from simulator.people import Person
from simulator.state.stocks import Act
from simulator.steps import Kind

_EAGER = 0.2
"""Of all people these are at it the moment it opens, and tap again at once."""
_EAGER_WITHIN_S = 0.2
_ALL_WITHIN_S = 4.0
_COPIES = 0.25
"""WeChat pushes so many more than usual twice when everybody comes at once."""


def rush(
    config: Config, person: Person, before: Sequence[Action], options: DayOptions
) -> Iterator[tuple[float, Action]]:
    """What the person does at the flash hour and when, in seconds since midnight; nothing for who does not follow then.

    ``before`` is their day in order of arrival; one in twenty is busy with something else.
    """
    poster, account = config.flash, person.shop
    if poster is None or poster.flash_hour is None or account is None or not _follows(before, poster.flash_hour * 3600):
        return
    dice = random.Random(f"flash/{options.seed}/{person.number}")
    if dice.random() < 0.05:
        return
    is_eager = dice.random() < _EAGER
    at_s = poster.flash_hour * 3600
    at_s += dice.uniform(0, _EAGER_WITHIN_S) if is_eager else dice.uniform(_EAGER_WITHIN_S, _ALL_WITHIN_S)
    for tap in range(2 if is_eager else 1):
        at_s += tap * _EAGER_WITHIN_S
        is_copied = bool(options.duplicates) and dice.random() < _COPIES
        yield at_s, _want(person, account, poster, at_s, copies=int(is_copied), taps=dice.random() < 0.5)


def _follows(actions: Sequence[Action], at_s: float) -> bool:
    acts = [action.act for action in actions if action.at_s < at_s and action.act in (Act.FOLLOW, Act.UNFOLLOW)]
    return bool(acts) and acts[-1] is Act.FOLLOW


def _want(person: Person, account: Account, poster: Poster, at_s: float, copies: int, taps: bool) -> Action:
    if taps and poster.key:
        says = f"抢！点菜单 {poster.key}"
        way: dict[str, Any] = {"kind": Kind.CLICK, "fragment": events.click(poster.key), "act": Act.CLICK, "says": says}
    else:
        words = f"领取{poster.title}"
        way = {"kind": Kind.TEXT, "fragment": messages.text(words), "act": Act.MESSAGE, "says": f"抢！「{words}」"}
    return Action(
        number=0, at_s=at_s, person=person, account=account, rush=True, copies=copies, together=copies > 0, **way
    )
