"""Offers by place: the nearest good store of each, however far; radius and area count the accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import pytest

from campaigns.coupons.offers.near import AREA_M, Offered, OfferedNear, at_stores, by_place, in_order
from campaigns.coupons.terms import Kind, Terms
from core.accounts import Crs
from core.coordinates import to_gcj02, to_wgs84
from core.places import Point, distance_m
from guides.stores import StoreCard, StoreDirectory
from tests.campaigns.coupons.offers import NOON

HERE = Point(31.0, 121.0, Crs.WGS84)


def store(number: int) -> StoreCard:
    """Stores a hundredth of a degree apart, northwards; number 0 has no known place."""
    place = Point(31.0 + number / 100, 121.0, Crs.WGS84) if number else None
    return StoreCard(f"S{number:03}", f"店{number}", "上海", "", "", "", place and to_gcj02(place), place)


class Street(StoreDirectory):
    """So many stores, without a database."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._cards = {card.code: card for card in map(store, range(most + 1))}

    def nearest_first(self, point: Point, within_m: float = math.inf) -> Iterator[tuple[float, StoreCard]]:
        here = to_wgs84(point)
        cards = [(_metres(here, card.ground), card) for card in self._cards.values() if card.ground]
        yield from sorted((each for each in cards if each[0] <= within_m), key=lambda each: each[0])

    def find(self, store_code: str) -> StoreCard | None:
        return self._cards.get(store_code)


def _metres(here: Point, there: Point) -> float:
    return distance_m(here.latitude, here.longitude, there.latitude, there.longitude)


def offer(code: str, *where: str, radius_m: int = 0, until: date = date(2026, 12, 31)) -> Offered:
    terms = Terms(code, Kind.CASH, amount_fen=1000, valid_until=until, radius_m=radius_m)
    return Offered(code, terms, frozenset(where) or None)


def test_each_offer_has_its_own_nearest_store_even_behind_hundreds_of_others() -> None:
    offers = [offer("all"), offer("some", "S007", "S005"), offer("far", "S300"), offer("nowhere", "S000")]
    found = by_place(offers, Street(300), HERE)
    assert [each.store and each.store.code for each in found] == ["S001", "S005", "S300", None]
    assert [each.distance_m and round(each.distance_m) for each in found] == [1112, 5560, 333585, None]


def test_order_is_by_distance_then_by_end_then_by_code() -> None:
    offers = [
        offer("nowhere", "S000"), offer("b", "S001"), offer("a", "S001"),
        offer("ends", "S001", until=date(2026, 11, 30)), offer("next", "S002", until=date(2026, 11, 26)),
    ]  # fmt: skip
    found = in_order(by_place(offers, Street(3), HERE), NOON)
    assert [each.offer.code for each in found] == ["ends", "a", "b", "next", "nowhere"]


@pytest.mark.parametrize(
    ("radius_m", "distance_m", "accuracy_m", "is_within", "is_in_area"),
    [
        (0, 5000.0, 0.0, True, False),
        (0, AREA_M + 40.0, 40.0, True, True),
        (0, AREA_M + 41.0, 40.0, True, False),
        (300, 340.0, 40.0, True, True),
        (300, 341.0, 40.0, False, False),
        (3000, 2500.0, 0.0, True, True),
        (300, None, 0.0, False, False),
        (0, None, 0.0, True, False),
    ],
)
def test_radius_and_area_count_the_accuracy(
    radius_m: int, distance_m: float | None, accuracy_m: float, is_within: bool, is_in_area: bool
) -> None:
    near = OfferedNear(offer("x", radius_m=radius_m), store(1), distance_m, accuracy_m)
    assert (near.is_within, near.is_in_area) == (is_within, is_in_area)


def test_of_stores_named_the_first_good_one_counts_and_offers_good_at_none_are_left_out() -> None:
    stores = [store(0), store(2), store(5)]
    found = at_stores([offer("all"), offer("two", "S002", "S005"), offer("other", "S009")], stores)
    assert [(each.offer.code, each.store and each.store.code) for each in found] == [("all", "S000"), ("two", "S002")]


def test_a_place_in_another_system_is_converted() -> None:
    """WGS-84 lies 500 m from where GCJ-02 draws it."""
    drawn = Point(31.0, 121.0, Crs.GCJ02)
    [near], [shifted] = by_place([offer("x")], Street(3), HERE), by_place([offer("x")], Street(3), drawn)
    assert near.distance_m is not None and shifted.distance_m is not None
    assert 100 < abs(near.distance_m - shifted.distance_m) < 700
