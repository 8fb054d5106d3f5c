"""Sealed values open only with the same key and purpose, unchanged; fingerprints find without opening."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from models.sealing import Sealer

SEALER = Sealer("a-long-random-secret", "phone")


@pytest.mark.parametrize("plain", ["", "+8613800001234", "您好🧣", "x" * 5000])
def test_sealed_opens_again(plain: str) -> None:
    assert SEALER.open(SEALER.seal(plain)) == plain


def test_same_text_is_sealed_differently_each_time() -> None:
    assert len({SEALER.seal("+8613800001234") for _ in range(100)}) == 100


@pytest.mark.parametrize("other", [Sealer("another secret", "phone"), Sealer("a-long-random-secret", "token")])
def test_other_key_or_purpose_opens_nothing_and_finds_nothing(other: Sealer) -> None:
    with pytest.raises(Invalid, match="cannot be opened"):
        other.open(SEALER.seal("secret"))
    assert other.fingerprint("secret") != SEALER.fingerprint("secret")


def test_changed_text_does_not_open() -> None:
    sealed = SEALER.seal("+8613800001234")
    for position in range(0, len(sealed), 7):
        changed = sealed[:position] + ("A" if sealed[position] != "A" else "B") + sealed[position + 1 :]
        with pytest.raises(Invalid):
            SEALER.open(changed)


@pytest.mark.parametrize("rubbish", ["", "AAAA", "not base64 at all!", "十"])
def test_rubbish_does_not_open(rubbish: str) -> None:
    with pytest.raises(Invalid):
        SEALER.open(rubbish)


def test_fingerprint_is_stable_across_processes() -> None:
    assert Sealer("a-long-random-secret", "phone").fingerprint("+8613800001234") == SEALER.fingerprint("+8613800001234")
    assert SEALER.fingerprint("x") == "02f4ef29465c7f1857cd8acedee44897fb772dec6d6dd9b38d819063459a1da6"


def test_empty_secret_is_refused() -> None:
    with pytest.raises(Invalid, match="SCRM_SECRET_KEY"):
        Sealer("", "phone")
