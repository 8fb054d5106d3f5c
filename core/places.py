"""Places: points with a coordinate system, great-circle distance, coarse cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from core.accounts import Crs

EARTH_RADIUS_M = 6_371_008.8
"""Mean Earth radius (IUGG), metres."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on Earth: degrees, coordinate system, accuracy in metres (0 = unknown)."""

    latitude: float
    longitude: float
    crs: Crs
    accuracy_m: float = 0.0
    source: str = ""
    captured_at: datetime | None = None


def is_on_earth(latitude: float, longitude: float) -> bool:
    """True for finite degrees within ±90 and ±180."""
    return -90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0


def distance_m(latitude_a: float, longitude_a: float, latitude_b: float, longitude_b: float) -> float:
    """Great-circle distance in metres by the haversine formula; both points in one coordinate system."""
    phi_a, phi_b = math.radians(latitude_a), math.radians(latitude_b)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(longitude_b - longitude_a) / 2
    chord = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def coarse(latitude: float, longitude: float, cell_m: float) -> tuple[float, float]:
    """Centre of the cell of about ``cell_m`` metres a side that holds the point, in degrees.

    Rows have equal height; the columns of a row are as wide as the row's middle latitude asks for, so that a cell
    is near square everywhere. The same cell always gives the same centre.
    """
    step = math.degrees(cell_m / EARTH_RADIUS_M)
    row = math.floor((latitude + 90.0) / step)
    middle = min(90.0, -90.0 + (row + 0.5) * step)
    width = step / max(math.cos(math.radians(middle)), 0.01)
    column = math.floor((longitude + 180.0) / width)
    return round(middle, 5), round(min(180.0, -180.0 + (column + 0.5) * width), 5)
