"""Measures the taggers of shopping queries on three splits: as published, by chance, and without a shared word."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.tagging.data import THESAURUS, Folders
from benchmarks.tagging.report import Row, Say, tell
from benchmarks.tagging.slots.knowledge import read_thesaurus
from benchmarks.tagging.slots.ladder import BRIEF, DICTIONARY, SUBSTRING, Learn, models, steps, words
from benchmarks.tagging.slots.queries import TRAINING, VALIDATION, Score, read_queries, score
from benchmarks.tagging.slots.splits import Split, disjoint, only_new, random_fifth

RANDOM_SEED = 1
DISJOINT_SEEDS = (1, 2, 3)
"""Seeds 100 to 103 were for building and choosing; no figure is quoted from them."""
_SMALL = 1_500


class Measured(NamedTuple):
    """Every row, and what the product's tagger and the substring tagger reach with the same words."""

    rows: list[Row]
    ours_vs_substring: float | None


def measure(folders: Folders, full: bool, say: Say) -> Measured:
    """Scores every tagger on every split the folders allow. Where most words are known only the
    last steps; the small size has no others."""
    rungs = _rungs(folders, full)
    brief = {**words(), **{rung: learn for rung, learn in rungs.items() if rung in BRIEF}}
    rows: list[Row] = []
    ratio = None
    for name, parts in find_splits(folders, full).items():
        found, totals = _score_all(name, parts, brief if name in ("validation", "random") else rungs, say)
        rows += tell(say, f"shopping queries, {name}: {_sizes(parts)}", found)
        if ratio is None and totals[SUBSTRING].f1:
            ratio = totals[DICTIONARY].f1 / totals[SUBSTRING].f1
    return Measured(rows, ratio)


def find_splits(folders: Folders, full: bool) -> dict[str, list[Split]]:
    """What each tagger learns from, always of the home folder, and what it is scored on.

    Held-out rows are all scored, and once more those of them that share no pair with the training; of a training file
    that is the home folder's own a fifth is scored instead. The small size learns from 1,500 queries and scores as
    many.
    """
    home, valid, more = folders.home / TRAINING, folders.find(VALIDATION), folders.find(TRAINING)
    if not home.exists() or (valid is None and more is None):
        return {}
    known = read_queries(home)
    splits: dict[str, list[Split]] = {}
    if valid is not None:
        splits["validation"] = [Split(known, read_queries(valid))]
    if more is not None:
        is_held_out = folders.is_held_out(TRAINING)
        splits["random"] = [Split(known, read_queries(more)) if is_held_out else random_fifth(known, RANDOM_SEED)]
    rows = read_queries(more) if more is not None else splits["validation"][0].scored
    seeds = DISJOINT_SEEDS if full else DISJOINT_SEEDS[:1]
    splits["disjoint"] = [Split(disjoint(known, seed).training, disjoint(rows, seed).scored) for seed in seeds]
    for name in [
        name for name, file in (("validation", VALIDATION), ("random", TRAINING)) if folders.is_held_out(file)
    ]:
        if name in splits:
            splits[f"{name}, new pairs only"] = [Split(known, only_new(known, splits[name][0].scored))]
    kept = {name: [part for part in parts if part.scored and part.training] for name, parts in splits.items()}
    return {name: parts if full else [_smaller(part) for part in parts] for name, parts in kept.items() if parts}


def _smaller(split: Split) -> Split:
    chance = random.Random(RANDOM_SEED)
    return Split(*(part if len(part) <= _SMALL else chance.sample(part, _SMALL) for part in split))


def _rungs(folders: Folders, full: bool) -> dict[str, Learn]:
    path = folders.home / THESAURUS
    thesaurus = read_thesaurus(path) if path.exists() else None
    return {**words(), **(steps() if full else {}), **models(thesaurus)}


def _score_all(
    name: str, splits: Sequence[Split], rungs: Mapping[str, Learn], say: Say
) -> tuple[list[Row], dict[str, Score]]:
    """F1 of each tagger over all the scored parts together, and of the best one by slot type; says what is done."""
    totals: dict[str, Score] = {}
    types: dict[str, dict[str, Score]] = {}
    for rung, learn in rungs.items():
        began = time.monotonic()
        scored = [(split.scored, learn(split.training)([query.text for query in split.scored])) for split in splits]
        queries = [query for part, _found in scored for query in part]
        totals[rung], types[rung] = score(queries, [spans for _part, found in scored for spans in found])
        say(f"  {name}: {rung}: done in {time.monotonic() - began:.0f} s")
    rows = [Row("slots", f"{name}: {rung}", total.f1, "F1", total.gold) for rung, total in totals.items()]
    best = max(totals, key=lambda rung: totals[rung].f1)
    by_type = sorted(types[best].items(), key=lambda each: -each[1].gold)
    return rows + [
        Row("slots", f"{name}: {best}: {slot}", found.f1, "F1", found.gold) for slot, found in by_type
    ], totals


def _sizes(splits: Sequence[Split]) -> str:
    return ", ".join(f"{len(split.training):,} queries to learn from, {len(split.scored):,} scored" for split in splits)
