"""Tags as a card shows them: those that hold and those refused, each with the words and the arithmetic behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.tagging.arithmetic import Counting, Said, score_of, tell_arithmetic
from customers.tagging.lexicon import Lexicon
from customers.tagging.score import Evidence, TagKey, half_life_of, list_held, list_refused
from customers.tagging.store import words_of
from models import CustomerTag, Interaction, TagEvidence, TagKind, TagRemoval


@dataclass(frozen=True, slots=True)
class Known:
    """All that speaks for or against one tag of a customer: the rows, and by what they are counted."""

    rows: Sequence[TagEvidence]
    by: Counting

    @property
    def said(self) -> list[Said]:
        return [Said(_evidence(row), row.because) for row in self.rows]


async def list_shown_tags(
    customer_id: int, lexicon: Lexicon, now: datetime, interactions: Iterable[Interaction]
) -> list[dict[str, Any]]:
    """A customer's tags by group and name: manual ones, and automatic ones that hold ``now`` or are refused.

    A refused tag (“不要黑色”) has a score below 0; whoever looks for wishes takes those above 0. Score, ``since`` and
    ``lexicon_version`` are as stored; whether a tag holds, and its arithmetic, are by today's lexicon.
    """
    known = await read_known(customer_id, lexicon)
    scored = {key: each for key, tag in known.items() if (each := score_of(tag.said, tag.by)) is not None}
    telling = {*list_held(scored, lexicon, now), *list_refused(scored, lexicon, now)}
    rows = await CustomerTag.filter(customer_id=customer_id).prefetch_related("tag")
    words = {row.id: words_of(row.kind, row.fields_) for row in interactions}
    return [
        _tag(row) if row.kind is TagKind.MANUAL else {**_tag(row), **tell_known(known[_key(row)], words, now)}
        for row in sorted(rows, key=lambda row: (*_key(row), row.kind.value))
        if row.kind is TagKind.MANUAL or _key(row) in telling
    ]


async def read_known(customer_id: int, lexicon: Lexicon) -> dict[TagKey, Known]:
    """Everything there is of evidence, by tag, also where it does not count."""
    removals = await TagRemoval.filter(customer_id=customer_id).values_list("tag_id", "removed_at")
    removed: dict[int, datetime] = dict(removals)
    evidence = TagEvidence.filter(identity__customer_id=customer_id).order_by("at", "interaction_id", "start")
    by_key: dict[TagKey, list[TagEvidence]] = {}
    for row in await evidence.prefetch_related("tag"):
        by_key.setdefault((row.tag.group, row.tag.name), []).append(row)
    return {
        (group, name): Known(rows, _counting(group, removed.get(rows[0].tag_id), lexicon))
        for (group, name), rows in by_key.items()
    }


def tell_known(known: Known, words: Mapping[int, str], now: datetime) -> dict[str, Any]:
    """``evidence``, each with the message it stands in, and ``arithmetic``."""
    return {
        "evidence": [
            {
                "interaction_id": row.interaction_id,
                "at": row.at.isoformat(),
                "text": words.get(row.interaction_id, ""),
                "start": row.start,
                "end": row.end,
                "keyword": row.keyword,
                "negated": row.is_negated,
                "subject": row.subject,
                "because": row.because,
            }
            for row in known.rows
        ],
        "arithmetic": tell_arithmetic(known.said, known.by, now),
    }


def _counting(group: str, removed_at: datetime | None, lexicon: Lexicon) -> Counting:
    is_personal = group in lexicon.groups and lexicon.groups[group].personal
    return Counting(half_life_of(group, lexicon), is_personal, removed_at)


def _evidence(row: TagEvidence) -> Evidence:
    return Evidence(row.at, row.interaction_id, row.start, row.keyword, row.weight, row.is_negated, row.subject)


def _key(row: CustomerTag) -> TagKey:
    return row.tag.group, row.tag.name


def _tag(row: CustomerTag) -> dict[str, Any]:
    return {
        "group": row.tag.group,
        "name": row.tag.name,
        "kind": row.kind.value,
        "score": row.score,
        "since": row.since.isoformat(),
        "last_at": row.last_at.isoformat(),
        "evidence": [],
        "lexicon_version": row.lexicon_version,
        "arithmetic": None,
    }
