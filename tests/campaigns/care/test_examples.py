"""The rules we ship and show are sound, and the page for staff tells what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from campaigns.care.festivals import FESTIVALS, OFFICIAL
from campaigns.care.planner import prepare
from campaigns.care.preview import Outcome
from campaigns.care.registry import all_kinds
from campaigns.care.rule_form import FIELDS, form_of, read_rule
from campaigns.templates import LONGEST
from campaigns.toml_file import read_file, write_toml
from core.channels import Channel
from tests.campaigns.care.brand import ACCOUNTS, SHOP

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "campaigns/care/examples").glob("*.toml"))
PAGE = (ROOT / "docs/care.md").read_text(encoding="utf-8")
SHOWN = [tomllib.loads(block) for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_sound_and_survives_being_shown(path: Path, tmp_path: Path) -> None:
    rule = read_rule(read_file(path, "docs/care.md"), ACCOUNTS)
    assert prepare(rule, SHOP).options
    again = tmp_path / "again.toml"
    again.write_text(write_toml(form_of(rule)), encoding="utf-8")
    assert read_rule(read_file(again, "docs/care.md"), ACCOUNTS) == rule


def test_examples_have_names_of_their_own() -> None:
    assert len({read_file(path, "docs/care.md")["name"] for path in EXAMPLES}) == len(EXAMPLES) >= len(all_kinds())


def test_the_page_shows_one_rule_of_each_kind_as_it_is_shipped() -> None:
    shipped = [read_file(path, "docs/care.md") for path in EXAMPLES]
    assert sorted(shown["kind"] for shown in SHOWN) == sorted(all_kinds())
    assert all(shown in shipped for shown in SHOWN)


def test_the_page_names_all_there_is() -> None:
    names = {*all_kinds(), *FIELDS[:5], *Channel, *(f"{{{name}}}" for name in LONGEST)}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
    assert {name for name in FESTIVALS if name not in PAGE} == set()
    official = re.search(r"可以写：(.*?)（有法定假期）", PAGE)
    assert official is not None
    assert official[1].split("、") == list(OFFICIAL)
    assert {outcome for outcome in Outcome if f"| {outcome} |" not in PAGE} == set()
