""" "大家别上当", "千万不要有色差": a warning or a hope denies nothing that happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.saying import Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    warned: set[int] = set()
    for mark in marks:
        members = saying.clauses[saying.find_clause(mark.start)].members
        warned.update(index for index in members if saying.mentions[index].start >= mark.end)
    facts = (index for index in sorted(warned) if saying.mentions[index].kind is Kind.FACT)
    return (Effect(index, "warned", verdict=Verdict.UNSTATED) for index in facts if not saying.is_stated(index))


TURN = Turn(
    reasons={"warned": "提醒别人，不是否认"},
    words="大家 各位 姐妹们 大伙 后来者 千万别 千万不要 请不要 请别".split(),
    kinds=frozenset({Kind.FACT}),
    act=_act,
)
