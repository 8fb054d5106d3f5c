"""Evidence and tags of many people in a statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import current, insert_rows, is_postgres, select
from models.dialect.replacing import replace_rows


class EvidenceRow(NamedTuple):
    """One hit as stored; ``start`` and ``end`` count characters of the message."""

    identity_id: int
    tag_id: int
    interaction_id: int
    at: datetime
    start: int
    end: int
    keyword: str
    is_negated: bool
    weight: float
    subject: str
    because: str


class Weighed(NamedTuple):
    """A piece of evidence with the customer and the tag it speaks about, and when that tag was last taken off them."""

    customer_id: int
    tag_id: int
    at: datetime
    interaction_id: int
    start: int
    keyword: str
    weight: float
    is_negated: bool
    subject: str
    removed_at: datetime | None


class TagRow(NamedTuple):
    """An automatic tag of a customer as stored."""

    customer_id: int
    tag_id: int
    kind: str
    score: float
    is_held: bool
    since: datetime
    last_at: datetime
    lexicon_version: str


_EVIDENCE = {
    "identity_id": "bigint",
    "tag_id": "bigint",
    "interaction_id": "bigint",
    "at": "timestamptz",
    "start": "int",
    "end": "int",
    "keyword": "text",
    "is_negated": "boolean",
    "weight": "float8",
    "subject": "text",
    "because": "text",
}
_TAG = {
    "customer_id": "bigint",
    "tag_id": "bigint",
    "kind": "text",
    "score": "float8",
    "is_held": "boolean",
    "since": "timestamptz",
    "last_at": "timestamptz",
    "lexicon_version": "text",
}
_REPLACE = """ON CONFLICT (customer_id, tag_id, kind) DO UPDATE SET score = excluded.score, is_held = excluded.is_held,
  since = excluded.since, last_at = excluded.last_at, lexicon_version = excluded.lexicon_version
  WHERE customer_tag.score <> excluded.score OR customer_tag.is_held <> excluded.is_held
  OR customer_tag.since <> excluded.since OR customer_tag.last_at <> excluded.last_at
  OR customer_tag.lexicon_version <> excluded.lexicon_version"""


async def add_tags(names: Iterable[tuple[str, str]]) -> None:
    """Makes (group, name) tags that are not there yet; in order, so that two processes never wait in a circle."""
    rows = sorted(set(names))
    await insert_rows("tag", {"group": "text", "name": "text"}, rows, 'ON CONFLICT ("group", name) DO NOTHING')


async def add_evidence(rows: Sequence[EvidenceRow]) -> None:
    """Stores hits; one that is there already stays as it is."""
    await insert_rows("tag_evidence", _EVIDENCE, rows, "ON CONFLICT (interaction_id, tag_id, start) DO NOTHING")


async def replace_evidence(rows: Sequence[EvidenceRow], identity_ids: Collection[int]) -> None:
    """Stores these hits as all there are of these people."""
    await replace_rows("tag_evidence", _EVIDENCE, rows, identity_ids)


async def put_tags(rows: Sequence[TagRow]) -> None:
    """Stores scores, in place of older ones."""
    await insert_rows("customer_tag", _TAG, rows, _REPLACE)


_WEIGHED = (
    "i.customer_id, e.tag_id, e.at, e.interaction_id, e.start, e.keyword, e.weight, e.is_negated, e.subject,"
    " r.removed_at"
)
_REMOVED = " LEFT JOIN tag_removal r ON r.customer_id = i.customer_id AND r.tag_id = e.tag_id"


async def list_evidence(customer_ids: Collection[int]) -> list[Weighed]:
    """All evidence of these customers."""
    rows = await select(
        f"SELECT {_WEIGHED} FROM identity i JOIN tag_evidence e ON e.identity_id = i.id{_REMOVED}"
        " WHERE i.customer_id = ANY($1::bigint[])",
        f"SELECT {_WEIGHED} FROM identity i JOIN tag_evidence e ON e.identity_id = i.id{_REMOVED}"
        " WHERE i.customer_id IN (SELECT value FROM json_each(?))",
        list(customer_ids),
    )
    return [_weighed(row) for row in rows]


_POSTGRES_PAIRS = (
    f"SELECT {_WEIGHED} FROM unnest($1::bigint[], $2::bigint[]) AS p(customer_id, tag_id)"
    " JOIN identity i ON i.customer_id = p.customer_id"
    f" JOIN tag_evidence e ON e.identity_id = i.id AND e.tag_id = p.tag_id{_REMOVED}"
)
_SQLITE_PAIRS = (
    f"SELECT {_WEIGHED} FROM json_each(?) p"
    " JOIN identity i ON i.customer_id = json_extract(p.value, '$[0]')"
    f" JOIN tag_evidence e ON e.identity_id = i.id AND e.tag_id = json_extract(p.value, '$[1]'){_REMOVED}"
)


async def list_evidence_of(pairs: Sequence[tuple[int, int]]) -> list[Weighed]:
    """All evidence of these (customer, tag) pairs."""
    return [_weighed(row) for row in await _of_pairs(_POSTGRES_PAIRS, _SQLITE_PAIRS, pairs)]


async def drop_automatic(pairs: Sequence[tuple[int, int]]) -> None:
    """Takes these (customer, tag) pairs away where they are automatic."""
    if pairs:
        await _of_pairs(
            "DELETE FROM customer_tag t USING unnest($1::bigint[], $2::bigint[]) AS p(customer_id, tag_id)"
            " WHERE t.customer_id = p.customer_id AND t.tag_id = p.tag_id AND t.kind = 'automatic'",
            "DELETE FROM customer_tag WHERE kind = 'automatic' AND (customer_id, tag_id) IN"
            " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))",
            pairs,
        )


async def _of_pairs(postgres: str, sqlite: str, pairs: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    db = current()
    if is_postgres(db):
        return await db.execute_query_dict(postgres, [list(column) for column in zip(*pairs, strict=True)])
    return await db.execute_query_dict(sqlite, [json.dumps(pairs)])


def _weighed(row: dict[str, Any]) -> Weighed:
    return Weighed(
        row["customer_id"],
        row["tag_id"],
        _moment(row["at"]),
        row["interaction_id"],
        row["start"],
        row["keyword"],
        row["weight"],
        bool(row["is_negated"]),
        row["subject"],
        _moment(row["removed_at"]) if row["removed_at"] else None,
    )


def _moment(stored: datetime | str) -> datetime:
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored
