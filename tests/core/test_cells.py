"""Keys of places, and the strips of keys around a point: nobody within the radius is left out."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.accounts import Crs
from core.cells import error_m, key_of, place_of, strips_around
from core.places import Point, coarse, distance_m

latitudes = st.one_of(st.sampled_from([-90.0, 90.0, 0.0, 89.99]), st.floats(-90.0, 90.0))
longitudes = st.one_of(st.sampled_from([-180.0, 180.0, 0.0, 179.999, -179.999]), st.floats(-180.0, 180.0))
systems = st.sampled_from(list(Crs))


@given(latitudes, longitudes, systems, st.floats(100.0, 20_000.0))
def test_a_key_tells_the_cells_centre(latitude: float, longitude: float, crs: Crs, cell_m: float) -> None:
    centre = coarse(latitude, longitude, cell_m)
    key = key_of(*centre, crs)
    assert place_of(key) == (*centre, crs)
    assert 0 < key < 2**53


@pytest.mark.parametrize("crs", list(Crs))
def test_the_corners_of_the_world_have_keys_of_their_own(crs: Crs) -> None:
    corners = [(-90.0, -180.0), (-90.0, 180.0), (90.0, -180.0), (90.0, 180.0), (31.23, 121.47)]
    assert [place_of(key_of(*corner, crs)) for corner in corners] == [(*corner, crs) for corner in corners]


@given(latitudes, longitudes, latitudes, longitudes, systems, st.floats(0.0, 100_000.0))
@example(0.0, 180.0, 0.0, -180.0, Crs.WGS84, 0.0)
@example(0.0, -179.999, 0.0, 179.999, Crs.WGS84, 230.0)
@example(89.9, 10.0, 89.9, -170.0, Crs.GCJ02, 23_000.0)
@settings(max_examples=500)
def test_strips_hold_everybody_within_the_radius(
    lat: float, lng: float, other_lat: float, other_lng: float, crs: Crs, radius_m: float
) -> None:
    # Half of the others near enough to matter: drawn anywhere, hardly any would be within 100 km.
    for there in [(other_lat, other_lng), (max(-90.0, min(90.0, lat + other_lat / 90)), other_lng)]:
        latitude, longitude = round(there[0], 5), round(there[1], 5)
        key, strips = key_of(latitude, longitude, crs), list(strips_around(Point(lat, lng, crs), radius_m))
        column = key & (2**26 - 1)
        held = [each for each in strips if each.first <= key <= each.last and each.west <= column <= each.east]
        if distance_m(lat, lng, latitude, longitude) <= radius_m:
            assert held
        if held and abs(lat) < 88:
            assert distance_m(lat, lng, latitude, longitude) <= radius_m * 1.5 + 5


@given(st.floats(-85.0, 85.0), longitudes, st.floats(100.0, 20_000.0))
@example(0.0078125, -180.0, 1519.0)  # in a row that crosses the equator
@settings(max_examples=500)
def test_nobody_is_farther_from_their_cells_centre_than_told(latitude: float, longitude: float, cell_m: float) -> None:
    away_m = distance_m(latitude, longitude, *coarse(latitude, longitude, cell_m))
    assert away_m <= error_m(latitude, cell_m)


def test_the_error_is_half_a_diagonal() -> None:
    assert error_m(31.23, 600.0) == pytest.approx(600 * 2**0.5 / 2, abs=3)
