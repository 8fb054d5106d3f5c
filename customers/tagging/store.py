"""Turns customers' own words into stored evidence, and evidence into tags."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from customers.tagging.match import Tagger
from customers.tagging.scoring import score_customers, score_pairs
from models import Tag
from models.dialect.projection import Projected, list_words
from models.dialect.tags import EvidenceRow, add_evidence, add_tags, drop_evidence

WORD_KINDS = ("text", "voice")


def words_of(kind: str, fields: Mapping[str, Any]) -> str:
    """What a customer said in their own words: a text, or what WeChat heard in a voice message; else empty."""
    match kind:
        case "text":
            return str(fields.get("Content") or "")
        case "voice":
            return str(fields.get("Recognition") or "")
        case _:
            return ""


class TagStore:
    """Evidence and automatic tags by one lexicon. Callers hold the rows of the customers concerned."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self._tag_ids: dict[tuple[str, str], int] = {}

    async def prepare(self) -> None:
        """Makes the lexicon's tags, outside any transaction that holds people. Free after the first time."""
        if not self._tag_ids:
            await add_tags((rule.group, rule.name) for rule in self._tagger.lexicon.rules())
            rows = await Tag.all().values_list("group", "name", "id")
            self._tag_ids = {(group, name): tag_id for group, name, tag_id in rows}

    async def record(self, rows: Sequence[Projected], owners: Mapping[int, int]) -> None:
        """Stores what new journal rows say; ``owners`` tells the customer of each identity."""
        found = [hit for row in rows for hit in self._hits(row)]
        await add_evidence(found)
        await score_pairs({(owners[hit.identity_id], hit.tag_id) for hit in found}, self._tagger.lexicon)

    async def rebuild(self, identity_ids: Collection[int], customer_ids: Collection[int]) -> None:
        """Replaces the evidence of these identities by what today's lexicon finds in their projected rows."""
        await drop_evidence(identity_ids)
        rows = await list_words(identity_ids, WORD_KINDS)
        await add_evidence([hit for row in rows for hit in self._hits(row)])
        await score_customers(customer_ids, self._tagger.lexicon)

    def _hits(self, row: Projected) -> list[EvidenceRow]:
        words = words_of(row.kind, row.fields)
        if not words:
            return []
        return [
            EvidenceRow(
                row.identity_id,
                self._tag_ids[hit.group, hit.tag],
                row.id,
                row.at,
                hit.start,
                hit.end,
                hit.word,
                hit.negated,
                hit.weight,
                hit.subject,
                " ".join(hit.because),
            )
            for hit in self._tagger.find(words)
        ]
