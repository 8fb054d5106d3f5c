"""Reach: which things and qualities a small phrase such as "特别想要" or "也行" speaks of."""

from __future__ import annotations

import re

from customers.tagging.scope.cues import NEGATING, Force
from customers.tagging.scope.saying import Clause, Saying
from customers.tagging.scope.stretches import is_soft
from customers.tagging.scope.turn import Mark

_CONTRAST = frozenset({"但", "但是", "可是", "不过", "然而", "只是", "倒是", "反而", "所以", "因为", "然后", "结果"})
_SAME_WISH = 2  # "必须得|是纯棉的": a wish this near belongs to the phrase itself
_JOINED = re.compile(r"[的、和跟与及或款色/&+]{0,2}")  # "碎花的|裙子", "卫衣和裙子" are spoken of together
_NOTHING_ELSE = re.compile(r"[了的啊呀呢吧啦哈嘛哦额嗯爱]|这|那|它|你|$")


def reach_of(saying: Saying, mark: Mark) -> list[int]:
    """What follows the phrase in its clause; else what it was said after; else what the clause beside it speaks of."""
    position = saying.find_clause(mark.start)
    clause = saying.clauses[position]
    if clause.wanted:
        return list_after(saying, clause, mark) or list_before(saying, clause, mark.start)
    if _NOTHING_ELSE.match(saying.folded, mark.end, clause.end) is None:
        return []
    if position and is_soft(clause.before) and saying.clauses[position - 1].wanted:
        before = saying.clauses[position - 1]
        return list_before(saying, before, before.end)
    if position + 1 < len(saying.clauses):
        return list_after(saying, saying.clauses[position + 1], mark)
    return []


def list_after(saying: Saying, clause: Clause, mark: Mark) -> list[int]:
    """The things and qualities behind a mark, up to a contrast, a refusal or another wish."""
    bound = clause.end
    for stretch in clause.stretches:
        for cue in stretch.cues:
            gap = cue.start - mark.end
            is_contrast = cue.force is Force.TURN and saying.folded[cue.start : cue.end] in _CONTRAST
            is_wish = cue.force is Force.WISH and gap > _SAME_WISH
            if gap >= 0 and (is_contrast or is_wish or cue.force in NEGATING):
                bound = min(bound, cue.start)
    return [index for index in clause.wanted if mark.end <= saying.mentions[index].start < bound]


def list_before(saying: Saying, clause: Clause, end: int) -> list[int]:
    """The last things and qualities named before ``end``, as far as they are named in one go."""
    named: list[int] = []
    for index in reversed(clause.wanted):
        mention = saying.mentions[index]
        if mention.end > end:
            continue
        if named and not _JOINED.fullmatch(saying.folded, mention.end, saying.mentions[named[-1]].start):
            break
        named.append(index)
    return named
