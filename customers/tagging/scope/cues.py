"""Cues: small words that turn a mention round (refusals, denials, questions, turns), and those that only look so."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind


class Force(StrEnum):
    """What a cue does to the mentions around it; the words are in ``cues.toml``."""

    REFUSE = "refuse"  # 不要 别 不喜欢
    DISLIKE = "dislike"  # 不合适 算了 除外
    DENY = "deny"  # 不是 并非
    ABSENT = "absent"  # 没有 无
    UNABLE = "unable"  # 不能 无法 拒绝
    BARE = "bare"  # 不 不会 不太
    EXCEPT = "except"  # 除了
    BEYOND = "beyond"  # 以外
    CHOICE = "choice"  # 有没有 要不要 好不好
    WHY = "why"  # 怎么 为什么
    SUPPOSE = "suppose"  # 如果 万一
    TURN = "turn"  # 但是 可以 就
    WISH = "wish"  # 要 换 给我
    PLAIN = "plain"  # 不错 特别 无线


_PLAIN = Force.PLAIN
NEGATING = frozenset({Force.REFUSE, Force.DISLIKE, Force.DENY, Force.ABSENT, Force.UNABLE, Force.BARE})
_TURNING = NEGATING | {Force.EXCEPT, Force.BEYOND}
REFUSALS = frozenset({Force.REFUSE, Force.DISLIKE})
IDLE = frozenset({Force.TURN, Force.WISH, Force.WHY, Force.PLAIN})  # these only bound what the others do
REACH = {  # how many characters may stand between a negation and what it negates
    Force.REFUSE: 40,
    Force.DENY: 3,
    Force.ABSENT: 3,
    Force.UNABLE: 4,
    Force.BARE: 1,
}


class Cue(NamedTuple):
    """One cue at its place in the folded text."""

    start: int
    end: int
    force: Force


def find_cues(folded: str, taken: Iterable[tuple[int, int]]) -> list[Cue]:
    """The cues of a folded text, in order. ``taken``: spans of lexicon words, in order.

    A negation inside a span is part of that word ("不起球"); one that runs into it ends where it begins ("不想|想买").
    """
    cues = []
    spans = list(taken)
    at = 0
    for cue in _all_cues(folded):
        start, end, force = cue
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at < len(spans) and spans[at][0] < end:
            if spans[at][0] < start or (spans[at][0] == start and force in NEGATING):
                continue
            if force in NEGATING:
                cue = Cue(start, spans[at][0], Force.BARE if force is Force.DISLIKE else force)  # "不|舒服"
        cues.append(cue)
    return cues


@lru_cache(maxsize=2)  # a message is asked for its tags, its intents and its mood one after the other
def _all_cues(folded: str) -> tuple[Cue, ...]:
    found = _AUTOMATON.find_matches_as_indexes(folded)
    return tuple([Cue(start, end, force) for index, start, end in found if (force := _BY_INDEX[index]) is not _PLAIN])


def may_negate(folded: str) -> bool:
    """False where no word of a folded text can negate or except anything."""
    return any(cue.force in _TURNING for cue in _all_cues(folded))


def _read_forces(path: Path) -> dict[str, Force]:
    """Each cue with its force. A listed word goes before a formed one; twice listed is an error of ours."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    listed = [(word, force) for force in Force for word in raw[force].split()]
    if len(listed) != len(dict(listed)):
        raise ValueError(f"{path.name}: a word stands in two lists")
    return {**dict(_form({name: words.split() for name, words in raw["formed"].items()})), **dict(listed)}


def _form(lists: dict[str, list[str]]) -> Iterator[tuple[str, Force]]:
    for softener in ("", *lists["softeners"]):
        for verb in lists["verbs"]:
            if (softener, verb) != ("会", "要"):  # "不会要三天吧"
                yield f"不{softener}{verb}", Force.REFUSE
    yield from ((f"就{refusal}", Force.REFUSE) for refusal in lists["after_then"])
    yield from ((f"{stem}{no}{stem}", Force.CHOICE) for stem in lists["stems"] for no in "不没")


_FORCES = _read_forces(Path(__file__).with_name("cues.toml"))
_BY_INDEX = tuple(_FORCES.values())
_AUTOMATON = AhoCorasick(
    tuple(_FORCES), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
)
