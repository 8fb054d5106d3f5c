"""Negation: which mentions a customer states, which are refused or denied, and which are only asked about."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from customers.tagging.lexicon import Kind
from customers.tagging.scope.cues import IDLE, Force, find_cues
from customers.tagging.scope.doubles import Negation, find_bare_refusal, find_closing, gather_negations
from customers.tagging.scope.rules import (
    Scene,
    find_negation_before,
    is_condition,
    is_effective,
    is_excepted,
    is_refused_after,
    is_unstated,
    is_within_exception,
    list_spared_things,
)
from customers.tagging.scope.stretches import Mention, Stretch, is_asked, is_soft, split_stretches


class Verdict(StrEnum):
    """What a mention amounts to."""

    STATED = "stated"
    NEGATED = "negated"
    UNSTATED = "unstated"  # a fact asked about or supposed: no evidence either way


def judge(folded: str, mentions: Sequence[Mention]) -> list[Verdict]:
    """One verdict a mention. ``folded`` is the folded message; ``mentions`` come in order and do not overlap."""
    verdicts = [Verdict.STATED] * len(mentions)
    cues = find_cues(folded, ((mention.start, mention.end) for mention in mentions))
    is_idle = all(cue.force in IDLE for cue in cues)
    if is_idle and not any(mention.kind is Kind.FACT for mention in mentions):
        return verdicts
    stretches = split_stretches(folded, mentions, cues)
    for position, stretch in enumerate(stretches):
        if stretch.members and not (is_idle and all(mentions[each].kind is not Kind.FACT for each in stretch.members)):
            _judge_stretch(_scene(folded, mentions, stretches, position), verdicts)
    return verdicts


def _judge_stretch(scene: Scene, verdicts: list[Verdict]) -> None:
    members = scene.stretch.members
    for index in members:
        verdicts[index] = _verdict(scene, index)
    for index in list_spared_things(scene, [each for each in members if verdicts[each] is Verdict.NEGATED]):
        verdicts[index] = Verdict.STATED


def _scene(folded: str, mentions: Sequence[Mention], stretches: Sequence[Stretch], position: int) -> Scene:
    stretch = stretches[position]
    negations = gather_negations(folded, stretch)
    closing = find_closing(folded, stretch, negations) or _refusal_after(folded, stretches, position)
    return Scene(folded, mentions, stretch, negations, closing, _refusal_before(folded, stretches, position))


def _refusal_after(folded: str, stretches: Sequence[Stretch], position: int) -> Negation | None:
    """ "黑色太显老了，不要": a clause that only refuses speaks of the one before."""
    if position + 1 == len(stretches) or is_asked(folded, stretches[position]):
        return None
    following = stretches[position + 1]
    if not following.cues or following.follows is None or not is_soft(following.follows):
        return None
    return find_bare_refusal(folded, following)


def _refusal_before(folded: str, stretches: Sequence[Stretch], position: int) -> Negation | None:
    """ "不要 黑色": a refusal with nothing before it and only a space behind it speaks of what follows."""
    stretch = stretches[position]
    if position == 0 or stretch.follows is None or stretch.follows.strip() or stretch.opener is Force.WISH:
        return None
    if position > 1 and stretches[position - 2].members and _refusal_after(folded, stretches, position - 2):
        return None
    return find_bare_refusal(folded, stretches[position - 1])


def _verdict(scene: Scene, index: int) -> Verdict:
    mention = scene.mentions[index]
    if mention.kind is Kind.FACT and is_unstated(scene, mention):
        return Verdict.UNSTATED
    if not scene.stretch.cues and scene.closing is None and scene.leading is None:
        return Verdict.STATED
    if is_within_exception(scene, mention):
        return Verdict.NEGATED if is_excepted(scene, mention) else Verdict.STATED
    negation = find_negation_before(scene, index)
    if negation is not None and (negation.is_void or is_condition(scene, mention, negation)):
        return Verdict.STATED
    if negation is not None and is_effective(scene, mention, negation):
        return Verdict.NEGATED
    return Verdict.NEGATED if is_refused_after(scene, index) else Verdict.STATED
