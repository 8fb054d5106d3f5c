"""Passes: that somebody was near a store a moment ago, told by the signs they send back; we keep nothing of the place.

A pass is ten signs: two that name the store, eight of a keyed digest over person, offer, radius, store and minute. The
minute is not in it: each of the last thirty is tried. So a guess is right once in 2³² or so (40 bits, less 5 for the
minutes, less those for the few stores that share a name of two signs).
"""

from __future__ import annotations

import hmac
import json
import re
from datetime import date, datetime, timedelta
from zlib import crc32

from campaigns.coupons.claiming.issuing import Near
from campaigns.coupons.codes import ALPHABET, Codes
from campaigns.coupons.offers.near import Offered, OfferedNear
from core.places import Point
from guides.stores import StoreDirectory

VALID = timedelta(minutes=30)
"""How long a place told counts as where somebody is."""

_STORE_SIGNS = 2
_SEAL_SIGNS = 8
_NAMES = len(ALPHABET) ** _STORE_SIGNS - 1
"""The last 10 bits of a digest."""
_PASS = re.compile(f"(.+?)[ +　]+([{ALPHABET}]{{{_STORE_SIGNS + _SEAL_SIGNS}}})", re.ASCII | re.IGNORECASE | re.DOTALL)


def is_fresh(point: Point, at: datetime) -> bool:
    """True for a place of a moment ago."""
    return point.captured_at is not None and at - point.captured_at <= VALID


def split_pass(words: str) -> tuple[str, str]:
    """``满300减50`` and ``7K2MQ9ABCD`` of ``满300减50 7K2MQ9ABCD``; the pass is empty where there is none."""
    match = _PASS.fullmatch(words)
    return (match[1], match[2].upper()) if match else (words, "")


class Passes:
    """Makes and reads passes with a key that only this installation has."""

    def __init__(self, codes: Codes, directory: StoreDirectory) -> None:
        self._codes = codes
        self._directory = directory

    def issue(self, found: OfferedNear, app_id: str, openid: str, at: datetime) -> str:
        """A pass for this person and offer. Empty where the offer asks for none, or its radius is not kept."""
        if not found.offer.terms.radius_m or not found.is_within or found.store is None:
            return ""
        code = found.store.code
        return _name(code) + self._seal(found.offer, app_id, openid, code, _minute(at))

    def read(self, given: str, offer: Offered, app_id: str, openid: str, at: datetime) -> Near | None:
        """The store a pass was issued for; None for one of another person, another offer, long ago, or made up.

        How far the store was is not told: no farther than the radius.
        """
        named, seal = _number(given[:_STORE_SIGNS]), given[_STORE_SIGNS:].encode()
        passed = None
        for code in self._directory.codes():
            if crc32(code.encode()) & _NAMES == named and offer.is_good_at(code):
                for minute in range(_minute(at - VALID), _minute(at) + 1):
                    wanted = self._seal(offer, app_id, openid, code, minute).encode()
                    passed = code if hmac.compare_digest(wanted, seal) else passed
        store = self._directory.find(passed) if passed else None
        return Near(store.name, float(offer.terms.radius_m), store.code) if store else None

    def name_day(self, customer_id: int, store_code: str, day: date) -> str:
        """A key for a day on which somebody was told of a store; who reads it learns neither store nor day."""
        return f"near:{self._codes.sign(json.dumps([customer_id, store_code, day.isoformat()]), 32)}"

    def _seal(self, offer: Offered, app_id: str, openid: str, store_code: str, minute: int) -> str:
        told = [app_id, openid, offer.code, offer.terms.radius_m, store_code, minute]
        return self._codes.sign(json.dumps(told), _SEAL_SIGNS)


def _name(store_code: str) -> str:
    high, low = divmod(crc32(store_code.encode()) & _NAMES, len(ALPHABET))
    return ALPHABET[high] + ALPHABET[low]


def _number(name: str) -> int:
    return ALPHABET.index(name[0]) * len(ALPHABET) + ALPHABET.index(name[1])


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
