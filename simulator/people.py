"""Casts a day: who comes, as which persona, with which name, ids, words and place."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.accounts import Account
from simulator.config import Config, Place, Poster
from simulator.names import name_of
from simulator.openids import openid_of, phone_of, unionid_of
from simulator.personas import PERSONAS
from simulator.personas.persona import WORDS, Persona
from simulator.steps import Kind, Step

# Where people stand when the configuration names no places of its own (GCJ-02).
PLACES = (
    Place("上海市静安区南京西路", 31.2287, 121.4560),
    Place("上海市徐汇区淮海中路", 31.2192, 121.4622),
    Place("北京市朝阳区三里屯", 39.9346, 116.4546),
    Place("广州市天河区体育西路", 23.1318, 113.3213),
    Place("深圳市福田区会展中心", 22.5330, 114.0580),
    Place("成都市锦江区春熙路", 30.6559, 104.0793),
    Place("杭州市上城区湖滨", 30.2548, 120.1642),
    Place("南京市秦淮区新街口", 32.0417, 118.7845),
)

# What they read of where the configuration names no posters of its own.
POSTERS = (Poster("满300减50"), Poster("到店礼", near=True))


@dataclass(frozen=True, slots=True)
class Person:
    """One customer of the day. ``shop`` and ``mini`` are the accounts they use, None where the brand has none."""

    number: int
    name: str
    persona: Persona
    unionid: str
    phone: str
    shop: Account | None
    mini: Account | None
    openids: Mapping[str, str]
    words: Mapping[str, str]
    guide: int
    place: Place

    @property
    def wish(self) -> str:
        return self.persona.wish.format_map(self.words)

    def account(self, step: Step) -> Account | None:
        """Where the step happens. A unionid concerns both apps, so any will do."""
        if step.kind is Kind.UNIONID:
            return self.mini or self.shop
        return self.mini if step.in_mini else self.shop

    def steps(self) -> list[Step]:
        """The persona's day, without what needs an account the brand does not have."""
        return [step for step in self.persona.steps if self.account(step) is not None]

    def registrations(self) -> list[dict[str, Any]]:
        """What the platform has to know about this person, one entry for each app."""
        return [
            {
                "app_id": account.app_id,
                "openid": self.openids[account.key],
                "unionid": self.unionid,
                "phone": self.phone,
                "unionid_late": self.persona.unionid_late,
            }
            for account in (self.shop, self.mini)
            if account
        ]


def cast_people(config: Config, seed: int, count: int) -> list[Person]:
    """``count`` people, the same for the same seed and configuration; a smaller cast is the start of a larger one."""
    personas = [persona for persona in PERSONAS if _can_play(persona, config)]
    order = random.Random(f"order/{seed}").sample(personas, len(personas))
    return [_person(config, seed, number, order[number % len(order)]) for number in range(count)]


def _can_play(persona: Persona, config: Config) -> bool:
    kinds = {account.is_official for account in config.accounts}
    return any((not step.in_mini) in kinds for step in persona.steps if step.kind is not Kind.UNIONID)


def _person(config: Config, seed: int, number: int, persona: Persona) -> Person:
    dice = random.Random(f"person/{seed}/{number}")
    is_woman = dice.random() < 0.6 if persona.woman is None else persona.woman
    choices = {**WORDS, **_titles(config), **persona.words}
    return Person(
        number=number,
        name=name_of(dice, is_woman),
        persona=persona,
        unionid=unionid_of(seed, number),
        phone=phone_of(seed, number),
        shop=_one_of([account for account in config.accounts if account.is_official], number),
        mini=_one_of([account for account in config.accounts if not account.is_official], number),
        openids={account.key: openid_of(account.app_id, seed, number) for account in config.accounts},
        words={name: dice.choice(options) for name, options in choices.items()},
        guide=dice.randrange(1 << 16),
        place=dice.choice(config.places or PLACES),
    )


def _titles(config: Config) -> dict[str, tuple[str, ...]]:
    """Offers by the names that lines call them: ``{offer}``, and ``{near_offer}`` for who is close to a store."""
    plain = [poster for poster in config.posters or POSTERS if poster.flash_hour is None]
    return {
        name: tuple(poster.title for poster in plain if poster.near is near) or (default.title,)
        for name, near, default in (("offer", False, POSTERS[0]), ("near_offer", True, POSTERS[1]))
    }


def _one_of(accounts: Sequence[Account], number: int) -> Account | None:
    return accounts[number % len(accounts)] if accounts else None
