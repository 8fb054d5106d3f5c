"""Checks one row of a stores file and turns it into what will be stored."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.accounts import Crs
from core.errors import Invalid
from core.places import is_on_earth
from guides.hours import check_hours
from guides.imports.csv_file import Layout, Row

LAYOUT = Layout(
    fields=("code", "name", "region", "city", "address", "latitude", "longitude", "crs", "phone", "opening_hours"),
    required=("code", "name"),
    verbatim=frozenset({"code", "phone"}),
    longest={"code": 64, "name": 128, "region": 64, "city": 64, "address": 255, "phone": 64, "opening_hours": 255},
)
_CRS_NAMES = ", ".join(Crs)
_FEWEST_DIGITS = 5
_CHINA = (3.0, 54.0, 73.0, 136.0)
"""South, north, west, east: every place of China, and of some neighbours."""


@dataclass(frozen=True, slots=True)
class StoreLine:
    """A sound row. ``columns`` are the store's columns the file speaks of; ``region`` is None where it does not."""

    code: str
    region: str | None
    columns: Mapping[str, object]


def read_store(row: Row, default_crs: Crs | None, is_abroad: bool = False) -> StoreLine:
    """``is_abroad`` takes places outside China too. Raises ``Invalid`` that names the cell."""
    plain = ("name", "city", "address", "phone", "opening_hours")
    columns: dict[str, object] = {field: row.values[field] for field in plain if field in row.values}
    columns.update(_place(row, default_crs, is_abroad))
    if hours := row.get("opening_hours"):
        check_hours(hours)
    phone = row.get("phone")
    if phone and len(re.findall(r"\d", phone)) < _FEWEST_DIGITS:
        raise Invalid("phone", f"{phone!r} holds no phone number", "write digits, or leave it empty")
    return StoreLine(row.get("code"), row.values.get("region"), columns)


def _place(row: Row, default_crs: Crs | None, is_abroad: bool) -> dict[str, object]:
    """The three columns of a place, empty where the row gives none; nothing if the file has no such columns."""
    if "latitude" not in row.values and "longitude" not in row.values:
        return {}
    given = {field: row.get(field) for field in ("latitude", "longitude")}
    missing = [field for field, text in given.items() if not text]
    if len(missing) == 2:
        return {"latitude": None, "longitude": None, "crs": ""}
    if missing:
        raise Invalid(missing[0], "is empty, half a place is none", "give both coordinates or neither")
    latitude, longitude = _degrees("latitude", given["latitude"]), _degrees("longitude", given["longitude"])
    _check_degrees(latitude, longitude)
    if not is_abroad:
        _check_in_china(latitude, longitude)
    return {"latitude": latitude, "longitude": longitude, "crs": _crs(row.get("crs"), default_crs).value}


def _degrees(field: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Invalid(field, f"{text!r} is no number", "write decimal degrees such as 31.2304") from None
    if not math.isfinite(value):
        raise Invalid(field, f"{text!r} is no place", "write decimal degrees such as 31.2304")
    return value


def _check_degrees(latitude: float, longitude: float) -> None:
    if latitude == 0 and longitude == 0:
        raise Invalid("latitude", "0,0 lies in the Gulf of Guinea: nobody knows this place", "leave both empty")
    if is_on_earth(latitude, longitude):
        return
    if is_on_earth(longitude, latitude):
        raise Invalid("latitude", f"{latitude:g} is beyond 90", "latitude and longitude look exchanged")
    field, value, most = ("latitude", latitude, 90) if abs(latitude) > 90 else ("longitude", longitude, 180)
    raise Invalid(field, f"{value:g} is outside Earth", f"degrees lie between -{most} and {most}")


def _check_in_china(latitude: float, longitude: float) -> None:
    if _is_in_china(latitude, longitude):
        return
    if _is_in_china(longitude, latitude):
        raise Invalid("latitude", f"{latitude:g},{longitude:g} lies outside China", "the two look exchanged")
    south, north, _, _ = _CHINA
    field = "longitude" if south <= latitude <= north else "latitude"
    raise Invalid(field, f"{latitude:g},{longitude:g} lies outside China", "correct it; --abroad takes stores abroad")


def _is_in_china(latitude: float, longitude: float) -> bool:
    south, north, west, east = _CHINA
    return south <= latitude <= north and west <= longitude <= east


def _crs(text: str, default: Crs | None) -> Crs:
    if text:
        try:
            return Crs(text.lower().replace("-", ""))
        except ValueError:
            raise Invalid("crs", f"{text!r} is no coordinate system", f"one of {_CRS_NAMES}") from None
    if default is None:
        remedy = f"add a crs column or --crs, one of {_CRS_NAMES}; Tencent and AMap give gcj02, Baidu bd09, GPS wgs84"
        raise Invalid("crs", "coordinates without a coordinate system", remedy)
    return default
