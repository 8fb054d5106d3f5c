"""Writes customers' automatic tags from all the evidence there is, so that the way there does not matter."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from customers.tagging.lexicon import Lexicon
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.score import Evidence, tally
from models import CustomerTag, Tag, TagKind
from models.dialect.tags import TagRow, Weighed, list_evidence, list_evidence_of, put_tags

starter_lexicon = cache(load_lexicon)
"""The lexicon of the house, read once a process."""

_Pair = tuple[int, int]


async def score_pairs(pairs: Collection[_Pair], lexicon: Lexicon) -> None:
    """Scores these (customer, tag) pairs anew. The caller holds the customers' rows."""
    if pairs:
        await _store(await list_evidence_of(sorted(pairs)), lexicon)


async def score_customers(customer_ids: Collection[int], lexicon: Lexicon) -> None:
    """Scores all tags of these customers anew; an automatic one without evidence goes. The caller holds their rows."""
    if not customer_ids:
        return
    scored = await _store(await list_evidence(customer_ids), lexicon)
    held = CustomerTag.filter(customer_id__in=list(customer_ids), kind=TagKind.AUTOMATIC)
    stale = [
        row_id for row_id, *pair in await held.values_list("id", "customer_id", "tag_id") if tuple(pair) not in scored
    ]
    if stale:
        await CustomerTag.filter(id__in=stale).delete()


async def _store(evidence: Sequence[Weighed], lexicon: Lexicon) -> set[_Pair]:
    by_pair: dict[_Pair, list[Weighed]] = {}
    for each in evidence:
        by_pair.setdefault((each.customer_id, each.tag_id), []).append(each)
    half_lives = await _half_lives({tag_id for _, tag_id in by_pair}, lexicon)
    await put_tags(list(_scored(by_pair.items(), half_lives, lexicon.version)))
    return set(by_pair)


def _scored(
    by_pair: Iterable[tuple[_Pair, Sequence[Weighed]]], half_lives: dict[int, float], version: str
) -> Iterable[TagRow]:
    for (customer_id, tag_id), rows in by_pair:
        counted = [Evidence(e.at, e.interaction_id, e.start, e.keyword, e.weight, e.is_negated) for e in rows]
        scored = tally(counted, half_lives[tag_id])
        if scored is not None:
            since = min(e.at for e in rows)
            yield TagRow(
                customer_id, tag_id, TagKind.AUTOMATIC.value, scored.score, True, since, scored.last_at, version
            )


async def _half_lives(tag_ids: Collection[int], lexicon: Lexicon) -> dict[int, float]:
    """In days. A group that left the lexicon no longer fades, until a replay removes its evidence."""
    groups = await Tag.filter(id__in=list(tag_ids)).values_list("id", "group")
    return {
        tag_id: lexicon.groups[group].half_life_days if group in lexicon.groups else math.inf
        for tag_id, group in groups
    }
