""" "客服说不会起球", "听说会掉色": what others say happens or does not is nothing the customer has seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.saying import Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn

_SPEAKERS = """
客服 店员 导购 主播 商家 卖家 店家 店里 你们 他们 人家 别人 网上 评论 评论里 评价 评价里 详情 详情页 页面 老板
小红书上 抖音上 直播间 有人 大家 好多人 很多人 买家 买家秀里 群里 朋友 闺蜜 同事
""".split()
_SPEAK = "说 都说 说了 说是 说会 讲 写 写着 写的 告诉我 跟我说 和我说 承诺 保证 宣传 宣传的 回复 标着 标的 标注".split()
_BY_ITSELF = "听说 据说 号称 说好的 说好 写着 宣传的".split()


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        clause = saying.clauses[saying.find_clause(mark.start)]
        for index in clause.members:
            mention = saying.mentions[index]
            if mention.start >= mark.end and mention.kind is Kind.FACT and not _came_true(saying, mark, mention.start):
                yield Effect(index, "quoted", verdict=Verdict.UNSTATED)


def _came_true(saying: Saying, mark: Mark, start: int) -> bool:
    """ "你们说不起球结果起球了": the rest of the clause is the customer's own again."""
    between = saying.folded[mark.end : start]
    return any(turn in between for turn in ("结果", "其实", "实际", "但", "可是", "居然", "竟然"))


TURN = Turn(
    reasons={"quoted": "转述别人的话"},
    words=tuple(dict.fromkeys((*_BY_ITSELF, *(who + how for who in _SPEAKERS for how in _SPEAK)))),
    lookalikes="没有人说 没有人告诉我 没有人跟我说 没有人和我说".split(),
    kinds=frozenset({Kind.FACT}),
    act=_act,
)
