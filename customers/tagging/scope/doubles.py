"""Doubles: takes the negations of a stretch together, for two of them in a row often say yes ("不是不喜欢")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from customers.tagging.scope.cues import NEGATING, REFUSALS, Cue, Force
from customers.tagging.scope.stretches import Stretch

_BETWEEN = re.compile(r"(?:[很太是说我会真的人谁]|哪个|女生|女人){0,3}")
_AFTER_LAST = re.compile(r"(?:给我)?[了的啊哦呢吧呀啦哈嘛吗么我们哟噢额嗯谢哒亲宝]*")
_REASON_FOLLOWS = re.compile(r"[了吧]|(?<=适合)我")  # "黑色不考虑了显老", "粉色不适合我这个年纪"
_BEFORE_BARE = re.compile(r"[我们就都也还真的啊哦嗯呃那这个款种件条双些]*")


class Negation(NamedTuple):
    """One negation of a stretch; ``is_void`` when it is a double that cancels out."""

    start: int
    end: int
    force: Force
    is_void: bool = False


def gather_negations(folded: str, stretch: Stretch) -> list[Negation]:
    """The negations of a stretch in order, chains taken as one."""
    gathered: list[Negation] = []
    previous: Cue | None = None
    for cue in stretch.cues:
        if cue.force not in NEGATING:
            continue
        if previous is not None and _BETWEEN.fullmatch(folded, previous.end, cue.start):
            first = gathered.pop()
            is_void = first.is_void ^ _cancels(folded, previous, cue)
            gathered.append(Negation(first.start, cue.end, cue.force, is_void))
        else:
            gathered.append(Negation(cue.start, cue.end, cue.force))
        previous = cue
    return gathered


def find_closing(folded: str, stretch: Stretch, negations: Sequence[Negation], last_named: int = 0) -> Negation | None:
    """The negation that ends a stretch and so speaks of what stands before it ("黑色的不要了").

    ``last_named`` is where the last mention of the stretch ends: behind a refusal nothing but its reason may follow.
    """
    if not negations:
        return None
    last = negations[-1]
    if _AFTER_LAST.fullmatch(folded, last.end, stretch.end):
        return last
    is_refusal = last.force in REFUSALS and last_named <= last.start
    return last if is_refusal and _REASON_FOLLOWS.match(folded, last.end) else None


def find_bare_refusal(folded: str, stretch: Stretch) -> Negation | None:
    """The refusal of a stretch that says nothing else ("我不要", "就算了")."""
    if stretch.members or not stretch.cues:
        return None
    closing = find_closing(folded, stretch, gather_negations(folded, stretch))
    if closing is None or closing.is_void or closing.force not in REFUSALS:
        return None
    return closing if _BEFORE_BARE.fullmatch(folded, stretch.start, closing.start) else None


def _cancels(folded: str, first: Cue, second: Cue) -> bool:
    """False for emphasis: "不要不要", "不不喜欢", "不喜欢不考虑"."""
    words = folded[first.start : first.end], folded[second.start : second.end]
    is_stutter = words[0] == words[1] or (words[0] == "不" and first.end == second.start)
    return not is_stutter and not (first.force in REFUSALS and second.force in REFUSALS)
