"""Places in a push: found, read exactly for the reply, and made coarse or blank before anything is stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.accounts import Crs
from core.clock import from_epoch
from core.places import Point, coarse, is_on_earth

_PAIRS = (("location_x", "location_y"), ("latitude", "longitude"), ("lat", "lng"), ("lat", "lon"))
"""Latitude first: WeChat's Location_X is the latitude."""

_ACCURACIES = frozenset(("precision", "accuracy", "horizontalaccuracy", "verticalaccuracy"))
_LABELS = frozenset(("label", "poiname", "poi_name", "address", "location", "place"))
_PLACE_NAMES = _ACCURACIES | _LABELS | {"altitude"} | {name for pair in _PAIRS for name in pair}


def has_place(fields: Mapping[str, Any]) -> bool:
    """True if a coordinate, its accuracy or a place label stands anywhere in the fields, in any case of letters."""
    if not _PLACE_NAMES.isdisjoint(map(str.lower, fields)):
        return True
    for value in fields.values():  # most pushes are flat and end here: no generator, no call
        if type(value) is not str and _holds_place(value):
            return True
    return False


def coarsen(fields: Mapping[str, Any], cell_m: float) -> dict[str, Any]:
    """A copy whose points are the centres of cells of about ``cell_m`` metres and whose place labels are blank.

    Every name and all nesting stays. Texts stay texts and numbers numbers; a coordinate without its partner, or off
    the Earth, becomes empty; an accuracy becomes at least that of the cell.
    """
    return _treated(fields, cell_m)


def blank(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A copy whose coordinates, accuracies and place labels are empty; every name and all nesting stays."""
    return _treated(fields, None)


def find_place(kind: str, fields: Mapping[str, Any], event_crs: Crs, created: int) -> tuple[Point | None, str]:
    """The exact point and the label of a push that states the person's place, for the reply only.

    The LOCATION event names no coordinate system: it is in ``event_crs``, the account's setting. A ``location``
    message and ``location_select`` are picked on the map inside WeChat, which is Tencent's and drawn in GCJ-02. A
    missing, unreadable or impossible coordinate gives no point, and so does 0, 0: phones report it for "unknown".
    """
    match kind:
        case "event.location":
            pair, crs = (fields.get("Latitude"), fields.get("Longitude")), event_crs
            return _point(*pair, crs, kind, created, _number(fields.get("Precision")) or 0.0), ""
        case "location":
            place: Mapping[str, Any] = fields
        case "event.location_select" if isinstance(fields.get("SendLocationInfo"), Mapping):
            place = fields["SendLocationInfo"]
        case _:
            return None, ""
    label = place.get("Label") or place.get("Poiname")
    point = _point(place.get("Location_X"), place.get("Location_Y"), Crs.GCJ02, kind, created, 0.0)
    return point, label if isinstance(label, str) else ""


def _point(x: object, y: object, crs: Crs, source: str, created: int, accuracy_m: float) -> Point | None:
    if (degrees := _degrees(x, y)) is None:
        return None
    return Point(*degrees, crs, max(0.0, accuracy_m), source, from_epoch(created))


def _degrees(latitude: object, longitude: object) -> tuple[float, float] | None:
    north, east = _number(latitude), _number(longitude)
    if north is None or east is None or not is_on_earth(north, east) or north == east == 0.0:
        return None
    return north, east


def _number(value: object) -> float | None:
    """A finite number, also written out; None for anything else, ``1_0`` and booleans included."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and not (isinstance(value, str) and "_" in value) else None


def _treated(fields: Mapping[str, Any], cell_m: float | None) -> dict[str, Any]:
    """Blanks everything that tells a place, then writes cells over the points that are whole."""
    copy: dict[str, Any] = {}
    found: dict[str, str] = {}
    for name, value in fields.items():
        lower = name.lower()
        if lower in _PLACE_NAMES and not (lower in _LABELS and _is_code(value)):
            found[lower] = name
            copy[name] = "" if isinstance(value, str) else _inside(value, cell_m, is_place=True)
        else:
            copy[name] = value if isinstance(value, str) else _inside(value, cell_m, is_place=False)
    for north, east in _PAIRS:
        if north in found and east in found:
            _blank_name(copy)
            if cell_m is not None:
                _write_cell(copy, fields, found, (found[north], found[east]), cell_m)
    return copy


def _inside(value: Any, cell_m: float | None, *, is_place: bool) -> Any:
    if isinstance(value, Mapping):
        return _treated(value, cell_m)
    if isinstance(value, list):
        return [_inside(inner, cell_m, is_place=is_place) for inner in value]
    return "" if is_place else value


def _blank_name(copy: dict[str, Any]) -> None:
    """A name beside a point is the name of the place."""
    for name in copy:
        if name.lower() == "name":
            copy[name] = ""


def _write_cell(
    copy: dict[str, Any], fields: Mapping[str, Any], found: Mapping[str, str], pair: tuple[str, str], cell_m: float
) -> None:
    if (degrees := _degrees(fields[pair[0]], fields[pair[1]])) is None:
        return
    for name, value in zip(pair, coarse(*degrees, cell_m), strict=True):
        copy[name] = _like(fields[name], value)
    for lower in _ACCURACIES.intersection(found):
        was = fields[found[lower]]
        copy[found[lower]] = _like(was, max(_number(was) or 0.0, cell_m))


def _is_code(value: object) -> bool:
    """A number under a label's name labels something else: what a content check found, for one."""
    return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())


def _like(was: object, value: float) -> str | float:
    return str(value) if isinstance(was, str) else value


def _holds_place(value: Any) -> bool:
    if isinstance(value, Mapping):
        return has_place(value)
    return isinstance(value, list) and any(_holds_place(inner) for inner in value)
