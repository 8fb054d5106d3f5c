""" "不要太好看", "别提多舒服了": praise that looks like a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from customers.tagging.scope.reach import reach_of
from customers.tagging.scope.saying import Saying, Verdict
from customers.tagging.scope.turn import Effect, Mark, Turn
from customers.tagging.scope.turns.strong import FACTOR

# "不要太紧身的" refuses; "不要太显瘦哦" cannot, for nobody refuses to look slim.
_GOOD = re.compile(
    r"好看|显瘦|显白|显高|显气质|舒服|舒适|可爱|百搭|时髦|时尚|洋气|划算|便宜|实惠|香|美|喜欢|爱|赞|漂亮|仙|惊艳|实用|好穿|好用|高级|有气质"
)


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    for mark in marks:
        is_sure = saying.folded.startswith("别提", mark.start)
        good = _GOOD.match(saying.folded, mark.end)
        if not is_sure and (good is None or saying.folded.startswith("的", good.end())):
            continue
        reached = reach_of(saying, mark)
        yield from (Effect(index, "strong", FACTOR, Verdict.STATED) for index in reached)


TURN = Turn(
    reasons={"strong": "语气强烈"},
    words="不要太 别提多 别提有多 不要提多".split(),
    act=_act,
)
