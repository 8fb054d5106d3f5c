"""Plans a shop day: people's steps become actions at virtual times, some repeated, some late, some in one second."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulator.actions import Action
from simulator.config import Config
from simulator.flash import rush
from simulator.makers import make_fields
from simulator.options import DayOptions
from simulator.people import Person, cast_people
from simulator.stage import Stage
from simulator.state.stocks import Act

# In the same second two arrivals still have an order.
_TICK_S = 0.01
# Nobody is still at it after this: who would be came earlier.
_LATEST_S = 22.5 * 3600


def plan_day(config: Config, options: DayOptions, stage: Stage) -> list[Action]:
    """Every action of the day in order of arrival; the same arguments give the same list."""
    arrivals: list[tuple[float, int, int, Action]] = []
    for person in cast_people(config, options.seed, options.people):
        arrivals += _arrivals(person, config, options, stage)
    arrivals.sort(key=lambda arrival: arrival[:3])
    return [replace(action, number=number) for number, (*_, action) in enumerate(arrivals, start=1)]


def _arrivals(
    person: Person, config: Config, options: DayOptions, stage: Stage
) -> list[tuple[float, int, int, Action]]:
    dice = random.Random(f"arrivals/{options.seed}/{person.number}")
    actions = _before_night(list(_walk(person, options, stage)))
    for index in range(len(actions) - 1):
        if dice.random() < options.reorder and _may_swap(*actions[index : index + 2]):
            actions[index : index + 2] = [actions[index + 1], replace(actions[index], late=True)]
    arrives_s, timed = 0.0, []
    for index, action in enumerate(actions):
        arrives_s = max(arrives_s + _TICK_S, action.at_s)
        timed.append((arrives_s, person.number, index, action))
    for index, (at_s, action) in enumerate(rush(config, person, actions, options), start=len(actions)):
        timed.append((at_s, person.number, index, action))
    return timed


def _walk(person: Person, options: DayOptions, stage: Stage) -> Iterator[Action]:
    """The person's day in the order in which they live it."""
    dice = random.Random(f"day/{options.seed}/{person.number}")
    at_s = (dice.choice(person.persona.hours) + dice.random()) * 3600
    is_first = True
    for step in person.steps():
        is_left_out, shares_second = dice.random() > step.chance, dice.random() < options.same_second
        gap_s = dice.uniform(*step.gap_s)
        account = person.account(step)
        if is_left_out or account is None:
            continue
        if shares_second:
            gap_s = 0.0
        at_s += 0.0 if is_first else gap_s
        fields = make_fields(step, person, account, stage, dice)
        yield Action(
            number=0,
            at_s=at_s,
            person=person,
            account=account,
            kind=step.kind,
            same_second=not is_first and gap_s == 0.0,
            copies=_copies(dice, options, fields),
            together=dice.random() < 0.5,
            **fields,
        )
        is_first = False


def _before_night(actions: list[Action]) -> list[Action]:
    too_late_s = max(0.0, max((action.at_s for action in actions), default=0.0) - _LATEST_S)
    return [replace(action, at_s=action.at_s - too_late_s) for action in actions]


def _copies(dice: random.Random, options: DayOptions, fields: Mapping[str, Any]) -> int:
    share, third = dice.random(), dice.random()
    is_sent = "fragment" in fields or "behaviour" in fields
    return (2 if third < 0.3 else 1) if is_sent and share < options.duplicates else 0


def _may_swap(first: Action, second: Action) -> bool:
    """Only messages of one chat overtake each other; nobody speaks before they follow."""
    is_chat = first.act is Act.MESSAGE and second.act is Act.MESSAGE
    return is_chat and first.account is second.account and not first.late
