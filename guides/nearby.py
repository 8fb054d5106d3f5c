"""Which shops to tell a customer about: near a point, near where they were, in their city, or their guide's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from core.places import Point
from core.ports import Subject
from customers.answered import was_answered
from customers.places import find_whereabouts
from guides.binding import guide_of
from guides.hours import Hours, hours_at
from guides.stores import StoreCard, StoreDirectory
from guides.tasks import HUMAN, TaskOpened, ask_for_human

FAR_M = 50_000.0
"""Shops beyond this are not called near."""

REPORTED = "event.location"
"""The kind of push by which a phone reports a place unasked."""

UNASKED_EVERY = timedelta(days=1)

_MOST = 3
_MOST_OF_CITY = 5


class Basis(StrEnum):
    """Why these shops: open and near · near but closed · the nearest, though far · the city's · the guide's · none."""

    OPEN = "open"
    CLOSED = "closed"
    FAR = "far"
    CITY = "city"
    OWN = "own"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class StoreNow:
    """A shop with its doors at the moment; ``distance_m`` in metres, None where nobody asked from a place."""

    store: StoreCard
    hours: Hours
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Shops:
    """Shops to tell of, nearest first or by code; ``total`` counts those left out too. ``city`` for ``Basis.CITY``.

    ``point`` is the kept place they are near to, None where there is none or the customer told one just now.
    """

    basis: Basis
    stores: tuple[StoreNow, ...] = ()
    total: int = 0
    city: str = ""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """An open request for a person, and the customer's own shop where they have one."""

    task: TaskOpened
    shop: StoreNow | None


async def shops_near(directory: StoreDirectory, point: Point, now: datetime) -> Shops:
    """The nearest open shops; where none is open and near the nearest ones, closed or far. None without coordinates."""
    await directory.refresh()
    near = _near(directory, point, now, open_only=True)
    if near and near[0].distance_m is not None and near[0].distance_m <= FAR_M:
        within = tuple(shop for shop in near if (shop.distance_m or 0.0) <= FAR_M)
        return Shops(Basis.OPEN, within, len(within))
    near = _near(directory, point, now, open_only=False)
    if not near:
        return Shops(Basis.NONE)
    within = tuple(shop for shop in near if (shop.distance_m or 0.0) <= FAR_M)
    return Shops(Basis.CLOSED, within, len(within)) if within else Shops(Basis.FAR, near[:1], len(near))


async def shops_unasked(
    directory: StoreDirectory, app_id: str, openid: str, point: Point, now: datetime
) -> tuple[StoreNow, ...]:
    """Open shops near a place the phone reported; none where the person was told of some within ``UNASKED_EVERY``."""
    shops = await shops_near(directory, point, now)
    if shops.basis is not Basis.OPEN or await was_answered(app_id, openid, REPORTED, now - UNASKED_EVERY):
        return ()
    return shops.stores


async def shops_in(directory: StoreDirectory, city: str, now: datetime) -> Shops:
    """The shops of a city, by code, with or without coordinates."""
    await directory.refresh()
    cards = directory.in_city(city)
    shops = tuple(_now(card, now) for card in cards[:_MOST_OF_CITY])
    return Shops(Basis.CITY if cards else Basis.NONE, shops, len(cards), city)


async def shops_for(directory: StoreDirectory, app_id: str, openid: str, now: datetime) -> Shops:
    """Shops for somebody who names no place: near their kept place (with consent), their city's, or their guide's.

    Where no shop's place is known nobody is near one, and the city counts.
    """
    known = await find_whereabouts(app_id, openid, now)
    if known is not None:
        if known.point is not None and (near := await shops_near(directory, known.point, now)).stores:
            return replace(near, point=known.point)
        if known.city and (found := await shops_in(directory, known.city, now)).stores:
            return found
    shop = await own_shop(directory, app_id, openid, now)
    return Shops(Basis.OWN, (shop,), 1) if shop else Shops(Basis.NONE)


async def own_shop(directory: StoreDirectory, app_id: str, openid: str, now: datetime) -> StoreNow | None:
    """The shop of the guide who serves this person."""
    guide = await guide_of(app_id, openid)
    await directory.refresh()
    return _find(directory, guide.store_code, now) if guide else None


def map_url(store: StoreCard) -> str:
    """Opens the shop on Tencent's map, whose coordinates are GCJ-02; empty where the shop's place is unknown."""
    if store.point is None:
        return ""
    where = f"coord:{store.point.latitude:.6f},{store.point.longitude:.6f}"
    named = f"title:{quote(store.name, safe='')};addr:{quote(store.address or store.city, safe='')}"
    return f"https://apis.map.qq.com/uri/v1/marker?marker={where};{named}&referer=zhiji"


async def ask_for_person(
    directory: StoreDirectory, who: Subject, reason: str, now: datetime, kind: str = HUMAN
) -> PersonAsked:
    """Store the request (once while it is open); in the caller's transaction, so the directory is taken as it is."""
    task = await ask_for_human(who, reason, kind)
    return PersonAsked(task, _find(directory, task.store_code, now) if task.store_code else None)


def _near(directory: StoreDirectory, point: Point, now: datetime, *, open_only: bool) -> tuple[StoreNow, ...]:
    found = directory.nearest(point, _MOST, now, open_only=open_only)
    return tuple(StoreNow(near.store, near.hours, near.distance_m) for near in found)


def _find(directory: StoreDirectory, code: str, now: datetime) -> StoreNow | None:
    card = directory.find(code)
    return _now(card, now) if card else None


def _now(card: StoreCard, now: datetime) -> StoreNow:
    return StoreNow(card, hours_at(card.opening_hours, now))
