"""Questions of real service chats, as somebody who keeps a list of answers would store them, split once and for all.

A session is of the development part or of the scored part by a hash of its id, and inside its part a session gives
stored questions or questions that nobody stored. So nothing is tuned on what it is scored on, and no session is on both
sides of a question.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

CHATS = "service_chats.tsv.gz"
_SHOP = Path(__file__).with_name("shop.toml")
SHORTEST, LONGEST = 5, 30

_PLACEHOLDER = re.compile(r"\[[^\]]*\]|nan|#E-[^#]*#|https?:\S+")
_BREAK = re.compile(r"[\s。！？!?；;～~]+")
_ASKS = re.compile("[吗么嘛几哪谁啥咋]|怎么|怎样|什么|多少|能不能|可不可以|为何|是不是|有没有|如何|多久|能否|是否")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ALIKE, _NEAR = 0.75, 0.6
_STORED_SHARE = 180
"""Of 256 sessions, those whose questions are stored; the others' are asked in vain."""


@dataclass(frozen=True, slots=True)
class Part:
    """``stored`` are groups of questions so alike that one answer serves them; ``foreign`` are asked and not stored."""

    stored: list[list[str]]
    foreign: list[str]


@dataclass(frozen=True, slots=True)
class Split:
    development: Part
    scored: Part


def split(folder: Path) -> Split:
    """Both parts of the chats of a folder."""
    by_side: dict[tuple[bool, bool], list[str]] = {}
    for session, text in _customer_lines(folder / CHATS):
        is_stored = hashlib.sha256(session.encode()).digest()[1] < _STORED_SHARE
        side = by_side.setdefault((_is_development(session), is_stored), [])
        side.extend(question for question in _questions(text))
    return Split(
        _part(by_side.get((True, True), []), by_side.get((True, False), [])),
        _part(by_side.get((False, True), []), by_side.get((False, False), [])),
    )


class Asked(NamedTuple):
    """A customer's words, how they were made, and the group of stored questions that answers them (None: nobody)."""

    words: str
    way: str
    group: int | None


def shop() -> tuple[Part, list[Asked], list[Asked]]:
    """The hand-written shop: what it stores, and what is asked in the development and in the scored part."""
    raw = tomllib.loads(_SHOP.read_text(encoding="utf-8"))
    asked = [Asked(words, "by hand", group) for group, answer in enumerate(raw["answer"]) for words in answer["asked"]]
    asked += [Asked(words, "foreign", None) for words in raw["nobody"]["asked"]]
    development = [each for each in asked if _is_development(each.words)]
    scored = [each for each in asked if not _is_development(each.words)]
    return Part([answer["stored"] for answer in raw["answer"]], []), development, scored


def _is_development(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] < 128


def _customer_lines(path: Path) -> list[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row[0], row[-1]) for row in rows if len(row) > 3 and row[2] == "0"]


def _questions(text: str) -> list[str]:
    pieces = (piece.strip("，,、.…:：() ") for piece in _BREAK.split(_PLACEHOLDER.sub(" ", text)))
    return [
        piece
        for piece in pieces
        if SHORTEST <= len(piece) <= LONGEST and _ASKS.search(piece) and len(_CHINESE.findall(piece)) >= SHORTEST - 1
    ]


def _part(stored: list[str], foreign: list[str]) -> Part:
    groups = _grouped(sorted(set(stored)))
    kept = [question for group in groups for question in group]
    strangers = [q for q in sorted(set(foreign)) if not any(is_near(q, known, _NEAR) for known in kept)]
    return Part(groups, strangers)


def _grouped(questions: list[str]) -> list[list[str]]:
    """Questions that differ in a character or a politeness have one answer."""
    groups: list[list[str]] = []
    for question in questions:
        home = next((g for g in groups if any(is_near(question, other, _ALIKE) for other in g)), None)
        if home is None:
            groups.append([question])
        else:
            home.append(question)
    return groups


def is_near(left: str, right: str, least: float) -> bool:
    """True where two texts share at least this share of their characters, in order."""
    if 2 * min(len(left), len(right)) < least * (len(left) + len(right)):
        return False
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.quick_ratio() >= least and matcher.ratio() >= least
