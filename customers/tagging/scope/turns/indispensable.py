""" "非黑色不买", "非要真丝不可", "除了黑色都不要": this and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from customers.tagging.scope.reach import list_after
from customers.tagging.scope.saying import Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn
from customers.tagging.scope.turns.strong import FACTOR

_OR_ELSE = re.compile(r"不(?:可|买|要|穿|行|看|选|考虑|入|嫁)")
_NONE_ELSE = re.compile(r"(?:都|全|一概|其[他它]的?都?|别的都?)(?:不(?:要|喜欢|买|看|考虑|穿|想要)|没兴趣)")


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        clause = saying.clauses[saying.find_clause(mark.start)]
        ending = _OR_ELSE if saying.folded[mark.start] == "非" else _NONE_ELSE
        behind = [index for index in clause.wanted if saying.mentions[index].start >= mark.end]
        if behind and ending.search(saying.folded, saying.mentions[behind[0]].end, clause.end + 12):
            first = list_after(saying, clause, mark) or behind[:1]
            yield from (Effect(index, "strong", FACTOR, Verdict.STATED) for index in first)


TURN = Turn(
    reasons={"strong": "语气强烈"},
    words="非 非要 非得 非得要 除了 除开".split(),
    lookalikes="非常 除非 并非 非洲 是非 莫非 无非".split(),
    act=_act,
)
