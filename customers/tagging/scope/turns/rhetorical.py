""" "哪里显瘦了", "哪有什么色差", "这还叫纯棉吗" deny; "谁说我不要红色" does not refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.saying import WANTED, Clause, Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn

_NEAR = 2
_CLOSED = re.compile(r"[的]?(?:了|啊|呀|嘛)")
_CALLS = frozenset("这还叫 这也叫 这也算 这还算 这叫 还好意思叫 也叫 也算".split())
_NOBODY = frozenset("谁要 谁会要 谁会穿 谁会买 谁还穿 谁还买 谁稀罕".split())
_EVERYBODY = frozenset("谁不喜欢 谁不爱 谁不想要 谁不想买 谁不想 谁不要".split())
_SAID_OTHERWISE = frozenset("谁说 谁说的 谁跟你说".split())
_NOWHERE = frozenset("哪里 哪儿 哪".split())
_NONE = frozenset("哪有什么 哪有啥 哪里有什么 哪里有 哪有 哪来的 哪来".split())


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        clause = saying.clauses[saying.find_clause(mark.start)]
        yield from _effects(saying, clause, mark, saying.folded[mark.start : mark.end])


def _effects(saying: Saying, clause: Clause, mark: Mark, word: str) -> Iterator[Effect]:
    behind = [index for index in clause.members if saying.mentions[index].start >= mark.end]
    if word in _SAID_OTHERWISE or word in _EVERYBODY:
        wanted = [index for index in behind if saying.mentions[index].kind in WANTED and not saying.is_stated(index)]
        yield from (Effect(index, "rhetorical", verdict=Verdict.STATED) for index in wanted)
        return
    for index in behind[:1]:
        mention = saying.mentions[index]
        if mention.start - mark.end <= _NEAR and _denies(saying, word, mention.kind, mention.end):
            yield Effect(index, "rhetorical", verdict=Verdict.NEGATED)


def _denies(saying: Saying, word: str, kind: Kind, end: int) -> bool:
    if word in _CALLS or word in _NOBODY:
        return kind in WANTED
    if word in _NONE:
        return kind is Kind.FACT
    return kind is Kind.QUALITY and _CLOSED.match(saying.folded, end) is not None


TURN = Turn(
    reasons={"rhetorical": "反问"},
    words=(*_CALLS, *_NOBODY, *_SAID_OTHERWISE, *_EVERYBODY, *_NOWHERE, *_NONE),
    lookalikes="哪里买 哪里有卖 哪个 哪款 哪些 哪怕 哪天 哪家".split(),
    kinds=WANTED | {Kind.FACT},
    act=_act,
)
