"""Fields of a body, strictly typed: a fault names the field and what to send instead, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from core.accounts import Crs
from core.errors import Invalid
from core.places import Point

SOURCE = "mini_program"
"""What a place says of where it came from."""

PLACE_FIELDS = ("latitude", "longitude", "crs", "accuracy_m")
_MOST_ACCURACY_M = 100_000
_BELIEVED_M = 500.0
"""Who is "somewhere within 20 km", as phones that hide their place say, is not near every store in them."""


def check_names(body: Mapping[str, Any], known: tuple[str, ...], where: str = "") -> None:
    """Raises ``Invalid`` for the first field nobody reads: a misspelt one would be lost in silence."""
    for name in sorted(body.keys() - set(known)):
        raise Invalid(f"{where}{name[:64]}", "is no field of this request", f"send {', '.join(known)}")


def read_text(body: Mapping[str, Any], name: str, least: int, most: int, remedy: str) -> str:
    """A text of ``least`` to ``most`` characters."""
    text = body.get(name)
    if not isinstance(text, str) or not least <= len(text) <= most:
        raise Invalid(name, f"is no text of {least} to {most} characters", remedy)
    return text


def read_count(body: Mapping[str, Any], name: str, otherwise: int, most: int) -> int:
    """A whole number from 1 to ``most``."""
    count = body.get(name, otherwise)
    if type(count) is not int or not 1 <= count <= most:
        raise Invalid(name, f"is no whole number from 1 to {most}", f"send one, or leave it out for {otherwise}")
    return count


def read_flag(body: Mapping[str, Any], name: str) -> bool:
    """True or false; false where it is left out."""
    flag = body.get(name, False)
    if not isinstance(flag, bool):
        raise Invalid(name, "is neither true nor false", "send true or false")
    return flag


def find_place(body: Mapping[str, Any]) -> Point | None:
    """The point of the field ``place``, None where it is left out or null."""
    place = body.get("place")
    if place is None:
        return None
    if not isinstance(place, dict):
        raise Invalid("place", "is no object", f"send {', '.join(PLACE_FIELDS)}")
    check_names(place, PLACE_FIELDS, "place.")
    return read_point(place, "place.")


def read_point(place: Mapping[str, Any], where: str = "") -> Point:
    """A point of ``latitude``, ``longitude``, ``crs`` (GCJ-02 unless named) and ``accuracy_m`` (counted up to 500).

    0, 0 is refused: phones report it where they do not know.
    """
    latitude = _degrees(place, where, "latitude", 90)
    longitude = _degrees(place, where, "longitude", 180)
    if latitude == longitude == 0.0:
        raise Invalid(f"{where}latitude", "is 0, 0: the phone does not know", "ask for the place again, or for a city")
    return Point(latitude, longitude, _crs(place, where), _accuracy_m(place, where), SOURCE)


def _degrees(place: Mapping[str, Any], where: str, name: str, most: int) -> float:
    value = place.get(name)
    if not _is_number(value) or not -most <= value <= most:
        raise Invalid(f"{where}{name}", f"is no number from -{most} to {most}", "send degrees, such as 31.2304")
    return float(value)


def _crs(place: Mapping[str, Any], where: str) -> Crs:
    crs = place.get("crs", Crs.GCJ02.value)
    if not isinstance(crs, str) or crs not in {each.value for each in Crs}:
        names = ", ".join(each.value for each in Crs)
        raise Invalid(f"{where}crs", "is no system of coordinates", f"use one of: {names}")
    return Crs(crs)


def _accuracy_m(place: Mapping[str, Any], where: str) -> float:
    value = place.get("accuracy_m", 0)
    if not _is_number(value) or not 0 <= value <= _MOST_ACCURACY_M:
        raise Invalid(f"{where}accuracy_m", f"is no number from 0 to {_MOST_ACCURACY_M}", "send metres or leave it out")
    return min(float(value), _BELIEVED_M)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
