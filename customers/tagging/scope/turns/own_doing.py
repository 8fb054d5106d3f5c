""" "我不小心洗坏了", "被我摔碎了": what customers did themselves is no complaint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.saying import Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn

# "我洗坏了" alone is none of them: "你们给我洗坏了" holds it.
_SELVES = "我自己 我不小心 我一不小心 自己不小心 被我 被我不小心".split()
_DEEDS = "弄 洗 摔 刮 勾 扯 烫 踩 磕 碰 撕 剪 划 搞 撞 砸 掰 压".split()
_ENDS = "坏 破 碎 烂 断 裂 花".split()
_WASHED = "洗缩水 洗变形 洗褪色 洗掉色 洗染色".split()

OWN_DOINGS = tuple(
    f"{self}{deed}" for self in _SELVES for deed in (*(d + end for d in _DEEDS for end in _ENDS), *_WASHED)
)
"""What customers say of a damage that is their own."""


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    done = {
        index
        for mark in marks
        for index in saying.clauses[saying.find_clause(mark.start)].members
        if saying.mentions[index].start < mark.end and mark.start < saying.mentions[index].end
    }
    facts = (index for index in sorted(done) if saying.mentions[index].kind is Kind.FACT)
    return (Effect(index, "own_doing", verdict=Verdict.UNSTATED) for index in facts)


TURN = Turn(reasons={"own_doing": "客户自己弄的"}, words=OWN_DOINGS, kinds=frozenset({Kind.FACT}), act=_act)
