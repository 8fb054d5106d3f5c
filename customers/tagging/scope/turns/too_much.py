""" "粉色太嫩了", "真皮的太重": who finds fault with a quality does not want it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.cues import Force
from customers.tagging.scope.saying import Clause, Saying, Verdict
from customers.tagging.scope.stretches import is_asked
from customers.tagging.scope.turn import Effect, Mark, Turn

_FAULTS = """
重 艳 花 土 老气 嫩 丑 硬 透 挑人 夸张 扎人 扎 闷 俗 成熟 幼稚 花哨 暗 沉闷 单调 普通 素 难看 亮 张扬 死板
""".split()
_SHOWS = "显老 显黑 显胖 显脏 显土 显壮 显矮 不耐脏 容易脏 难打理".split()
_DEGREES = "太 有点 有些 过于".split()
_FARTHEST = 5

_LOOKALIKES = """
有点花呗 有点重要 太重要 太亮眼 太硬核 太花心思 太花时间 太花钱 有点成熟稳重
""".split()


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        clause = saying.clauses[saying.find_clause(mark.start)]
        named = [index for index in clause.wanted if saying.mentions[index].end <= mark.start]
        for index in named[-1:]:
            mention = saying.mentions[index]
            is_near = mark.start - mention.end <= _FARTHEST
            is_held_against = saying.folded.find("比", clause.start, mention.start) >= 0  # compared.py reads that
            is_plain = not is_held_against and not _is_asked(saying, clause, mark)
            if mention.kind is Kind.QUALITY and is_near and is_plain:
                yield Effect(index, "faulted", verdict=Verdict.NEGATED)


def _is_asked(saying: Saying, clause: Clause, mark: Mark) -> bool:
    """ "红色会太艳吗"."""
    stretch = next(each for each in reversed(clause.stretches) if each.start <= mark.start)
    return is_asked(saying.folded, stretch) or any(cue.force is Force.CHOICE for cue in stretch.cues)


TURN = Turn(
    reasons={"faulted": "客户嫌它不好"},
    words=(*(f"{degree}{fault}" for degree in _DEGREES for fault in _FAULTS), *_SHOWS),
    lookalikes=(
        *(f"{no}{fault}" for no in ("不太", "不会太", "不会", "不那么", "不") for fault in (*_FAULTS, *_SHOWS)),
        *_LOOKALIKES,
    ),
    act=_act,
)
