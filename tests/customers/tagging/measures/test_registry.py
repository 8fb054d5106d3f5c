"""Kinds of measure are found by folder; a wrong file stops the start by its name."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from core.errors import Invalid
from customers.tagging.measures.registry import all_kinds, discover

GOOD = """
from customers.tagging.measures.measure import Found, Kind

def find(folded):
    yield Found(0, 1, "one")

KIND = Kind("一", "", ("1",), find)
"""


def package_of(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> object:
    name = f"kinds_of_{folder.name}"
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()
    for stem, source in files.items():
        (folder / name / f"{stem}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def test_the_kinds_are_named_after_their_files() -> None:
    assert list(all_kinds()) == [
        "age", "birthday", "budget", "bust", "child_age", "clothing_size", "foot_length", "height", "hip",
        "shoe_size", "waist", "weight",
    ]  # fmt: skip


def test_a_new_file_is_a_new_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = discover(package_of(tmp_path, monkeypatch, one=GOOD, _shared="X = 1"))  # type: ignore[arg-type]
    assert {name: kind.title for name, kind in found.items()} == {"one": "一"}


@pytest.mark.parametrize(
    ("source", "problem"), [("KIND = 1", "has no KIND"), (GOOD.replace('("1",)', "()"), "its KIND has no cues")]
)
def test_a_wrong_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, problem: str) -> None:
    with pytest.raises(Invalid, match=rf"wrong: {problem}"):
        discover(package_of(tmp_path, monkeypatch, wrong=source))  # type: ignore[arg-type]
