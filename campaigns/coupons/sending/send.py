"""One send of an offer: what is sent and in which words, and what became of those it was for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from campaigns.coupons.claiming.issuing import Near
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.sending.carried import OCCURRENCE_PREFIX
from campaigns.coupons.sending.send_form import Message
from campaigns.coupons.terms import Terms
from core.clock import BRAND_ZONE
from delivery.decided import Planned, may_go
from delivery.policy import Decision
from models.dialect.recipients import Recipient

AFTER_QUIET = "after_quiet_hours"


@dataclass(frozen=True, slots=True)
class Send:
    """What is sent. ``key`` names it for good: with the same key nobody hears twice.

    ``near`` is the store it is sent around and the most its people are from there, ``store_name`` what the words call
    the store, empty for each person's own.
    """

    key: str
    template: str
    message: Message
    store_name: str = ""
    near: Near | None = None

    @property
    def occurrence(self) -> str:
        """The reason key of its deliveries."""
        return f"{OCCURRENCE_PREFIX}{self.key}"

    def words(self, terms: Terms, who: Recipient | None, brand: str, code: str, ends: datetime) -> list[dict[str, Any]]:
        """The options with the words a person gets (None: somebody of whom nothing is known); ``ends`` is exclusive."""
        last = (ends - timedelta(microseconds=1)).astimezone(BRAND_ZONE)
        values = {
            "customer": " ".join(who.name.split()) if who else "",
            "guide": " ".join(who.guide.split()) if who else "",
            "store": self.store_name or (" ".join(who.store.split()) if who else ""),
            "brand": brand,
            "coupon": " ".join(terms.title.split()),
            "code": code,
            "ends": f"{last.month}月{last.day}日",
        }
        return [option.render(values) for option in self.message.options]


@dataclass(slots=True)
class Outcome:
    """What became of an audience. ``hears``: with a copy, by channel. ``there`` had a row of this send before.

    ``refused`` by reason of the policy, ``denied`` by the rule of the offer that said no to the person. ``closed`` is
    why the ``rest`` got nothing.
    """

    hears: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    denied: Counter[str] = field(default_factory=Counter)
    there: int = 0
    elsewhere: int = 0
    rest: int = 0
    closed: Refusal | None = None

    def add(self, other: Outcome) -> None:
        """Counts another batch."""
        self.hears += other.hears
        self.refused += other.refused
        self.denied += other.denied
        self.there += other.there
        self.elsewhere += other.elsewhere
        self.rest += other.rest
        self.closed = self.closed or other.closed

    def count(self, person: Planned, decision: Decision) -> None:
        """Counts somebody the policy decided on, and nobody else said no to."""
        if decision.choice is not None:
            self.hears[str(person.options[decision.choice]["channel"])] += 1
        elif may_go(person, decision):
            self.hears[AFTER_QUIET] += 1
        else:
            self.refused[decision.reason.value if decision.reason else ""] += 1
