""" "有没有黑色的", "黑色有吗", "黑色还有货吗", "是纯棉的吗": interest, though less than a wish.

A question for a service ("黑色的裙子可以退货吗") takes the goods as given and leaves them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.cues import Cue, Force
from customers.tagging.scope.saying import WANTED, Clause, Saying
from customers.tagging.scope.stretches import Stretch, is_soft, is_tagged_question
from customers.tagging.scope.turn import Effect, Mark, Turn

FACTOR = 0.5
_OPEN = re.compile(r"多少|什么|啥|哪|几|怎|咋|谁|为何|多[大长久高重贵]")
_STOCK = re.compile(r"有|现货|库存|[没无缺断补到]货|售罄|上架|卖")
_NOD = re.compile(r"(?:可以|行|好|成|ok)[吗么嘛不]")
_WHETHER = frozenset({"会不会", "是否"})
_HAVE = ("有", "是")
_LONGEST_TAIL = 4  # "可以吗", "能穿吗": more than this asks something of its own


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    positions = {saying.find_clause(mark.start) for mark in marks}
    asked = {index for position in positions for index in _asked(saying, position)}
    return (Effect(index, "asked", FACTOR) for index in asked)


def _asked(saying: Saying, position: int) -> Iterator[int]:
    clause = saying.clauses[position]
    for at, stretch in enumerate(clause.stretches):
        if not _asks(saying, stretch) or _only_agrees(saying, stretch):
            continue
        own = _wanted(saying, stretch)
        if _asks_service(saying, stretch, own):
            continue
        yield from own
        if own and not _opens_with_have(saying, stretch):
            continue
        if any(_wanted(saying, each) for each in clause.stretches[:at]):
            yield from _named_before(saying, clause, at, has_own=bool(own))
        elif (
            not own and not clause.wanted and position and is_soft(clause.before) and _opens_with_have(saying, stretch)
        ):
            yield from _last(saying, saying.clauses[position - 1])


def _asks(saying: Saying, stretch: Stretch) -> bool:
    """A yes-or-no question: by its ending, by a "有没有", or by a question mark and no question word."""
    if any(_is_choice(saying, cue) for cue in stretch.cues) or is_tagged_question(saying.folded, stretch):
        return True
    is_marked = stretch.precedes is not None and "?" in stretch.precedes
    return is_marked and _OPEN.search(saying.folded, stretch.start, stretch.end) is None


def _is_choice(saying: Saying, cue: Cue) -> bool:
    return cue.force is Force.CHOICE or saying.folded[cue.start : cue.end] in _WHETHER


def _only_agrees(saying: Saying, stretch: Stretch) -> bool:
    """ "我要黑色的行吗": a wish that waits for a nod."""
    return _is_wish(saying, stretch) and _NOD.search(saying.folded, stretch.start, stretch.end) is not None


def _asks_service(saying: Saying, stretch: Stretch, wanted: Sequence[int]) -> bool:
    """True where a request other than for stock is asked for behind the goods ("黑色那件发货了吗")."""
    behind = [index for index in stretch.members if index > max(wanted, default=-1)]
    requests = [saying.mentions[index] for index in behind if saying.mentions[index].kind is Kind.REQUEST]
    return any(_STOCK.search(saying.folded, each.start, each.end) is None for each in requests)


def _named_before(saying: Saying, clause: Clause, at: int, *, has_own: bool) -> list[int]:
    """ "黑色|有吗", "裙子|现在|还有吗", "裙子|有黑色的吗": what the question is about stands before it."""
    stretch = clause.stretches[at]
    if not saying.folded.count("有", stretch.start, stretch.end) and stretch.end - stretch.start > _LONGEST_TAIL:
        return []
    for earlier in reversed(clause.stretches[:at]):
        if wanted := _wanted(saying, earlier):
            is_own_wish = _is_wish(saying, earlier)
            return [] if is_own_wish and (has_own or _NOD.search(saying.folded, stretch.start, stretch.end)) else wanted
    return []


def _last(saying: Saying, clause: Clause) -> list[int]:
    return next((wanted for each in reversed(clause.stretches) if (wanted := _wanted(saying, each))), [])


def _wanted(saying: Saying, stretch: Stretch) -> list[int]:
    return [index for index in stretch.members if saying.mentions[index].kind in WANTED]


def _is_wish(saying: Saying, stretch: Stretch) -> bool:
    return stretch.opener is Force.WISH and not _opens_with_have(saying, stretch)


def _opens_with_have(saying: Saying, stretch: Stretch) -> bool:
    return saying.folded.startswith(_HAVE, stretch.start) or saying.folded.startswith(
        ("还有", "还是", "没有"), stretch.start
    )


TURN = Turn(
    reasons={"asked": "客户在问，还没说要"},
    words="? 吗 嘛 么 不 没 否 是否 吧".split(),
    lookalikes="什么 怎么 那么 这么 多么 要么".split(),
    act=_act,
)
