"""Places: where a person last was, coarse, only with consent, only until it expires."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.accounts import Crs
from core.places import Point, is_on_earth
from models import Interaction, Place
from models.dialect.projection import PlaceRow, Projected, put_places
from models.dialect.reading import find_whereabouts_row
from models.dialect.traces import rewrite_fields

PLACE_KINDS = ("location", "event.location")
_PLACELESS_KINDS = (
    *("text", "image", "voice", "video", "shortvideo", "link"),
    *("event.subscribe", "event.unsubscribe", "event.scan", "event.click", "event.view"),
)
_COORDINATES = frozenset("location_x location_y latitude longitude lat lng lon altitude".split())
_ACCURACIES = frozenset("precision accuracy horizontalaccuracy verticalaccuracy".split())
_PLACE_NAMES = _COORDINATES | _ACCURACIES | {"label", "poiname"}
_CHUNK = 500


class Places:
    """Keeps the newest place of each person for ``ttl``.

    ``location_crs`` tells the coordinate system of an app's LOCATION events (WeChat states none, WGS-84 unless set);
    a place a customer picks on WeChat's own map is GCJ-02.
    """

    def __init__(self, ttl: timedelta, location_crs: Mapping[str, Crs]) -> None:
        self._ttl = ttl
        self._location_crs = location_crs

    def newest(self, rows: Sequence[Projected], owners: Mapping[int, int]) -> dict[int, Point]:
        """The newest place of each customer that journal rows tell; rows without coordinates tell none."""
        points: dict[int, Point] = {}
        for row in rows:
            point = self._point(row)
            if point is not None:
                known = points.get(owners[row.identity_id])
                if known is None or _time(known) <= row.at:
                    points[owners[row.identity_id]] = point
        return points

    async def keep(self, points: Mapping[int, Point]) -> None:
        """Stores places by customer. The caller has made sure of consent and holds the customers' rows."""
        await put_places(
            [
                PlaceRow(
                    customer_id,
                    point.latitude,
                    point.longitude,
                    point.crs.value,
                    point.accuracy_m,
                    point.source,
                    _time(point),
                    _time(point) + self._ttl,
                )
                for customer_id, point in points.items()
            ]
        )

    def _point(self, row: Projected) -> Point | None:
        if row.kind == "location":
            return _read_point(row, "Location_X", "Location_Y", Crs.GCJ02)
        if row.kind == "event.location":
            return _read_point(row, "Latitude", "Longitude", self._location_crs.get(row.app_id, Crs.WGS84))
        return None


def _read_point(row: Projected, latitude_key: str, longitude_key: str, crs: Crs) -> Point | None:
    latitude, longitude = _degrees(row.fields.get(latitude_key)), _degrees(row.fields.get(longitude_key))
    if not is_on_earth(latitude, longitude):
        return None
    accuracy_m = _degrees(row.fields.get("Precision"))
    known = accuracy_m if accuracy_m >= 0.0 and math.isfinite(accuracy_m) else 0.0
    return Point(latitude, longitude, crs, known, row.kind, row.at)


def _degrees(value: Any) -> float:
    """A number as pushed; not-a-number where it is blank or nonsense, which lies nowhere on Earth."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _time(point: Point) -> datetime:
    if point.captured_at is None:
        raise ValueError("a place without a time cannot be kept")
    return point.captured_at


async def find_place(customer_id: int, now: datetime) -> Point | None:
    """Where a person last was, unless that has expired."""
    row = await Place.get_or_none(customer_id=customer_id, expires_at__gt=now)
    if row is None:
        return None
    return Point(row.latitude, row.longitude, Crs(row.crs), row.accuracy_m, row.source, row.captured_at)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of where a person is: the city they named, the coarse place kept with their consent."""

    city: str
    point: Point | None


async def find_whereabouts(app_id: str, openid: str, now: datetime) -> Whereabouts | None:
    """None for somebody we do not know."""
    row = await find_whereabouts_row(app_id, openid, now)
    if row is None:
        return None
    point = None
    if row["latitude"] is not None:
        crs = Crs(row["crs"])
        point = Point(row["latitude"], row["longitude"], crs, row["accuracy_m"], row["source"], row["captured_at"])
    return Whereabouts(row["city"], point)


async def expire_places(now: datetime) -> int:
    """Deletes places whose time is over; returns how many."""
    return await Place.filter(expires_at__lte=now).delete()


async def forget_places(customer_id: int, identity_ids: Collection[int]) -> None:
    """Deletes a person's place and blanks coordinates in their journal rows. The caller holds the customer's row."""
    await Place.filter(customer_id=customer_id).delete()
    last = 0
    while True:
        theirs = Interaction.filter(identity_id__in=list(identity_ids), id__gt=last)
        rows = await theirs.exclude(kind__in=_PLACELESS_KINDS).order_by("id").limit(_CHUNK).only("id", "fields_")
        blanked = [(row, blank(row.fields_)) for row in rows]
        traces = [(row.id, json.dumps(fields, ensure_ascii=False)) for row, fields in blanked if fields != row.fields_]
        await rewrite_fields(traces)
        if len(rows) < _CHUNK:
            return
        last = rows[-1].id


def blank(fields: Any) -> Any:
    """Fields with every coordinate, accuracy and place label emptied, at any depth; all names stay."""
    if isinstance(fields, Mapping):
        return {key: "" if key.lower() in _PLACE_NAMES else blank(value) for key, value in fields.items()}
    if isinstance(fields, list):
        return [blank(each) for each in fields]
    return fields
