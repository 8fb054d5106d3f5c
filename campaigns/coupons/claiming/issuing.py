"""Issuing: who gets a copy and who does not, one applicant after the other. Pure: the caller holds the templates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from campaigns.coupons.claiming.pace import PACE_S, Limit, Paces
from campaigns.coupons.money import yuan
from campaigns.coupons.refusals import No, Refusal, refuse
from campaigns.coupons.terms import Terms, from_json
from core.clock import BRAND_ZONE
from models.coupons import TemplateState
from models.dialect.coupons import TemplateRow

BUDGET_REACHED = "预算已用完"


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest store of an offer from where a customer said to be."""

    store_name: str
    distance_m: float
    store_code: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """What an applicant gets: the ``slot``-th copy of this person, counted from 0."""

    template_id: int
    slot: int
    begins: datetime
    ends: datetime


@dataclass(slots=True)
class People:
    """What is known of the applicants when the first is heard. Customers that are not in a table have none of it.

    ``taken`` are copies by (template, customer): ever, and today. ``recent`` are copies of any template lately,
    ``paces`` what the scenes and stores of these calls gave lately.
    """

    taken: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    recent: dict[int, int] = field(default_factory=dict)
    levels: Mapping[int, Collection[str]] = field(default_factory=dict)
    blocked: dict[int, str] = field(default_factory=dict)
    paces: Paces = field(default_factory=Paces)


class Offer:
    """A template while applicants are served: its row as read, and what was given since."""

    def __init__(self, row: TemplateRow) -> None:
        self.row = row
        self.terms: Terms = from_json(row.terms)
        self.given = 0
        self.is_spent = False
        self._spans: dict[date, tuple[datetime | None, datetime]] = {}

    @property
    def cost_fen(self) -> int:
        """What the copies given since can cost."""
        return self.given * self.row.worth_fen

    def span(self, at: datetime) -> tuple[datetime, datetime]:
        """``Terms.span``, reckoned once for each day."""
        day = at.astimezone(BRAND_ZONE).date()
        if day not in self._spans:
            begins, ends = self.terms.span(at)
            self._spans[day] = None if begins == at else begins, ends
        begins_on_its_day, ends = self._spans[day]
        return begins_on_its_day or at, ends


def decide(
    offer: Offer | None, customer_id: int, people: People, pace: int, near: Near | None, at: datetime,
    limits: Sequence[Limit] = (),
) -> Copy | Refusal:  # fmt: skip
    """A copy for this applicant, counted at once, or the first rule that says no. ``pace`` is the person's own limit
    of copies a minute, ``limits`` are those of the scene and the store it comes from."""
    if offer is None:
        return refuse(No.NOT_PUBLISHED)
    if no := _closed(offer, at) or _unwanted(offer, customer_id, people, pace) or _elsewhere(offer.terms, near):
        return no
    ever, today = people.taken.get((offer.row.id, customer_id), (0, 0))
    if no := _had_enough(offer.terms, ever, today) or _used_up(offer):
        return no
    if no := people.paces.why_not(limits, at):
        return no
    begins, ends = offer.span(at)
    offer.given += 1
    people.paces.count(limits, at)
    people.taken[offer.row.id, customer_id] = ever + 1, today + 1
    people.recent[customer_id] = people.recent.get(customer_id, 0) + 1
    return Copy(offer.row.id, ever, begins, ends)


def _closed(offer: Offer, at: datetime) -> Refusal | None:
    match TemplateState(offer.row.state):
        case TemplateState.DRAFT:
            return refuse(No.NOT_PUBLISHED)
        case TemplateState.PAUSED:
            return refuse(No.PAUSED, why=offer.row.state_reason or "由同事暂停")
        case TemplateState.ENDED:
            return refuse(No.ENDED)
    begins, ends = offer.span(at)
    return refuse(No.ENDED) if ends <= max(begins, at) else None


def _unwanted(offer: Offer, customer_id: int, people: People, pace: int) -> Refusal | None:
    if why := people.blocked.get(customer_id):
        return refuse(No.BLOCKED, why=why)
    taken = people.recent.get(customer_id, 0)
    if pace and taken >= pace:
        return refuse(No.TOO_FAST, seconds=PACE_S, taken=taken, limit=pace)
    levels = offer.terms.levels
    if levels and not set(levels) & set(people.levels.get(customer_id, ())):
        return refuse(No.LEVEL_TOO_LOW, levels="、".join(levels))
    return None


def _elsewhere(terms: Terms, near: Near | None) -> Refusal | None:
    if not terms.radius_m:
        return None
    if near is None:
        return refuse(No.PLACE_UNKNOWN)
    if near.distance_m > terms.radius_m:
        return refuse(No.TOO_FAR, radius=terms.radius_m, store=near.store_name, distance=round(near.distance_m))
    return None


def _had_enough(terms: Terms, ever: int, today: int) -> Refusal | None:
    if ever >= terms.per_person:
        return refuse(No.LIMIT_REACHED, limit=terms.per_person, taken=ever)
    if terms.per_day and today >= terms.per_day:
        return refuse(No.DAY_LIMIT_REACHED, limit=terms.per_day, taken=today)
    return None


def _used_up(offer: Offer) -> Refusal | None:
    row = offer.row
    if row.issued + offer.given >= row.stock:
        return refuse(No.SOLD_OUT, stock=row.stock)
    exposure_fen = row.exposure_fen + offer.cost_fen
    if row.budget_fen is not None and exposure_fen + row.worth_fen > row.budget_fen:
        offer.is_spent = True
        return refuse(No.BUDGET_SPENT, budget=yuan(row.budget_fen), exposure=yuan(exposure_fen))
    return None
