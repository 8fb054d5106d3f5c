"""Codes: what a customer shows and a guide types. Readable, checked against slips, and not to be guessed."""

from __future__ import annotations

import os

from core.errors import Invalid
from models.sealing import Sealer

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs without 0, 1, I and O, which are taken for each other."""

_LENGTH = 15
"""75 random bits."""
_GROUP = 4
_BASE = len(ALPHABET)
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_DOUBLED = {sign: sum(divmod(2 * value, _BASE)) for sign, value in _VALUE.items()}
_SIGN_OF_BYTE = (ALPHABET * (256 // _BASE)).encode()
"""Every sign stands for as many bytes as every other."""


class Codes:
    """Makes codes, and finds and shows those that are stored. The product's secret key protects both ways."""

    def __init__(self, secret_key: str) -> None:
        self._sealer = Sealer(secret_key, "coupon code")
        self._signer = Sealer(secret_key, "coupon place pass")

    def make(self) -> tuple[str, str, str]:
        """A new code as (plain, fingerprint to find it by, sealed to show it)."""
        # One call for the randomness of all signs: a call for each costs more than all the rest of a claim.
        body = os.urandom(_LENGTH).translate(_SIGN_OF_BYTE).decode()
        plain = body + _check_sign(body)
        return plain, self._sealer.fingerprint(plain), self._sealer.seal(plain)

    def fingerprint(self, typed: str) -> str:
        """The fingerprint of a code as typed or scanned. Raises ``Invalid`` for what is no code."""
        return self._sealer.fingerprint(read_code(typed))

    def sign(self, words: str, signs: int) -> str:
        """So many signs (at most 32), of 5 bits each, that only this installation can make of these words."""
        digest = bytes.fromhex(self._signer.fingerprint(words))
        return digest.translate(_SIGN_OF_BYTE)[:signs].decode()

    def show(self, sealed: str) -> str:
        """``7K2M-…``: the code in groups of four."""
        plain = self._sealer.open(sealed)
        return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))


def read_code(typed: str) -> str:
    """A code as typed, with blanks, hyphens and small letters. Raises ``Invalid`` for a slip of a sign.

    Signs that codes do not have are no guess of ours: they are refused, named.
    """
    plain = "".join(typed.split()).replace("-", "").upper()
    if len(plain) != _LENGTH + 1:
        raise Invalid("code", f"has {len(plain)} signs", f"a code has {_LENGTH + 1}, in groups of {_GROUP}")
    if strange := [sign for sign in plain if sign not in _VALUE]:
        raise Invalid("code", f"holds {strange[0]!r}, which no code has", "codes have no 0, 1, I and O; look again")
    if _check_sign(plain[:-1]) != plain[-1]:
        raise Invalid("code", "does not add up", "a sign was mistyped or two changed places; look again")
    return plain


def _check_sign(body: str) -> str:
    """Luhn's sum modulo 32: finds every single slip and nearly every swap of neighbours."""
    total = sum(map(_DOUBLED.__getitem__, body[::-2])) + sum(map(_VALUE.__getitem__, body[-2::-2]))
    return ALPHABET[-total % _BASE]
