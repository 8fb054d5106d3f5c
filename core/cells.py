"""Keys of coarse places: coordinate system, latitude and longitude in one integer, so that an index finds who is near.

A key holds five decimals of a degree (1.1 m), as ``core.places.coarse`` rounds a cell's centre: the key is the cell.
An integer, since PostgreSQL's indexes keep equal ones once, which they do not do with floating-point numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from core.accounts import Crs
from core.places import EARTH_RADIUS_M, Point, coarse, distance_m

ROW_BITS = 26
"""A row's number, and below it so many bits for the column."""

_NUMBERS = {Crs.WGS84: 1, Crs.GCJ02: 2, Crs.BD09: 3}
_SYSTEMS = {number: crs for crs, number in _NUMBERS.items()}
_PER_DEGREE = 100_000
_SYSTEM_BITS = 51
_LAST_ROW, _LAST_COLUMN = 180 * _PER_DEGREE, 360 * _PER_DEGREE
_ROUNDING_M = 2.0


class Strip(NamedTuple):
    """Keys from ``first`` to ``last`` with a column from ``west`` to ``east``."""

    first: int
    last: int
    west: int
    east: int


def key_of(latitude: float, longitude: float, crs: Crs) -> int:
    """The key of a place, above 0 and below 2⁵³."""
    return _key(crs, round((latitude + 90.0) * _PER_DEGREE), round((longitude + 180.0) * _PER_DEGREE))


def place_of(key: int) -> tuple[float, float, Crs]:
    """Latitude and longitude to five decimals, and their coordinate system."""
    row = (key >> ROW_BITS) & ((1 << _SYSTEM_BITS - ROW_BITS) - 1)
    column = key & ((1 << ROW_BITS) - 1)
    degrees = round(row / _PER_DEGREE - 90.0, 5), round(column / _PER_DEGREE - 180.0, 5)
    return *degrees, _SYSTEMS[key >> _SYSTEM_BITS]


def strips_around(point: Point, radius_m: float) -> Iterator[Strip]:
    """One or two strips of the point's coordinate system that hold every place at most ``radius_m`` metres away."""
    angle = radius_m / EARTH_RADIUS_M
    reach = math.degrees(angle) + 2.0 / _PER_DEGREE
    south = max(0, math.floor((point.latitude - reach + 90.0) * _PER_DEGREE))
    north = min(_LAST_ROW, math.ceil((point.latitude + reach + 90.0) * _PER_DEGREE))
    level = math.cos(math.radians(point.latitude))
    if south == 0 or north == _LAST_ROW or math.sin(angle) >= level:
        spans = [(0, _LAST_COLUMN)]  # round a pole
    else:
        width = math.degrees(math.asin(math.sin(angle) / level)) + 2.0 / _PER_DEGREE
        west = math.floor((point.longitude - width + 180.0) * _PER_DEGREE)
        east = math.ceil((point.longitude + width + 180.0) * _PER_DEGREE)
        spans = [(max(0, west), min(east, _LAST_COLUMN))]
        if west < 0:
            spans.append((west + _LAST_COLUMN, _LAST_COLUMN))
        if east > _LAST_COLUMN:
            spans.append((0, east - _LAST_COLUMN))
    for west, east in spans:
        yield Strip(_key(point.crs, south, 0), _key(point.crs, north, _LAST_COLUMN), west, east)


def error_m(latitude: float, cell_m: float) -> float:
    """How far, in metres, somebody may be from the centre of their cell: half its diagonal, in this latitude's row."""
    middle, centre = coarse(latitude, 0.0, cell_m)
    half = math.degrees(cell_m / EARTH_RADIUS_M) / 2
    width = 2 * half / max(math.cos(math.radians(middle)), 0.01)
    corner = abs(middle) - half, centre + width / 2  # of the edge towards the equator, which is the longer one
    return distance_m(abs(middle), centre, *corner) + _ROUNDING_M


def _key(crs: Crs, row: int, column: int) -> int:
    return _NUMBERS[crs] << _SYSTEM_BITS | row << ROW_BITS | column
