"""Phone numbers: what is accepted, what is refused and why, and what the cipher promises."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from customers.phones import PhoneVault

VAULT = PhoneVault("a secret for tests that protects nothing")


@pytest.mark.parametrize(
    "raw",
    [
        "13800001234",
        " 138 0000 1234 ",
        "138-0000-1234",
        "+86 13800001234",
        "+86-138-0000-1234",
        "8613800001234",
        "0086 13800001234",
        "１３８００００１２３４",
        "'13800001234",
        "13800001234.0",
        "\u202d13800001234\u202c",
        "（+86）13800001234",
    ],
)
def test_every_usual_spelling_of_a_number_is_one_number(raw: str) -> None:
    assert VAULT.normalise(raw) == "+8613800001234"


def test_a_foreign_number_keeps_its_country() -> None:
    assert VAULT.normalise("+852 9123 4567") == "+85291234567"
    assert VAULT.normalise("0085291234567") == "+85291234567"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("1.38E+10", "spreadsheet"),
        ("1.38000012e10", "spreadsheet"),
        ("", "is empty"),
        ("   ", "is empty"),
        ("1380000123", "10 digits"),
        ("138000012345", "12 digits"),
        ("12345678901", "no mobile number"),
        ("+8612345678901", "no mobile number"),
        ("138abc01234", "no digits"),
        ("无", "no digits"),
        ("02112345678", "no mobile number"),
    ],
)
def test_what_is_no_phone_is_refused_with_its_reason(raw: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        VAULT.normalise(raw)
    assert refused.value.field == "phone"


def test_a_sealed_number_opens_again_and_hides_the_number() -> None:
    sealed = VAULT.seal("+8613800001234")
    assert "13800001234" not in sealed
    assert sealed != VAULT.seal("+8613800001234")
    assert VAULT.open(sealed) == "+8613800001234"


def test_another_secret_neither_opens_nor_finds() -> None:
    other = PhoneVault("another secret")
    with pytest.raises(Invalid, match="cannot be decrypted"):
        other.open(VAULT.seal("+8613800001234"))
    assert other.hash("+8613800001234") != VAULT.hash("+8613800001234")


@pytest.mark.parametrize("broken", ["", "1.", "1.AAAA", "2.", "garbage", "1.é"])
def test_a_broken_cipher_is_refused(broken: str) -> None:
    with pytest.raises(Invalid, match="cannot be decrypted"):
        VAULT.open(broken)


def test_a_changed_cipher_is_refused() -> None:
    sealed = VAULT.seal("+8613800001234")
    changed = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB")
    with pytest.raises(Invalid, match="cannot be decrypted"):
        VAULT.open(changed)


def test_the_hash_is_the_same_each_time() -> None:
    assert VAULT.hash("+8613800001234") == VAULT.hash("+8613800001234")
    assert len(VAULT.hash("+8613800001234")) == 64
    assert VAULT.hash("+8613800001234") != VAULT.hash("+8613800001235")


def test_a_masked_number_shows_seven_digits_of_eleven() -> None:
    assert VAULT.masked("+8613800001234") == "138****1234"
    assert VAULT.masked("+85291234567") == "+85****4567"


def test_no_secret_is_refused() -> None:
    with pytest.raises(Invalid, match="SCRM_SECRET_KEY"):
        PhoneVault("")
