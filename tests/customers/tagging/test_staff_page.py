"""The page for staff tells what the lexicon and the arithmetic do."""

from __future__ import annotations

import re
from pathlib import Path

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.score import DAY_CAP, HOLDS_FROM

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "tagging.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\S+) \| `(\w+)\.toml` \| (\d+) \| (\d+) \| (是?) ?\|$", re.MULTILINE)


def test_the_table_of_groups_is_the_lexicons() -> None:
    groups = load_lexicon().groups.values()
    assert sorted(ROW.findall(PAGE)) == sorted(
        (group.label, group.key, str(len(group.tags)), f"{group.half_life_days:g}", "是" if group.exclusive else "")
        for group in groups
    )


def test_the_figures_are_the_programs() -> None:
    assert f"**不低于 {HOLDS_FROM}**" in PAGE
    assert f"一天最多加 {DAY_CAP:g} 分、最多扣 {DAY_CAP:g} 分" in PAGE
