"""Coordinate systems in use in China, converted both ways: WGS-84 (GPS), GCJ-02 (Tencent, AMap), BD-09 (Baidu).

GCJ-02 shifts a WGS-84 point by up to 700 m: a polynomial with sines on the Krasovsky ellipsoid (as in eviltransform).
BD-09 adds Baidu's own turn. Backward conversions are iterated until they move less than a millimetre. Outside mainland
China, Hong Kong and Macau (by boxes, so the land border is coarse) the three systems are one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from core.accounts import Crs
from core.places import Point

Degrees = tuple[float, float]
"""Latitude, longitude."""

_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BAIDU_TURN = math.pi * 3000.0 / 180.0
_SETTLED_DEG = 1e-9
_MOST_ROUNDS = 30

# (north, west, south, east): the usual boxes, and what lies in them but is not shifted.
_INSIDE = (
    (49.2204, 79.4462, 42.8899, 96.3300),
    (54.1415, 109.6872, 39.3742, 135.0002),
    (42.8899, 73.1246, 29.5297, 124.143255),
    (29.5297, 82.9684, 26.7186, 97.0352),
    (29.5297, 97.0253, 20.414096, 124.367395),
    (20.414096, 107.975793, 17.871542, 111.744104),
)
_OUTSIDE = (
    (25.398623, 119.921265, 21.785006, 122.497559),
    (22.2840, 101.8652, 20.0988, 106.6650),
    (21.5422, 106.4525, 20.4878, 108.0510),
    (55.8175, 109.0323, 50.3257, 119.1270),
    (55.8175, 127.4568, 49.5574, 137.0227),
    (44.8922, 131.2662, 42.5692, 137.0227),
)


def to_wgs84(point: Point) -> Point:
    """The same place in WGS-84."""
    return convert(point, Crs.WGS84)


def to_gcj02(point: Point) -> Point:
    """The same place in GCJ-02."""
    return convert(point, Crs.GCJ02)


def to_bd09(point: Point) -> Point:
    """The same place in BD-09."""
    return convert(point, Crs.BD09)


def convert(point: Point, crs: Crs) -> Point:
    """The same place in another system; accuracy, source and time stay. Error below 1 m."""
    if point.crs is crs:
        return point
    latitude, longitude = _FROM_WGS84[crs](*_TO_WGS84[point.crs](point.latitude, point.longitude))
    return replace(point, latitude=latitude, longitude=longitude, crs=crs)


def is_shifted(latitude: float, longitude: float) -> bool:
    """True where China's maps are shifted: the mainland, Hong Kong, Macau; WGS-84 degrees."""
    # To the centimetre: a point on a box's edge stays there when it was calculated back.
    latitude, longitude = round(latitude, 7), round(longitude, 7)
    return _in_any(_INSIDE, latitude, longitude) and not _in_any(_OUTSIDE, latitude, longitude)


def _in_any(boxes: tuple[tuple[float, float, float, float], ...], latitude: float, longitude: float) -> bool:
    return any(south <= latitude <= north and west <= longitude <= east for north, west, south, east in boxes)


def _same(latitude: float, longitude: float) -> Degrees:
    return latitude, longitude


def _wgs84_to_gcj02(latitude: float, longitude: float) -> Degrees:
    return _shift(latitude, longitude) if is_shifted(latitude, longitude) else (latitude, longitude)


def _wgs84_to_bd09(latitude: float, longitude: float) -> Degrees:
    return _turn(*_shift(latitude, longitude)) if is_shifted(latitude, longitude) else (latitude, longitude)


def _gcj02_to_wgs84(latitude: float, longitude: float) -> Degrees:
    return _back(_shift, latitude, longitude)


def _bd09_to_wgs84(latitude: float, longitude: float) -> Degrees:
    return _back(lambda lat, lng: _turn(*_shift(lat, lng)), latitude, longitude)


def _back(forward: Callable[[float, float], Degrees], latitude: float, longitude: float) -> Degrees:
    """The WGS-84 point that ``forward`` takes there; the point itself where none inside China does."""
    if not (0.0 < latitude < 60.0 and 65.0 < longitude < 145.0):
        return latitude, longitude
    lat, lng = latitude, longitude
    for _ in range(_MOST_ROUNDS):
        there_lat, there_lng = forward(lat, lng)
        miss_lat, miss_lng = there_lat - latitude, there_lng - longitude
        lat, lng = lat - miss_lat, lng - miss_lng
        if abs(miss_lat) < _SETTLED_DEG and abs(miss_lng) < _SETTLED_DEG:
            break
    return (lat, lng) if is_shifted(lat, lng) else (latitude, longitude)


def _shift(latitude: float, longitude: float) -> Degrees:
    """GCJ-02 of a WGS-84 point inside China."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north_m = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
        + (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
        + (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    east_m = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
        + (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
        + (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    )  # fmt: skip
    phi = math.radians(latitude)
    w_2 = 1 - _ECCENTRICITY_2 * math.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / (w_2 * math.sqrt(w_2))
    parallel_m = _SEMI_MAJOR_M / math.sqrt(w_2) * math.cos(phi)
    return latitude + math.degrees(north_m / meridian_m), longitude + math.degrees(east_m / parallel_m)


def _turn(latitude: float, longitude: float) -> Degrees:
    """BD-09 of a GCJ-02 point (published by Baidu's users, 2011)."""
    radius = math.hypot(longitude, latitude) + 0.00002 * math.sin(latitude * _BAIDU_TURN)
    angle = math.atan2(latitude, longitude) + 0.000003 * math.cos(longitude * _BAIDU_TURN)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


_FROM_WGS84 = {Crs.WGS84: _same, Crs.GCJ02: _wgs84_to_gcj02, Crs.BD09: _wgs84_to_bd09}
_TO_WGS84 = {Crs.WGS84: _same, Crs.GCJ02: _gcj02_to_wgs84, Crs.BD09: _bd09_to_wgs84}
