"""Where the real rows lie, which of them a run may learn from, and how they are read."""

from __future__ import annotations

import csv
import filecmp
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

CHATS = "service_chats.tsv.gz"
REVIEWS = "reviews_by_category.csv.gz"
THESAURUS = "同义词库.txt"


def home() -> Path:
    """The folder to learn from: beside the checkout, or where ``ZHIJI_DATA`` says. It is no part of the project."""
    return Path(os.environ.get("ZHIJI_DATA") or Path(__file__).parents[3] / "shared" / "data")


@dataclass(frozen=True, slots=True)
class Folders:
    """``home`` is what is learnt from; ``scored`` what is scored, another folder where rows were held out."""

    home: Path
    scored: Path

    def is_held_out(self, name: str) -> bool:
        """Whether the rows of this file are others than those learnt from, so that all of them can be scored."""
        path, known = self.find(name), self.home / name
        return path is not None and not (known.exists() and filecmp.cmp(path, known, shallow=False))

    def find(self, name: str) -> Path | None:
        """The file to score, or None where the folder has none of that name."""
        path = self.scored / name
        return path if path.exists() else None


class Review(NamedTuple):
    """A product review and what was bought."""

    category: str
    text: str


def read_reviews(path: Path) -> list[Review]:
    """Every review that has a text."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = ((row["cat"], (row["review"] or "").lstrip("\ufeff")) for row in csv.DictReader(lines))
        return [Review(category, text) for category, text in rows if category and text.strip()]


def read_turns(path: Path) -> list[str]:
    """What customers wrote in the service chats, turn by turn."""
    return [text for speaker, text in _chat_lines(path) if speaker == "0" and text.strip()]


def _chat_lines(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            _session, _user, speaker, *_, text = line.rstrip("\n").split("\t")
            yield speaker, text
