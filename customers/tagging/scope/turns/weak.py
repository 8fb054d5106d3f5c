""" "还行吧", "有点想", "随便看看", "也行": a wish the customer could do without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from customers.tagging.scope.reach import list_before, reach_of
from customers.tagging.scope.saying import Saying
from customers.tagging.scope.turn import Effect, Mark, Turn

FACTOR = 0.5
_BEFORE_IT = """
有点想 有点想要 有点想买 有点喜欢 有一点想 稍微有点想 有点心动 随便看看 随便看下 随便逛逛 随便问问 就问问 就看看
就随便看看 只是看看 只是问问 先看看 看着玩 可能要 可能会买 可能买 可能会要 也许 或许 说不定会买 说不定要 考虑要不要
还没想好要不要 在考虑 实在不行 不行的话
""".split()
_AFTER_IT = """
还行 还可以 还成 还好 也行 也可以 也成 也凑合 也能接受 也能穿 一般般 一般 可有可无 无所谓 凑合 将就 勉强 马马虎虎
看情况 再说 不是不可以 不是不行
""".split()
_ENDS = re.compile(r"[吧啦哈的了啊呀呢嘛哦噢~～穿用\s]{0,4}(?:[^\w\s]|\s|$)")
_AFTER = frozenset(_AFTER_IT)


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    reached = {index for mark in marks for index in _reach(saying, mark)}
    return (Effect(index, "weak", FACTOR) for index in reached)


def _reach(saying: Saying, mark: Mark) -> list[int]:
    """What such a phrase ends ("白色也行") is what it speaks of; elsewhere ("还可以退吗") it says something else."""
    if saying.folded[mark.start : mark.end] not in _AFTER:
        return reach_of(saying, mark)
    clause = saying.clauses[saying.find_clause(mark.start)]
    if _ENDS.match(saying.folded, mark.end) is None:
        return []
    return list_before(saying, clause, mark.start) if clause.wanted else reach_of(saying, mark)


TURN = Turn(
    reasons={"weak": "可有可无"},
    words=(*_BEFORE_IT, *_AFTER_IT),
    lookalikes="也许可 一般人 一般都 不一般 还好吗 还可以吗 也可以吗 也行吗 再说一遍 再说一下".split(),
    act=_act,
)
