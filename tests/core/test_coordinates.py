"""Coordinate systems: published pairs, and the way back, measured in metres."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.accounts import Crs
from core.coordinates import convert, is_shifted, to_bd09, to_gcj02, to_wgs84
from core.places import Point, distance_m

in_china = st.tuples(st.floats(18.0, 53.0), st.floats(74.0, 135.0))


def away_m(one: Point, other: Point) -> float:
    return distance_m(one.latitude, one.longitude, other.latitude, other.longitude)


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # eviltransform's test vectors: Shanghai, Shenzhen, Beijing
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
)
def test_wgs84_becomes_gcj02_as_published(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    there = to_gcj02(Point(*wgs84, Crs.WGS84))
    assert (there.latitude, there.longitude) == pytest.approx(gcj02, abs=1e-9)
    assert there.crs is Crs.GCJ02


def test_gcj02_becomes_bd09_as_published() -> None:
    there = to_bd09(Point(39.915, 116.404, Crs.GCJ02))
    assert (there.latitude, there.longitude) == pytest.approx((39.92133699351021, 116.41036949371029), abs=1e-6)


@pytest.mark.parametrize(
    ("start", "goal", "published", "error_m"),
    [  # coordtransform's README, all from 39.915, 116.404; its way back from GCJ-02 is one step, good to a metre or two
        (Crs.WGS84, Crs.GCJ02, (39.91640428150164, 116.41024449916938), 0.001),
        (Crs.GCJ02, Crs.BD09, (39.92133699351021, 116.41036949371029), 0.1),
        (Crs.BD09, Crs.GCJ02, (39.90865673957631, 116.39762729119315), 1.0),
        (Crs.GCJ02, Crs.WGS84, (39.91359571849836, 116.39775550083061), 2.0),
    ],
)
def test_every_step_ends_where_others_publish(
    start: Crs, goal: Crs, published: tuple[float, float], error_m: float
) -> None:
    assert away_m(convert(Point(39.915, 116.404, start), goal), Point(*published, goal)) < error_m


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
def test_over_china_and_beyond_the_way_back_misses_by_less_than_a_metre(crs: Crs) -> None:
    """A grid of some 40 km; but where the shift begins two places get the same numbers, and one of them is missed."""
    checked = shifted = 0
    for row in range(10 * 4, 60 * 4):
        for column in range(70 * 2, 142 * 2):
            latitude, longitude = row / 4 + 0.013, column / 2 + 0.027
            around = [(latitude + north / 50, longitude + east / 50) for north in (-1, 0, 1) for east in (-1, 0, 1)]
            if len({is_shifted(*place) for place in around}) == 1:
                point = Point(latitude, longitude, Crs.WGS84)
                there = convert(point, crs)
                assert away_m(point, to_wgs84(there)) < 1.0, (latitude, longitude)
                assert away_m(there, convert(to_wgs84(there), crs)) < 1.0, (latitude, longitude)
                checked, shifted = checked + 1, shifted + is_shifted(latitude, longitude)
    assert checked > 28_000 and 5_000 < shifted < checked


@given(in_china, st.sampled_from([Crs.GCJ02, Crs.BD09]))
def test_there_and_back_misses_by_less_than_a_metre(place: tuple[float, float], crs: Crs) -> None:
    assume(is_shifted(*place))
    point = Point(*place, Crs.WGS84)
    assert away_m(point, to_wgs84(convert(point, crs))) < 0.01


@given(in_china)
def test_gcj02_and_bd09_are_converted_into_each_other(place: tuple[float, float]) -> None:
    assume(is_shifted(*place))
    gcj02 = to_gcj02(Point(*place, Crs.WGS84))
    assert away_m(gcj02, to_gcj02(to_bd09(gcj02))) < 0.01


@given(in_china)
def test_the_systems_lie_as_far_apart_as_measured_in_china(place: tuple[float, float]) -> None:
    assume(is_shifted(*place))
    point = Point(*place, Crs.WGS84)
    assert 20 < away_m(point, to_gcj02(point)) < 900
    assert 500 < away_m(point, to_bd09(point)) < 2000


@pytest.mark.parametrize(
    "place",
    [
        (35.6812, 139.7671),  # Tokyo
        (37.5665, 126.9780),  # Seoul
        (25.0330, 121.5654),  # Taipei
        (21.0278, 105.8342),  # Hanoi
        (1.3521, 103.8198),  # Singapore
        (51.5074, -0.1278),  # London
        (-33.8688, 151.2093),  # Sydney
        (90.0, 0.0),
        (0.0, 180.0),
    ],
)
@pytest.mark.parametrize("start", list(Crs))
@pytest.mark.parametrize("goal", list(Crs))
def test_outside_china_the_systems_are_one(place: tuple[float, float], start: Crs, goal: Crs) -> None:
    there = convert(Point(*place, start), goal)
    assert (there.latitude, there.longitude, there.crs) == (*place, goal)


@pytest.mark.parametrize("place", [(22.3193, 114.1694), (22.1987, 113.5439), (43.8256, 87.6168), (47.35, 130.3)])
def test_hong_kong_macau_and_the_far_provinces_are_shifted(place: tuple[float, float]) -> None:
    assert away_m(Point(*place, Crs.WGS84), to_gcj02(Point(*place, Crs.WGS84))) > 100


def test_a_conversion_keeps_accuracy_and_source() -> None:
    there = to_gcj02(Point(31.23, 121.47, Crs.WGS84, accuracy_m=65.0, source="event.location"))
    assert (there.accuracy_m, there.source) == (65.0, "event.location")
    assert to_gcj02(there) is there
