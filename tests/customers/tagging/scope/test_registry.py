"""Turns are found by folder; a wrong one stops the start, named."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from core.errors import Invalid
from customers.tagging.lexicon import Kind
from customers.tagging.scope import turns
from customers.tagging.scope.negation import REASONS
from customers.tagging.scope.registry import Waking, all_reasons, all_turns, discover
from customers.tagging.scope.turn import Mark, Turn

GOOD = """
from customers.tagging.scope.turn import Turn
TURN = Turn(reasons={"r": "原因"}, words=("词",), act=lambda saying, marks: ())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    package = tmp_path / "strange_turns"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [each for each in sys.modules if each.startswith("strange_turns")]:
        del sys.modules[name]


def load(folder: Path) -> ModuleType:
    importlib.invalidate_caches()
    return importlib.import_module(folder.name)


def test_the_turns_of_the_folder_are_found_by_file() -> None:
    files = {path.stem for path in Path(turns.__path__[0]).glob("[!_]*.py")}
    assert set(all_turns()) == files
    assert {"asked", "for_whom", "strong", "weak", "compared"} <= files


def test_a_file_that_begins_with_an_underscore_is_none(folder: Path) -> None:
    (folder / "one.py").write_text(GOOD)
    (folder / "_shared.py").write_text("")
    assert list(discover(load(folder))) == ["one"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "has no TURN"),
        (GOOD.replace('{"r": "原因"}', "{}"), "gives no reasons"),
        (GOOD.replace('("词",)', "()"), "has no words"),
        (GOOD.replace('("词",)', '("詞",)'), "is not as it is matched"),
        (GOOD.replace('("词",)', '("",)'), "is not as it is matched"),
        (GOOD.replace('("词",)', '("词", "词")'), "stands there twice"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(folder: Path, source: str, problem: str) -> None:
    (folder / "bad.py").write_text(source)
    with pytest.raises(Invalid, match=r"strange_turns\.bad.*" + problem):
        discover(load(folder))


def test_a_message_wakes_only_turns_whose_words_it_holds() -> None:
    first = Turn({"r": "原因"}, ("好看", "好"), lambda saying, marks: ())
    second = Turn({"r": "原因"}, ("看",), lambda saying, marks: (), lookalikes=("看看",))
    waking = Waking({"first": first, "second": second})
    assert list(waking.find("好看")) == [(first, [Mark(0, 2)]), (second, [Mark(1, 2)])]
    assert list(waking.find("看看好")) == [(first, [Mark(2, 3)])]
    assert list(waking.find("黑色")) == []


def test_every_reason_says_something_to_staff_and_one_thing_only() -> None:
    said = [(key, text) for turn in all_turns().values() for key, text in turn.reasons.items()]
    assert set(all_reasons().items()) == {*said, *REASONS.items()}
    assert all(text for text in all_reasons().values())


def test_a_turn_names_the_kinds_it_acts_upon() -> None:
    assert all(turn.kinds <= set(Kind) and turn.kinds for turn in all_turns().values())
