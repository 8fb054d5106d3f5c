""" "我对羊毛过敏": refuses the wool, and complains of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.saying import Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn

_FARTHEST = 6


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        clause = saying.clauses[saying.find_clause(mark.start)]
        opening = saying.folded.rfind("对", clause.start, mark.start)
        for index in clause.members if opening >= 0 else ():
            mention = saying.mentions[index]
            if mention.kind is Kind.FACT and mention.start <= mark.start < mention.end:
                yield Effect(index, "allergic", verdict=Verdict.UNSTATED)
            elif mention.kind is Kind.QUALITY and opening < mention.start < mark.start <= mention.end + _FARTHEST:
                yield Effect(index, "allergic", verdict=Verdict.NEGATED)


TURN = Turn(
    reasons={"allergic": "客户说对它过敏"},
    words=("过敏",),
    lookalikes=("不过敏", "没过敏"),
    kinds=frozenset({Kind.QUALITY, Kind.FACT}),
    act=_act,
)
