"""Tags as a card shows them: those that hold and those refused, each with the words that caused it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from customers.tagging.lexicon import Lexicon
from customers.tagging.score import Scored, list_holding, list_refused, score_at
from customers.tagging.store import words_of
from models import CustomerTag, Interaction, TagEvidence, TagKind


async def list_shown_tags(
    customer_id: int, lexicon: Lexicon, now: datetime, interactions: Iterable[Interaction]
) -> list[dict[str, Any]]:
    """A customer's tags by group and name: manual ones, and automatic ones that hold ``now`` or are refused.

    A refused tag (“不要黑色”) has a score below 0; whoever looks for wishes takes those above 0.
    """
    rows = await CustomerTag.filter(customer_id=customer_id).prefetch_related("tag")
    automatic = [row for row in rows if row.kind is TagKind.AUTOMATIC]
    telling = _telling(automatic, lexicon, now)
    shown = [row for row in rows if row.kind is TagKind.MANUAL or row.id in telling]
    words = {row.id: words_of(row.kind, row.fields_) for row in interactions}
    evidence = await _evidence(customer_id, words)
    order = sorted(shown, key=lambda row: (row.tag.group, row.tag.name, row.kind.value))
    return [_tag(row, evidence.get(row.tag_id, []) if row.kind is TagKind.AUTOMATIC else []) for row in order]


def _telling(rows: Sequence[CustomerTag], lexicon: Lexicon, now: datetime) -> set[int]:
    """Ids of the rows that say something today, for the tag or against it."""
    worth: dict[str, dict[str, float]] = {}
    for row in rows:
        group = lexicon.groups.get(row.tag.group)
        today = score_at(Scored(row.score, row.last_at), now, group.half_life_days if group else math.inf)
        worth.setdefault(row.tag.group, {})[row.tag.name] = today
    names = {
        (key, name)
        for key, by_name in worth.items()
        for name in [
            *list_holding(by_name, is_exclusive=key in lexicon.groups and lexicon.groups[key].exclusive),
            *list_refused(by_name),
        ]
    }
    return {row.id for row in rows if (row.tag.group, row.tag.name) in names}


async def _evidence(customer_id: int, words: Mapping[int, str]) -> dict[int, list[dict[str, Any]]]:
    by_tag: dict[int, list[dict[str, Any]]] = {}
    rows = TagEvidence.filter(identity__customer_id=customer_id).order_by("at", "interaction_id", "start")
    for row in await rows:
        by_tag.setdefault(row.tag_id, []).append(
            {
                "interaction_id": row.interaction_id,
                "at": row.at.isoformat(),
                "text": words.get(row.interaction_id, ""),
                "start": row.start,
                "end": row.end,
                "keyword": row.keyword,
                "negated": row.is_negated,
            }
        )
    return by_tag


def _tag(row: CustomerTag, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "group": row.tag.group,
        "name": row.tag.name,
        "kind": row.kind.value,
        "score": row.score,
        "since": row.since.isoformat(),
        "last_at": row.last_at.isoformat(),
        "evidence": evidence,
    }
