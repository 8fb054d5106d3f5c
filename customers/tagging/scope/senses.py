"""Senses: what each mention of a message comes to, once all that stands around it has had its say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from customers.tagging.scope.negation import judge
from customers.tagging.scope.registry import waking
from customers.tagging.scope.saying import PLAIN, Judgement, Saying, Verdict
from customers.tagging.scope.stretches import Mention
from customers.tagging.scope.turn import Effect

# Where turns disagree, the one that claims less wins, whatever their order.
_CAUTION = (Verdict.UNSTATED, Verdict.NEGATED, Verdict.STATED)


class Sense(NamedTuple):
    """What one mention says: for or against, how strongly, of whom, and the names of the rules that decided so."""

    verdict: Verdict
    factor: float = 1.0
    subject: str = ""
    because: tuple[str, ...] = ()


_PLAIN = Sense(Verdict.STATED)


def read_senses(folded: str, mentions: Sequence[Mention]) -> list[Sense]:
    """One sense a mention. ``folded`` is the folded message; ``mentions`` come in order and do not overlap."""
    saying = Saying(folded, mentions)
    saying.judgements = judge(saying)
    effects: dict[int, list[Effect]] = {}
    for turn, marks in waking(frozenset([mention.kind for mention in mentions])).find(folded):
        for effect in turn.act(saying, marks):
            effects.setdefault(effect.mention, []).append(effect)
    return [
        _settle(judgement, effects[index]) if index in effects else _unturned(judgement)
        for index, judgement in enumerate(saying.judgements)
    ]


def _unturned(judgement: Judgement) -> Sense:
    return _PLAIN if judgement is PLAIN else Sense(judgement.verdict, because=judgement.because)


def _settle(judgement: Judgement, effects: Sequence[Effect]) -> Sense:
    """What weakens a wish ("asked", "weak") leaves a refusal as it is."""
    verdicts = {effect.verdict for effect in effects} - {None}
    verdict = next((each for each in _CAUTION if each in verdicts), judgement.verdict)
    acting = [each for each in effects if each.factor >= 1.0 or verdict is not Verdict.NEGATED]
    reasons = {effect.because for effect in acting}
    return Sense(
        verdict,
        _factor([effect.factor for effect in acting]),
        min((effect.subject for effect in acting if effect.subject), default=""),
        tuple(sorted(reasons.union(judgement.because if verdict is judgement.verdict else ()))),
    )


def _factor(factors: Sequence[float]) -> float:
    """The strongest that strengthens or the weakest that weakens; one of each cancel out, so that eighths stay so."""
    low, high = min(factors, default=1.0), max(factors, default=1.0)
    if low < 1.0 < high:
        return 1.0
    return low if low < 1.0 else high
