""" "穿不了橙色", "驾驭不了豹纹": what does not become a customer is not wanted, and no complaint of the size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.saying import WANTED, Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn

_FARTHEST = 2


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        members = saying.clauses[saying.find_clause(mark.start)].members
        near = [each for each in members if 0 <= saying.mentions[each].start - mark.end <= _FARTHEST]
        if near and saying.mentions[near[0]].kind in WANTED:
            yield Effect(near[0], "unwearable", verdict=Verdict.NEGATED)
            for index in members:
                mention = saying.mentions[index]
                if mention.kind is Kind.FACT and mention.start < mark.end and mark.start < mention.end:
                    yield Effect(index, "unwearable", verdict=Verdict.UNSTATED)


TURN = Turn(
    reasons={"unwearable": "客户说不适合自己"},
    words="穿不了 穿不来 穿不上 戴不了 背不了 驾驭不了 驾驭不住 hold不住".split(),
    kinds=WANTED | {Kind.FACT},
    act=_act,
)
