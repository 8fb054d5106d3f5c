"""Negation: which mentions a customer states, which are refused or denied, and which are only asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from customers.tagging.lexicon import Kind
from customers.tagging.scope.cues import IDLE, Force
from customers.tagging.scope.doubles import Negation, find_bare_refusal, find_closing, gather_negations
from customers.tagging.scope.rules import (
    Scene,
    find_negation_before,
    find_refusal_after,
    is_condition,
    is_effective,
    is_excepted,
    is_unstated,
    is_within_exception,
    list_spared_things,
)
from customers.tagging.scope.saying import PLAIN, Judgement, Saying, Verdict
from customers.tagging.scope.stretches import Mention, Stretch, is_asked, is_soft

_LACKED = re.compile(r"[没无缺断][^的]{0,3}的话")  # "米色没货的话，我就不要了": wanted, and nothing else
_MAY_DOUBT = re.compile(r"[不没否吗嘛么吧]|的话")  # no fact is asked about or supposed without one, but by a cue
_ECHOED = re.compile(r"[的呀啊款吗嘛]*")
_NAMES = {
    Force.REFUSE: "refused",
    Force.DISLIKE: "refused",
    Force.DENY: "denied",
    Force.ABSENT: "absent",
    Force.UNABLE: "unable",
    Force.BARE: "not",
}
REASONS = {
    "refused": "客户说不要",
    "denied": "客户说不是",
    "absent": "客户说没有",
    "unable": "客户说不能",
    "not": "客户说不",
    "excepted": "客户把它除外",
    "double": "双重否定，等于肯定",
    "condition": "客户说不是它就不要",
}
"""Everything negation gives as ``because``, with what a card says of it."""


def judge(saying: Saying) -> list[Judgement]:
    """One judgement a mention."""
    mentions = saying.mentions
    judgements = [PLAIN] * len(mentions)
    is_idle = all(cue.force in IDLE for cue in saying.cues)
    has_facts = any(mention.kind is Kind.FACT for mention in mentions)
    if is_idle and not (has_facts and _MAY_DOUBT.search(saying.folded)):
        return judgements
    stretches = saying.stretches
    for position, stretch in enumerate(stretches):
        if stretch.members and not (is_idle and all(mentions[each].kind is not Kind.FACT for each in stretch.members)):
            _judge_stretch(_scene(saying.folded, mentions, stretches, position), judgements)
    return judgements


def _judge_stretch(scene: Scene, judgements: list[Judgement]) -> None:
    members = scene.stretch.members
    for index in members:
        judgements[index] = _judgement(scene, index)
    negated = [each for each in members if judgements[each].verdict is Verdict.NEGATED]
    for index in list_spared_things(scene, negated):
        judgements[index] = PLAIN


def _scene(folded: str, mentions: Sequence[Mention], stretches: Sequence[Stretch], position: int) -> Scene:
    stretch = stretches[position]
    negations = gather_negations(folded, stretch)
    last_named = max((mentions[index].end for index in stretch.members), default=0)
    closing = find_closing(folded, stretch, negations, last_named) or _refusal_after(
        folded, mentions, stretches, position
    )
    return Scene(folded, mentions, stretch, negations, closing, _refusal_before(folded, mentions, stretches, position))


def _refusal_after(
    folded: str, mentions: Sequence[Mention], stretches: Sequence[Stretch], position: int
) -> Negation | None:
    """ "黑色太显老了，不要": a clause that only refuses speaks of the one before."""
    last = position
    while last + 1 < len(stretches) and stretches[last + 1].follows is None and not stretches[last + 1].members:
        last += 1
    if last + 1 == len(stretches):
        return None
    following = stretches[last + 1]
    if (
        not following.cues
        or following.follows is None
        or _LACKED.search(folded, stretches[last].start, following.start)
    ):
        return None
    is_apart = is_asked(folded, stretches[last]) or not is_soft(following.follows)
    if is_apart and not _is_echo(folded, mentions, stretches[position]):
        return None
    return find_bare_refusal(folded, following)


def _is_echo(folded: str, mentions: Sequence[Mention], stretch: Stretch) -> bool:
    """ "豹纹？算了吧": a mention alone with a question mark is nothing the customer asks for."""
    if not stretch.members or stretch.precedes is None or stretch.precedes.strip() != "?":
        return False
    first, last = mentions[stretch.members[0]], mentions[stretch.members[-1]]
    return first.start == stretch.start and _ECHOED.fullmatch(folded, last.end, stretch.end) is not None


def _refusal_before(
    folded: str, mentions: Sequence[Mention], stretches: Sequence[Stretch], position: int
) -> Negation | None:
    """ "不要 黑色": a refusal with nothing before it and only a space behind it speaks of what follows."""
    stretch = stretches[position]
    if position == 0 or stretch.follows is None or stretch.follows.strip() or stretch.opener is Force.WISH:
        return None
    if position > 1 and stretches[position - 2].members and _refusal_after(folded, mentions, stretches, position - 2):
        return None
    return find_bare_refusal(folded, stretches[position - 1])


def _judgement(scene: Scene, index: int) -> Judgement:
    mention = scene.mentions[index]
    if mention.kind is Kind.FACT and is_unstated(scene, mention):
        return Judgement(Verdict.UNSTATED)
    if not scene.stretch.cues and scene.closing is None and scene.leading is None:
        return PLAIN
    if is_within_exception(scene, mention):
        return Judgement(Verdict.NEGATED, ("excepted",)) if is_excepted(scene, mention) else PLAIN
    negation = find_negation_before(scene, index)
    if negation is not None and negation.is_void:
        return Judgement(Verdict.STATED, ("double",))
    if negation is not None and is_condition(scene, mention, negation):
        return Judgement(Verdict.STATED, ("condition",))
    if negation is None or not is_effective(scene, mention, negation):
        negation = find_refusal_after(scene, index)
    return PLAIN if negation is None else Judgement(Verdict.NEGATED, (_NAMES[negation.force],))
