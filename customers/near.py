"""Who is near: customers whose last place, kept coarse and with consent, lies within a radius of a point.

Asked of the database each time, so who withdrew consent, was erased, merged or moved is gone at once. Distances are
great circles to the centres of cells, in the coordinate system a place was kept in.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from core.accounts import Crs
from core.cells import error_m, place_of, strips_around
from core.coordinates import convert
from core.errors import Invalid
from core.places import EARTH_RADIUS_M, Point, distance_m
from models.dialect.near import count_people, find_last_id, list_cells, list_people

BATCH = 1000
MOST_RADIUS_M = 100_000.0


@dataclass(frozen=True, slots=True)
class Near:
    """How many people's cells have their centre within the radius.

    A person may be ``error_m`` metres from the centre of their cell (half its diagonal): that far inside or outside the
    circle the count is a guess. A phone's own accuracy comes on top.
    """

    count: int
    error_m: float


async def count_near(point: Point, radius_m: float, at: datetime, *, cell_m: float) -> Near:
    """The customers within ``radius_m`` metres whose place has not expired at ``at``. Raises ``Invalid``.

    ``cell_m`` is the side of the cells places are kept in, in metres; where that setting was changed, older places
    keep the cells they had until they expire.
    """
    cells = await _cells_within(point, radius_m)
    farthest = min(90.0, abs(point.latitude) + math.degrees(radius_m / EARTH_RADIUS_M))
    return Near(await count_people(cells, at), error_m(farthest, cell_m))


async def customers_near(point: Point, radius_m: float, at: datetime, after_id: int = 0) -> AsyncIterator[list[int]]:
    """Their customer ids above ``after_id``, ascending, in batches of at most 1,000; each batch as it is when read.

    Cells and the last id are those of the start: who comes later may be left out. Raises ``Invalid``.
    """
    cells = await _cells_within(point, radius_m)
    count, last_id = await count_people(cells, at), await find_last_id()
    # Looks through as many ids at a time as have about a batch among them, so that no statement reads everybody.
    stretch = max(BATCH, (last_id - after_id) * BATCH // max(count, 1))
    while after_id < last_id:
        end = min(after_id + stretch, last_id)
        ids = await list_people(cells, at, after_id, end, BATCH)
        if ids:
            yield ids
        after_id = ids[-1] if len(ids) == BATCH else end


async def _cells_within(point: Point, radius_m: float) -> list[int]:
    if not 0.0 <= radius_m <= MOST_RADIUS_M:
        raise Invalid("radius_m", f"{radius_m!r} is out of range", f"give 0 to {MOST_RADIUS_M:.0f} metres")
    here = {crs: convert(point, crs) for crs in Crs}
    found = await list_cells([strip for each in here.values() for strip in strips_around(each, radius_m)])
    return [key for key in found if _away_m(here, key) <= radius_m]


def _away_m(here: dict[Crs, Point], key: int) -> float:
    latitude, longitude, crs = place_of(key)
    return distance_m(here[crs].latitude, here[crs].longitude, latitude, longitude)
