""" "特别想要", "超级喜欢", "就要", "最爱", "一直在找", "非黑色不可": a wish, or a refusal, above others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customers.tagging.scope.reach import reach_of
from customers.tagging.scope.saying import Saying
from customers.tagging.scope.turn import Effect, Mark, Turn

FACTOR = 1.5
_DEGREES = "特别 超级 超 巨 贼 真心 真的很 好 太 最 非常 实在太 爆".split()
_FEELINGS = "喜欢 想要 想买 爱 中意 心动 不喜欢 讨厌 反感 烦 怕".split()
_WISHES = tuple(degree + feeling for degree in _DEGREES for feeling in _FEELINGS)
_DENIALS = "不 不是 没 没有 不算 不会".split()  # "不是特别喜欢" is no strong dislike
_PHRASES = """
就要 就想要 就想买 就爱 就喜欢 就认 只要 只想要 只想买 只爱 只喜欢 只穿 只看 只考虑 必须 必须要 一定要 一定得 务必
急需 急着要 急着买 一直在找 一直想要 一直想买 一直想找 一直在等 找了好久 找了很久 想了好久 想要很久 心心念念
做梦都想 种草 长草 爱死 爱了 爱惨 爱疯 想疯 想要疯 喜欢疯 馋哭 馋死 跪求 必入 必买 闭眼入 一眼爱上 一眼就爱上
一见钟情 迷死 绝绝子 首选 单要 独爱 只认 最好是 最好 第一眼就看中 说什么也要 打死也 打死都 打死我也 打死我都 坚决
千万别 千万不要 绝对不 绝不
""".split()

_LOOKALIKES = """
可爱了 可爱死 心爱了 就要到 就要过年 就要结婚 就要生 就要考 就要开 就要走 只要是 只要有 只要能 不是最好 最好看
最好吃 最好用 最好的 最好卖 好喜欢的 不必须 太爱买 只看看 最好能 最好别
""".split()


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        reached = reach_of(saying, mark)
        refused = [index for index in reached if not saying.is_stated(index)]
        yield from (Effect(index, "strong", FACTOR) for index in refused or reached)


TURN = Turn(
    reasons={"strong": "语气强烈"},
    words=(*_PHRASES, *_WISHES),
    lookalikes=(*(no + wish for no in _DENIALS for wish in _WISHES), *_LOOKALIKES),
    act=_act,
)
