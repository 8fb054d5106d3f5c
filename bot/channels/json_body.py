"""JSON bodies (mini programs may be set to them) into the shape XML gives, numbers staying numbers."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from bot.channels.refusals import PushRefused, Reason
from bot.channels.xml import LIST_NAMES, MAX_DEPTH

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def read_json(body: bytes) -> dict[str, Any]:
    """Fields of a JSON object; raises ``PushRefused`` (bad_json, too_complex).

    Repeated keys, NaN, infinities and anything but an object are refused; NUL, lone surrogates and bytes that are no
    UTF-8 become U+FFFD.
    """
    text = body.decode("utf-8", "replace")
    try:
        fields = _DECODER.decode(text)
    except RecursionError:
        raise PushRefused(Reason.TOO_COMPLEX, "nested too deeply") from None
    except ValueError:
        raise PushRefused(Reason.BAD_JSON, "no valid JSON") from None
    if not isinstance(fields, dict):
        raise PushRefused(Reason.BAD_JSON, "no JSON object")
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(fields, MAX_DEPTH)
    if "\\" in text:
        cleaned: dict[str, Any] = _cleaned(fields)
        return cleaned
    return fields


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise PushRefused(Reason.BAD_JSON, "a key is repeated")
    if not LIST_NAMES.isdisjoint(fields):
        for name in LIST_NAMES.intersection(fields):
            if isinstance(fields[name], dict):
                fields[name] = [fields[name]]
    return fields


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise PushRefused(Reason.BAD_JSON, "a number is out of range")
    return number


def _integer(digits: str) -> int | str:
    """An integer beyond 64 bits stays as text: the databases' and other readers' JSON would lose digits of it."""
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else digits


def _refuse_constant(name: str) -> NoReturn:
    raise PushRefused(Reason.BAD_JSON, f"{name} is no JSON number")


def _check_depth(value: Any, left: int) -> None:
    """Recursion ends with the depth it measures."""
    if left < 0:
        raise PushRefused(Reason.TOO_COMPLEX, "nested too deeply")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return
    for inner in value:
        _check_depth(inner, left - 1)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("\ufffd", name): _cleaned(inner) for name, inner in value.items()}
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_int=_integer, parse_constant=_refuse_constant
)
