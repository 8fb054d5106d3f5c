"""The example file and docs/settings.md say what the settings are: every one of them, with its default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from config.load import SettingsInvalid, load_settings
from config.settings import (
    AccountSettings,
    AnswerSettings,
    BrandSettings,
    ContactSettings,
    CouponSettings,
    Settings,
)
from tests.config.conftest import GOOD
from tests.variables import only_variables

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "scrm.example.toml"
PAGE = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
MODELS: dict[str, type[BaseModel]] = {
    "": Settings,
    "brand.": BrandSettings,
    "contact.": ContactSettings,
    "answers.": AnswerSettings,
    "coupons.": CouponSettings,
    "accounts.<key>.": AccountSettings,
}


def shown(value: object) -> str:
    """A default as the page shows it."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in ("", None):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def defaults() -> dict[str, str]:
    """Every setting and its default, as the page shows it."""
    return {
        prefix + name: "none" if field.is_required() else shown(field.default)
        for prefix, model in MODELS.items()
        for name, field in model.model_fields.items()
        if prefix + name not in ("brand", "contact", "answers", "coupons", "accounts")
    }


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_the_page_has_every_setting_once_with_its_default() -> None:
    found = rows()
    assert {name: default for name, _, default, _ in found} == defaults()
    assert len(found) == len(defaults())


def test_the_page_has_the_variable_of_every_setting() -> None:
    assert [variable for _, variable, _, _ in rows()] == [
        "SCRM_" + name.upper().replace(".", "__") for name, _, _, _ in rows()
    ]


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("database_pool", "2", "100"),
        ("clock_skew_s", "30", "86,400"),
        ("brand.protection_days", "0", "3,650"),
        ("brand.unfollow_grace_days", "0", "365"),
        ("brand.place_cell_m", "100", "20,000"),
        ("brand.place_days", "1", "365"),
        ("contact.cap_days", "1", "90"),
        ("contact.marketing_cap", "0", "100"),
        ("contact.care_cap", "0", "100"),
        ("contact.holdout_percent", "0", "50"),
        ("coupons.reverse_minutes", "0", "10,080"),
        ("coupons.person_per_minute", "0", "1,000"),
        ("accounts.<key>.calls_per_s", "1", "5,000"),
    ],
)
def test_the_page_has_the_limits_of_every_number(name: str, least: str, most: str) -> None:
    model = MODELS[name.rpartition(".")[0] + "." if "." in name else ""]
    limits = {type(limit).__name__: limit for limit in model.model_fields[name.rpartition(".")[2]].metadata}
    assert f"{limits['Ge'].ge:,} to {limits['Le'].le:,}" == f"{least} to {most}"
    (meaning,) = [meaning for found, _, _, meaning in rows() if found == name]
    assert f"{least} to {most}" in meaning


def test_a_copied_example_is_refused_for_what_only_the_brand_can_know() -> None:
    with only_variables({"SCRM_CONFIG": str(EXAMPLE)}), pytest.raises(SettingsInvalid) as refused:
        load_settings()
    account = ("app_id", "app_secret", "token", "aes_key")
    assert [fault.field for fault in refused.value.faults] == [
        "secret_key", *(f"accounts.shop.{name}" for name in account), *(f"accounts.mini.{name}" for name in account),
    ]  # fmt: skip
    assert all(fault.detail.startswith("is missing") and fault.remedy for fault in refused.value.faults)


def test_the_example_shows_every_setting_with_its_default() -> None:
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    shop, brand, contact = example.pop("accounts")["shop"], example.pop("brand"), example.pop("contact")
    answers, coupons = example.pop("answers"), example.pop("coupons")
    told = {
        **example,
        **{f"brand.{n}": v for n, v in brand.items()},
        **{f"contact.{n}": v for n, v in contact.items()},
        **{f"answers.{n}": v for n, v in answers.items()},
        **{f"coupons.{n}": v for n, v in coupons.items()},
        **{f"accounts.<key>.{n}": v for n, v in shop.items()},
    }
    kind = {"accounts.<key>.kind": "`official_account`"}
    assert {name: shown(value) for name, value in told.items()} == {**defaults(), **kind}


def test_the_example_serves_once_its_blanks_are_filled_in(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    good = dict(re.findall(r'^(\w+) = "(.*)"$', GOOD, re.MULTILINE))
    for name in ("secret_key", "app_secret", "token", "aes_key"):
        text = re.sub(rf'^{name} = ""', f'{name} = "{good[name]}"', text, flags=re.MULTILINE)
    for number in "12":
        text = text.replace('app_id = ""', f'app_id = "wx000000000000000{number}"', 1)
    (tmp_path / "scrm.toml").write_text(text, encoding="utf-8")
    with only_variables({"SCRM_CONFIG": str(tmp_path / "scrm.toml")}):
        settings = load_settings()
    assert list(settings.accounts) == ["shop", "mini"]
    assert settings.model_copy(update={"accounts": {}}) == Settings(secret_key=SecretStr(good["secret_key"]))
