"""The page that shows how to extend tagging shows what is there, and what it shows works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from customers.tagging.measures.find import Measures
from customers.tagging.scope.registry import all_turns

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "extend-tagging.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SENTENCES = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def test_the_turn_shown_is_the_one_in_the_tree_with_its_sentences() -> None:
    assert PYTHON[0] == (ROOT / "customers/tagging/scope/turns/allergic.py").read_text(encoding="utf-8")
    assert SENTENCES == [Path(__file__).with_name("turns").joinpath("allergic.toml").read_text(encoding="utf-8")]


def test_every_turn_is_on_the_page() -> None:
    assert [name for name in all_turns() if f"scope/turns/{name}.py" not in PAGE] == []


def test_the_measure_shown_measures() -> None:
    names: dict[str, Any] = {}
    exec(PYTHON[1], names)
    found = Measures({"shoulder": names["KIND"]}).find("我肩宽42cm，宽松点")
    assert [(each.name, each.value, each.low, each.unit) for each in found] == [("shoulder", "42cm", 42.0, "cm")]
    assert Measures({"shoulder": names["KIND"]}).find("肩宽420") == []
