"""Which reviews are learnt from and which are scored, and the macro-F1 they are scored by."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.tagging.data import REVIEWS, Folders, Review, read_reviews

SEED = 20
SMALL = 6_000


class Reviews(NamedTuple):
    """What is learnt from and what is scored."""

    training: list[Review]
    scored: list[Review]


def cut(folders: Folders, full: bool) -> Reviews | None:
    """Four fifths and one fifth of every category of the home folder, or all of it and all that was held out.

    The small size takes 6,000 reviews by chance before it cuts. None where a folder has no reviews.
    """
    path, home = folders.find(REVIEWS), folders.home / REVIEWS
    if path is None or not home.exists():
        return None
    known = _sample(read_reviews(home), full)
    if folders.is_held_out(REVIEWS):
        return Reviews(known, _sample(read_reviews(path), full))
    return stratified(known)


def stratified(reviews: Sequence[Review], seed: int = SEED) -> Reviews:
    """A fifth of every category is scored; at least one, where there are two."""
    by_category: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        by_category[review.category].append(review)
    chance = random.Random(seed)
    halves = Reviews([], [])
    for category in sorted(by_category):
        group = by_category[category]
        chance.shuffle(group)
        fifth = len(group) // 5 or (len(group) > 1)
        halves.scored.extend(group[:fifth])
        halves.training.extend(group[fifth:])
    return halves


def _sample(reviews: list[Review], full: bool) -> list[Review]:
    return reviews if full or len(reviews) <= SMALL else random.Random(SEED).sample(reviews, SMALL)


class Judged(NamedTuple):
    """How many are right, and F1 averaged over the categories that are there."""

    accuracy: float
    macro_f1: float


def judge(gold: Sequence[str], said: Sequence[str]) -> Judged:
    """Compares what is there with what was said, one for one."""
    right = sum(there == ours for there, ours in zip(gold, said, strict=True))
    f1 = [_f1(gold, said, category) for category in set(gold)]
    return Judged(right / len(gold), sum(f1) / len(f1)) if gold else Judged(0.0, 0.0)


def _f1(gold: Sequence[str], said: Sequence[str], category: str) -> float:
    both = sum(there == ours == category for there, ours in zip(gold, said, strict=True))
    return 2 * both / (gold.count(category) + said.count(category))
