"""Turns customers' own words into stored evidence, measures and readings, and evidence into tags."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from customers.tagging.lexicon import Lexicon
from customers.tagging.live import LiveLexicon
from customers.tagging.reading.intent import Mood
from customers.tagging.scoring import score_customers, score_pairs
from models import Tag
from models.dialect.projection import Projected, list_words
from models.dialect.readings import (
    ReadingRow,
    StatedRow,
    add_readings,
    add_stated,
    replace_readings,
    replace_stated,
)
from models.dialect.tags import EvidenceRow, add_evidence, add_tags, replace_evidence

if TYPE_CHECKING:
    from customers.tagging.understand import Reading, Understanding

WORD_KINDS = ("text", "voice")
_LONGEST_BECAUSE = 64
_AT_A_TIME = 50


def words_of(kind: str, fields: Mapping[str, Any]) -> str:
    """What a customer said in their own words: a text, or what WeChat heard in a voice message; else empty."""
    match kind:
        case "text":
            return str(fields.get("Content") or "")
        case "voice":
            return str(fields.get("Recognition") or "")
        case _:
            return ""


class Recorder:
    """Reads messages by one edition of the lexicon. Callers hold the customers' rows."""

    def __init__(self, lexicon: Lexicon, understanding: Understanding, tag_ids: Mapping[tuple[str, str], int]) -> None:
        self.lexicon = lexicon
        self._understanding = understanding
        self._tag_ids = tag_ids

    async def record(self, rows: Sequence[Projected], owners: Mapping[int, int]) -> None:
        """Stores what new journal rows say; ``owners`` tells the customer of each identity."""
        said = await self._read(rows)
        await said.store()
        await score_pairs({(owners[hit.identity_id], hit.tag_id) for hit in said.hits}, self.lexicon)

    async def rebuild(self, identity_ids: Collection[int], customer_ids: Collection[int]) -> int:
        """Replaces all that was read in the projected rows of these identities by what is read in them today.

        Returns how many rows that were.
        """
        rows = await list_words(identity_ids, WORD_KINDS)
        said = await self._read(rows)
        await said.replace(identity_ids)
        await score_customers(customer_ids, self.lexicon)
        return len(rows)

    async def _read(self, rows: Iterable[Projected]) -> _Said:
        said = _Said()
        for number, row in enumerate(rows, 1):
            if number % _AT_A_TIME == 0:
                await asyncio.sleep(0)  # a server that projects beside its web answers meanwhile
            if words := words_of(row.kind, row.fields):
                self._note(said, row, self._understanding.read(words))
        return said

    def _note(self, said: _Said, row: Projected, reading: Reading) -> None:
        for hit in reading.hits:
            said.hits.append(
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
                    " ".join(hit.because)[:_LONGEST_BECAUSE],
                )
            )
        for m in reading.measures:
            place = (row.identity_id, row.id, row.at, m.start, m.end)
            said.stated.append(StatedRow(*place, m.name, m.value, m.low, m.high, m.unit, m.subject))
        if reading.intents or reading.mood is not Mood.NEUTRAL:
            said.readings.append(_reading_row(row, reading))


class Recorders:
    """Gives the recorder of the live edition. The edition may change during a batch; its recorder does not."""

    def __init__(self, live: LiveLexicon) -> None:
        self._live = live
        self._recorder: Recorder | None = None

    async def prepare(self) -> Recorder:
        """The recorder of the live edition, its tags made; outside any transaction that holds people."""
        await self._live.refresh()
        lexicon, understanding = self._live.lexicon, self._live.understanding
        if self._recorder is None or self._recorder.lexicon.version != lexicon.version:
            await add_tags((rule.group, rule.name) for rule in lexicon.rules())
            rows = await Tag.all().values_list("group", "name", "id")
            self._recorder = Recorder(lexicon, understanding, {(group, name): tag_id for group, name, tag_id in rows})
        return self._recorder

    async def is_live(self, recorder: Recorder) -> bool:
        """Whether the edition is still the live one. Asked in the transaction, with the people held."""
        await self._live.refresh()
        return self._live.lexicon.version == recorder.lexicon.version


@dataclass(slots=True)
class _Said:
    """Rows to store of a batch of messages."""

    hits: list[EvidenceRow] = field(default_factory=list)
    stated: list[StatedRow] = field(default_factory=list)
    readings: list[ReadingRow] = field(default_factory=list)

    async def store(self) -> None:
        """What is there already stays as it is."""
        await add_evidence(self.hits)
        await add_stated(self.stated)
        await add_readings(self.readings)

    async def replace(self, identity_ids: Collection[int]) -> None:
        """What is there of these people and not here goes; what is the same is not touched."""
        await replace_evidence(self.hits, identity_ids)
        await replace_stated(self.stated, identity_ids)
        await replace_readings(self.readings, identity_ids)


def _reading_row(row: Projected, reading: Reading) -> ReadingRow:
    intents = orjson.dumps([str(intent) for intent in reading.intents]).decode()
    evidence = [
        {"of": str(each.of), "start": each.start, "end": each.end, "keyword": each.keyword} for each in reading.evidence
    ]
    told = orjson.dumps(evidence).decode()
    return ReadingRow(row.identity_id, row.id, row.at, intents, str(reading.mood), told)
