"""Pace: how many copies one scene gives and one store gives or takes in a minute. Claims from a code that went round,
or a till that redeems a list of codes, are stopped here; ``too_fast`` of a person is in ``issuing``.

Who counts holds the rows of its scenes and stores until the commit, so the figures are right however many processes
there are. Order of locks: template or copy, then these rows by word; nothing is waited for after them but the template
of a redeemed copy, and claims and tills never hold the same word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from campaigns.coupons.refusals import No, Refusal, refuse
from models.dialect.paces import HeldPace, hold_paces, write_paces

PACE_S = 60
"""The seconds that every limit of copies a minute looks back."""

_SCENE, _STORE, _TILL = "scene:", "store:", "till:"


@dataclass(frozen=True, slots=True)
class Crowds:
    """The brand's limits, in copies a minute: from one scene, and at one store (given there, redeemed there).

    0 sets none.
    """

    scene: int = 0
    store: int = 0


ANY_CROWD = Crowds()


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that one call meets: whose it is (``word``), how much it allows, and the no with its figures."""

    word: str
    most: int
    no: No
    figures: tuple[tuple[str, str], ...]


class Paces:
    """What scenes and stores did lately, while calls are decided."""

    def __init__(self, held: Iterable[HeldPace] = ()) -> None:
        self._held = {pace.word: pace for pace in held}
        self._counted: set[str] = set()

    def why_not(self, limits: Iterable[Limit], at: datetime) -> Refusal | None:
        """The first limit that one more copy at ``at`` would pass; None where none is."""
        for limit in limits:
            pace = self._held[limit.word]
            taken = _taken(pace, at)
            if taken >= limit.most and (pace.lifted_until is None or pace.lifted_until <= at):
                return refuse(limit.no, seconds=PACE_S, taken=taken, limit=limit.most, **dict(limit.figures))
        return None

    def count(self, limits: Iterable[Limit], at: datetime) -> None:
        """One more copy."""
        for limit in limits:
            recent = self._held[limit.word].recent
            second = int(at.timestamp())
            recent[second] = recent.get(second, 0) + 1
            for old in [each for each in recent if each <= second - PACE_S]:
                del recent[old]
            self._counted.add(limit.word)

    async def write(self) -> None:
        """Stores what was counted; no statement where nothing was."""
        if self._counted:
            await write_paces({word: self._held[word].recent for word in sorted(self._counted)})


def limits_of_claim(source: str, store_code: str, store_name: str, crowds: Crowds) -> tuple[Limit, ...]:
    """The limits that a claim meets: its scene's, and those of the store where it is made (empty where unknown)."""
    limits = []
    if crowds.scene and source.startswith(_SCENE):
        name = source.removeprefix(_SCENE)
        limits.append(Limit(source, crowds.scene, No.SCENE_TOO_FAST, (("scene", name),)))
    if crowds.store and store_code:
        limits.append(_at_store(f"{_STORE}{store_code}", store_code, store_name, "领取", crowds))
    return tuple(limits)


def limits_of_redemption(store_code: str, store_name: str, crowds: Crowds) -> tuple[Limit, ...]:
    """The limit that a redemption meets at a store."""
    if not crowds.store or not store_code:
        return ()
    return (_at_store(f"{_TILL}{store_code}", store_code, store_name, "核销", crowds),)


def words_of_scene(scene: str) -> tuple[str, ...]:
    """What is counted of a scene."""
    return (f"{_SCENE}{scene}",)


def words_of_store(store_code: str) -> tuple[str, ...]:
    """What is counted of a store: copies taken there, copies redeemed there."""
    return f"{_STORE}{store_code}", f"{_TILL}{store_code}"


async def hold(limits: Iterable[Limit]) -> Paces:
    """Holds whose limits these are in the caller's transaction; no statement where there are none."""
    words = {limit.word for limit in limits}
    return Paces(await hold_paces(words)) if words else Paces()


def _at_store(word: str, code: str, name: str, what: str, crowds: Crowds) -> Limit:
    figures = (("store", name), ("store_code", code), ("what", what))
    return Limit(word, crowds.store, No.STORE_TOO_FAST, figures)


def _taken(pace: HeldPace, at: datetime) -> int:
    oldest = int(at.timestamp()) - PACE_S
    return sum(copies for second, copies in pace.recent.items() if second > oldest)
