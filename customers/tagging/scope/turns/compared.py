""" "黑色比白色好看", "白色不如黑色", "还是黑色吧", "黑色和白色哪个好": what is held against what.

What wins counts in full (``preferred``), what loses says nothing, and what is still weighed up counts half
(``compared``). Only tags of one group are held against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from customers.tagging.scope.saying import Clause, Saying, Verdict
from customers.tagging.scope.stretches import is_soft
from customers.tagging.scope.turn import Effect, Mark, Turn

FACTOR = 0.5
_THAN = "比"
_LESS = frozenset("不如 比不上 没有 没 不及 赶不上 比不过".split())
_AGAINST = frozenset("比起 相比 相比于 比起来 与其 相较 对比".split())
_MORE = frozenset(
    """
更喜欢 更想要 更想买 更爱 更中意 更偏向 更倾向 更倾向于 偏爱 宁愿 宁可 宁愿要 我选 就选 还是选 选了 还是喜欢 还是要
还是想要
""".split()
)
_WHICH = frozenset("哪个 哪款 哪种 哪件 哪双 哪条 哪一个 哪一款 哪一件 哪一双 二选一 怎么选 选哪".split())
_RATHER = "还是"
_WORSE = re.compile(
    r"(?:[^\w]|[更还要都会显得太]){0,3}(?:显老|显胖|丑|难看|差|老气|土|贵|不好|显黑|显脏|容易脏|难打理|薄|硬)"
)
_BETTER = re.compile(
    r"[的那么这要更还都穿起来看着得会件条双款好]{0,6}"
    r"(?:好|显|百搭|耐|舒服|舒适|适合|合适|喜欢|高级|洋气|实用|便宜|划算|实惠|暖|凉|大气|漂亮|美|香|时尚|时髦|年轻|软|轻|透气"
    r"|结实|衬|有气质|优雅|可爱|经典|保暖|吸引|强|质感|亮眼|方便|灵活|日常|休闲|正式)"
)
_UNDECIDED = re.compile(r"[吗?]|多少|哪|是不是|会不会")
_CLOSING = re.compile(r"[的款那色件条双]{0,3}(?:吧|好|比较好|更好|算了|稳|香|[^\w]|$)")
_NEAR, _BACK = 3, 30

_LOOKALIKES = """
比较 性价比 比如 比例 好比 无比 比赛 比价 比基尼 比心 比方 比一下 比比 没有了 没有货 没有吗 没法 没关系 没事 还是不
还是没 还是会 我选择 我选的 还是选择 有没有
""".split()


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    seen: set[int] = set()
    for mark in marks:
        for effect in _weigh(saying, mark, saying.folded[mark.start : mark.end]):
            if effect.mention not in seen:
                seen.add(effect.mention)
                yield effect


def _weigh(saying: Saying, mark: Mark, word: str) -> Iterator[Effect]:
    position = saying.find_clause(mark.start)
    clause = saying.clauses[position]
    before = [index for index in clause.wanted if saying.mentions[index].end <= mark.start]
    after = [index for index in clause.wanted if saying.mentions[index].start >= mark.end]
    if word in _WHICH:
        yield from _undecided(saying, before or _just_before(saying, position))
    elif word in _AGAINST:
        following = saying.clauses[position + 1].wanted if position + 1 < len(saying.clauses) else ()
        yield from _settled(saying, [*after[1:], *following], after[:1])
    elif word in _MORE:
        yield from _settled(saying, after, before)
    elif word == _RATHER:
        yield from _rather(saying, clause, mark, before, after)
    elif after and (before or (word == _THAN and (before := _just_before(saying, position)))):
        yield from _held_against(saying, clause, word, before, after)
    elif after and word == "不如":
        yield from _settled(saying, after, ())


def _held_against(
    saying: Saying, clause: Clause, word: str, before: Sequence[int], after: Sequence[int]
) -> Iterator[Effect]:
    """ "X比Y好", "X不如Y", "X没有Y好"."""
    folded = saying.folded
    groups = {saying.mentions[index].group for index in before}
    other = _one_go(saying, [index for index in after if saying.mentions[index].group in groups])
    if not other:
        return
    end = saying.mentions[other[-1]].end
    if _UNDECIDED.search(folded, end, min(clause.end + 1, len(folded))):
        if _BETTER.match(folded, end):
            yield from _undecided(saying, [*before, *other])
    elif word in _LESS:
        if word == "不如" or word.startswith(("比", "赶")) or _BETTER.match(folded, end):
            yield from _settled(saying, other, before)
    elif _is_with(saying, before[-1]):
        yield from _settled(saying, other, before[-1:])  # "跟白色比黑色好看"
    elif _WORSE.match(folded, end):
        yield from _settled(saying, other, before)
    elif _BETTER.match(folded, end):
        yield from _settled(saying, before, other)


def _rather(
    saying: Saying, clause: Clause, mark: Mark, before: Sequence[int], after: Sequence[int]
) -> Iterator[Effect]:
    """ "短款还是长款" weighs up; "还是黑色吧" has decided."""
    if not after or saying.mentions[after[0]].start - mark.end > _NEAR:
        return
    first = after[0]
    near = [index for index in before[-1:] if mark.start - saying.mentions[index].end < _NEAR]
    if near and saying.mentions[near[0]].group == saying.mentions[first].group:
        yield from _undecided(saying, [*near, first])
    elif _CLOSING.match(saying.folded, saying.mentions[_one_go(saying, after)[-1]].end):
        yield from _settled(saying, _one_go(saying, after), before)


def _settled(saying: Saying, winners: Sequence[int], losers: Iterable[int]) -> Iterator[Effect]:
    """Stated winners are preferred; a loser says nothing where a winner is its rival."""
    stated = [index for index in winners if saying.is_stated(index)]
    lost = [index for index in losers if saying.is_stated(index) and any(_are_rivals(saying, index, w) for w in stated)]
    rivals = [index for index in stated if any(_are_rivals(saying, index, loser) for loser in lost)]
    yield from (Effect(index, "compared", verdict=Verdict.UNSTATED) for index in lost)
    yield from (Effect(index, "preferred") for index in rivals or stated[:1])


def _undecided(saying: Saying, indices: Sequence[int]) -> Iterator[Effect]:
    stated = [index for index in indices if saying.is_stated(index)]
    for index in stated:
        if any(_are_rivals(saying, index, other) for other in stated):
            yield Effect(index, "compared", FACTOR)


def _are_rivals(saying: Saying, one: int, other: int) -> bool:
    first, second = saying.mentions[one], saying.mentions[other]
    return first.group == second.group and first.tag != second.tag


def _one_go(saying: Saying, indices: Sequence[int]) -> list[int]:
    """The first mentions that are said in one go ("白色的裙子")."""
    taken = list(indices[:1])
    for index in indices[1:]:
        if saying.folded[saying.mentions[taken[-1]].end : saying.mentions[index].start] not in ("", "的", "款"):
            break
        if saying.mentions[index].group == saying.mentions[taken[-1]].group:
            break
        taken.append(index)
    return taken


def _is_with(saying: Saying, index: int) -> bool:
    return saying.folded.endswith(("跟", "和", "与", "同"), 0, saying.mentions[index].start)


def _just_before(saying: Saying, position: int) -> list[int]:
    """What the clauses just before speak of ("黑色 白色 哪个好看")."""
    named: list[int] = []
    start = saying.clauses[position].start
    while position and is_soft(saying.clauses[position].before) and start - saying.clauses[position - 1].start <= _BACK:
        position -= 1
        named.extend(saying.clauses[position].wanted)
    return named


TURN = Turn(
    reasons={"preferred": "比较中更喜欢", "compared": "还在比较"},
    words=(_THAN, _RATHER, *_LESS, *_AGAINST, *_MORE, *_WHICH),
    lookalikes=_LOOKALIKES,
    act=_act,
)
