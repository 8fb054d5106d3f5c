"""Distances on the sphere and coarse cells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.places import EARTH_RADIUS_M, coarse, distance_m, is_on_earth

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 180.0)
cells_m = st.floats(100.0, 50_000.0)


def test_a_degree_of_the_meridian_has_its_length() -> None:
    assert distance_m(0, 0, 1, 0) == pytest.approx(111_195.08, abs=0.01)


def test_a_degree_of_a_parallel_shrinks_with_the_cosine_of_the_latitude() -> None:
    assert distance_m(60, 0, 60, 0.001) == pytest.approx(111.195 / 2, rel=1e-5)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((39.9042, 116.4074), (31.2304, 121.4737), 1_067_311),  # Beijing to Shanghai, great circle
        ((0.0, 179.9), (0.0, -179.9), 22_239),  # over the date line
        ((90.0, 10.0), (90.0, -170.0), 0),  # a pole has every longitude
        ((0.0, 0.0), (0.0, 180.0), math.pi * EARTH_RADIUS_M),
    ],
)
def test_known_distances(one: tuple[float, float], other: tuple[float, float], metres: float) -> None:
    assert distance_m(*one, *other) == pytest.approx(metres, rel=1e-3, abs=1)


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_agrees_with_the_angle_between_unit_vectors(a: float, b: float, c: float, d: float) -> None:
    def vector(latitude: float, longitude: float) -> tuple[float, float, float]:
        phi, lam = math.radians(latitude), math.radians(longitude)
        return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)

    one, other = vector(a, b), vector(c, d)
    turns = ((1, 2), (2, 0), (0, 1))
    cross = math.hypot(*(one[i] * other[j] - one[j] * other[i] for i, j in turns))
    angle = math.atan2(cross, sum(x * y for x, y in zip(one, other, strict=True)))
    assert distance_m(a, b, c, d) == pytest.approx(EARTH_RADIUS_M * angle, abs=0.5)


@given(latitudes, longitudes, cells_m)
def test_a_cell_holds_its_points_and_hides_where_in_it(latitude: float, longitude: float, cell_m: float) -> None:
    centre = coarse(latitude, longitude, cell_m)
    assert is_on_earth(*centre)
    assert distance_m(latitude, longitude, *centre) <= cell_m * 0.75 + 2
    assert distance_m(*centre, *coarse(*centre, cell_m)) < 2


def test_neighbours_of_one_cell_cannot_be_told_apart() -> None:
    assert coarse(31.2304, 121.4737, 5000) == coarse(31.2310, 121.4740, 5000)


@pytest.mark.parametrize(
    ("place", "is_possible"),
    [((90, 180), True), ((-90, -180), True), ((90.001, 0), False), ((0, 180.1), False), ((math.nan, 0), False)],
)
def test_only_degrees_of_this_planet_count(place: tuple[float, float], is_possible: bool) -> None:
    assert is_on_earth(*place) is is_possible
