"""One thing that happens on a shop day, ready to be pushed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Account
from simulator.people import Person
from simulator.state.stocks import Act
from simulator.steps import Kind


@dataclass(frozen=True, slots=True)
class Action:
    """``fragment`` is what is pushed (empty for nothing), ``act`` what the platform notes, ``says`` what a reader sees.

    ``at_s`` counts from midnight of the day. ``copies`` is how often it is pushed again, ``together`` whether at once.
    ``taps``: what was said last is looked through for a link, whose words are sent instead of ``fragment``. ``rush``:
    goes out at once, however many others are under way.
    ``same_second``: shares CreateTime with the person's action before. ``late``: overtaken by the one that followed it.
    """

    number: int
    at_s: float
    person: Person
    account: Account
    kind: Kind
    says: str
    fragment: Mapping[str, Any] = field(default_factory=dict)
    act: Act | None = None
    scene: str = ""
    template: str = ""
    behaviour: tuple[str, Mapping[str, Any]] | None = None
    taps: bool = False
    rush: bool = False
    copies: int = 0
    together: bool = False
    same_second: bool = False
    late: bool = False

    @property
    def openid(self) -> str:
        return self.person.openids[self.account.key]
