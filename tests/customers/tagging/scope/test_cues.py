"""Cue words: the lists behind the rules stay sound."""

from __future__ import annotations

import pytest

from customers.tagging.scope.cues import Cue, Force, find_cues


@pytest.mark.parametrize(
    ("text", "forces"),
    [
        ("不要", [Force.REFUSE]),
        ("要不要", [Force.CHOICE]),
        ("特别别", [Force.REFUSE]),
        ("不错", []),
        ("没关系", []),
        ("不是不喜欢", [Force.DENY, Force.REFUSE]),
        ("除了", [Force.EXCEPT]),
        ("黑的以外", [Force.BEYOND]),
        ("如果可以", [Force.SUPPOSE, Force.TURN]),
        ("为什么没有", [Force.WHY, Force.ABSENT]),
        ("不能不合适不会", [Force.UNABLE, Force.DISLIKE, Force.BARE]),
    ],
)
def test_the_longest_cue_wins(text: str, forces: list[Force]) -> None:
    assert [cue.force for cue in find_cues(text, [])] == forces


def test_a_negation_inside_a_word_belongs_to_the_word() -> None:
    assert find_cues("不起球", [(0, 3)]) == []
    assert find_cues("不想买", [(1, 3)]) == [Cue(0, 1, Force.REFUSE)]
    assert find_cues("要白色想买", [(3, 5)]) == [Cue(0, 1, Force.WISH), Cue(3, 5, Force.WISH)]
