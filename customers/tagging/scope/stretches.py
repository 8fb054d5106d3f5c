"""Stretches: cuts a message where a negation stops reaching — at punctuation, at a turn, at a new wish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from customers.tagging.lexicon import Kind
from customers.tagging.scope.cues import NEGATING, Cue, Force

# Signs that join or quote words ("黑色/红色不要", "不要“黑色”") do not end a clause.
_SEPARATOR = re.compile(r"""[^\w、/+&·"'“”‘’「」『』-]+""")
_HARD = re.compile(r"[。.!?;…]")
_ADDRESSED = r"[啊呀呢哦哈]?(?:亲{1,2}|亲爱的|宝子?|老板|美女|家人们?)?$"
_POLAR_END = re.compile(rf"(?:吗|嘛|(?<![什怎那这多])么){_ADDRESSED}")
# "有卡其色不", "会起球不", "到了没": a short no at the end asks, where what it denies stands before it.
_TAG_QUESTION = re.compile(rf"(不|没有?|否){_ADDRESSED}")
_TAGGED: dict[str, tuple[str, ...]] = {
    "不": ("有", "是", "会", "能", "可以", "行", "好", "要", "卖", "带"),
    "否": ("能", "是", "有", "可"),
    "没": ("有",),
    "没有": ("有",),
}
_LONGEST_CLAUSE, _CUT = 120, "…"
# "不是|很|想要": between a negation and its verb stand only such words; anything else there has ended its reach.
_COMPLETE = ("喜欢", "适合", "中意", "想要", "合适")
_TRIVIAL = re.compile(r"(?:[很太再总老都又还也真我你您们只一直天每的得特别多请会说是]|那么|这么|怎么|有点|什么)*")


class Mention(NamedTuple):
    """A lexicon word found at its place, and the tag it speaks for."""

    start: int
    end: int
    kind: Kind
    group: str
    tag: str


@dataclass(slots=True)
class Stretch:
    """A part of a clause within which a negation reaches. ``members`` are indices into the message's mentions."""

    start: int
    end: int
    opener: Force | None
    cues: list[Cue]
    members: list[int] = field(default_factory=list)
    is_supposed: bool = False  # "如果起球"
    follows: str | None = None  # what separates its clause from the one before; None where it opens no clause
    precedes: str | None = None  # what separates its clause from the next; None where it closes no clause


def split_stretches(folded: str, mentions: Sequence[Mention], cues: Sequence[Cue]) -> list[Stretch]:
    """The stretches of a folded text in order, each with its cues and mentions (both given in order of start)."""
    stretches: list[Stretch] = []
    next_cue = 0
    for start, end, before, after in _clauses(folded):
        first = next_cue
        while next_cue < len(cues) and cues[next_cue].start < end:
            next_cue += 1
        opening = len(stretches)
        if first == next_cue:
            stretches.append(Stretch(start, end, None, []))
        else:
            stretches.extend(_cut(folded, start, end, cues[first:next_cue]))
        stretches[opening].follows = before
        stretches[-1].precedes = after
    _seat(stretches, mentions)
    return stretches


def is_polar(folded: str, stretch: Stretch) -> bool:
    """True for a stretch that ends in a yes-or-no question ("起球吗")."""
    if stretch.precedes is None:
        return False
    part = folded[stretch.start : stretch.end]
    return _POLAR_END.search(part) is not None or (part.endswith("吧") and "?" in stretch.precedes)


def is_tagged_question(folded: str, stretch: Stretch) -> bool:
    """True for a stretch that ends in 吗, wherever it stands, or in a short no ("有黑色没", "有卡其色不")."""
    if stretch.precedes is None:
        return folded.endswith("吗", stretch.start, stretch.end)
    if is_polar(folded, stretch):
        return True
    tag = _TAG_QUESTION.search(folded, stretch.start, stretch.end)
    if tag is None:
        return False
    is_done = tag[1] in ("没", "没有") and folded.startswith("了", tag.start() - 1)  # "到店了没有"
    return is_done or any(folded.find(stem, stretch.start, tag.start()) >= 0 for stem in _TAGGED[tag[1]])


def is_asked(folded: str, stretch: Stretch) -> bool:
    """True for a stretch that ends in any question ("没有黑色?")."""
    return (stretch.precedes is not None and "?" in stretch.precedes) or is_polar(folded, stretch)


def is_soft(separator: str) -> bool:
    """True where a separator leaves two clauses close enough for "黑色太老气，不要"."""
    return _HARD.search(separator) is None


@lru_cache(maxsize=2)  # a message is cut for its tags, its intents and its mood one after the other
def _clauses(folded: str) -> tuple[tuple[int, int, str, str], ...]:
    return tuple(_cut_clauses(folded))


def _cut_clauses(folded: str) -> Iterator[tuple[int, int, str, str]]:
    start, before = 0, ""
    for match in _SEPARATOR.finditer(folded):
        separator, (at, end) = match.group(), match.span()
        if separator == "." and _is_point(folded, at):
            continue
        if at > start:
            yield from _pieces(start, at, before, separator)
        start, before = end, separator
    if start < len(folded):
        yield from _pieces(start, len(folded), before, "")


def _is_point(folded: str, at: int) -> bool:
    """The point of a number ("1.5") ends no clause."""
    return folded[at - 1 : at].isdecimal() and folded[at + 1 : at + 2].isdecimal()


def _pieces(start: int, end: int, before: str, after: str) -> Iterator[tuple[int, int, str, str]]:
    """A clause no longer than anybody speaks: rules compare within it, so a hostile one must not grow without end."""
    while end - start > _LONGEST_CLAUSE:
        yield start, start + _LONGEST_CLAUSE, before, _CUT
        start, before = start + _LONGEST_CLAUSE, _CUT
    yield start, end, before, after


def _cut(folded: str, start: int, end: int, cues: Sequence[Cue]) -> Iterator[Stretch]:
    current = Stretch(start, end, None, [])
    is_supposed = False
    for index, cue in enumerate(cues):
        following = cues[index + 1] if index + 1 < len(cues) else None
        if _opens(folded, cue, current.cues, following):
            if cue.start > current.start:
                current.end = cue.start
                yield current
                current = Stretch(cue.start, end, None, [])
            current.opener = cue.force
        is_supposed = is_supposed or cue.force is Force.SUPPOSE
        current.is_supposed = is_supposed
        current.cues.append(cue)
    yield current


def _opens(folded: str, cue: Cue, before: Sequence[Cue], following: Cue | None) -> bool:
    if cue.force is Force.WHY:
        return True
    if cue.force not in (Force.TURN, Force.WISH):
        return False
    if following is not None and following.force in NEGATING and following.start - cue.end <= 1:
        return False  # "裙子|就|不要了": the turn belongs to the negation
    negation = next((each for each in reversed(before) if each.force in NEGATING), None)
    if negation is not None and negation.force is Force.UNABLE and negation.end == cue.start:
        return False  # "没法|申请"
    if cue.force is Force.WISH and negation is not None:
        if folded.endswith(_COMPLETE, negation.start, negation.end) and folded[cue.start] != "有":
            return True  # "不喜欢|想退货"
        return _TRIVIAL.fullmatch(folded, negation.end, cue.start) is None  # "不是很|想要黑色" is one refusal
    return True


def _seat(stretches: Sequence[Stretch], mentions: Sequence[Mention]) -> None:
    at = 0
    for index, mention in enumerate(mentions):
        while at + 1 < len(stretches) and stretches[at + 1].start <= mention.start:
            at += 1
        stretches[at].members.append(index)
