"""Evidence and tags of many people in a statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import current, execute, insert_rows, is_postgres, select


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
    """A piece of evidence with the customer and the tag it speaks about."""

    customer_id: int
    tag_id: int
    at: datetime
    interaction_id: int
    start: int
    keyword: str
    weight: float
    is_negated: bool


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
  since = excluded.since, last_at = excluded.last_at, lexicon_version = excluded.lexicon_version"""


async def add_tags(names: Iterable[tuple[str, str]]) -> None:
    """Makes (group, name) tags that are not there yet; in order, so that two processes never wait in a circle."""
    rows = sorted(set(names))
    await insert_rows("tag", {"group": "text", "name": "text"}, rows, 'ON CONFLICT ("group", name) DO NOTHING')


async def add_evidence(rows: Sequence[EvidenceRow]) -> None:
    """Stores hits; one that is there already stays as it is."""
    await insert_rows("tag_evidence", _EVIDENCE, rows, "ON CONFLICT (interaction_id, tag_id, start) DO NOTHING")


async def put_tags(rows: Sequence[TagRow]) -> None:
    """Stores scores, in place of older ones."""
    await insert_rows("customer_tag", _TAG, rows, _REPLACE)


_WEIGHED = "i.customer_id, e.tag_id, e.at, e.interaction_id, e.start, e.keyword, e.weight, e.is_negated"


async def list_evidence(customer_ids: Collection[int]) -> list[Weighed]:
    """All evidence of these customers."""
    rows = await select(
        f"SELECT {_WEIGHED} FROM tag_evidence e JOIN identity i ON i.id = e.identity_id"
        " WHERE i.customer_id = ANY($1::bigint[])",
        f"SELECT {_WEIGHED} FROM tag_evidence e JOIN identity i ON i.id = e.identity_id"
        " WHERE i.customer_id IN (SELECT value FROM json_each(?))",
        list(customer_ids),
    )
    return [_weighed(row) for row in rows]


_POSTGRES_PAIRS = (
    f"SELECT {_WEIGHED} FROM unnest($1::bigint[], $2::bigint[]) AS p(customer_id, tag_id)"
    " JOIN identity i ON i.customer_id = p.customer_id"
    " JOIN tag_evidence e ON e.identity_id = i.id AND e.tag_id = p.tag_id"
)
_SQLITE_PAIRS = (
    f"SELECT {_WEIGHED} FROM json_each(?) p"
    " JOIN identity i ON i.customer_id = json_extract(p.value, '$[0]')"
    " JOIN tag_evidence e ON e.identity_id = i.id AND e.tag_id = json_extract(p.value, '$[1]')"
)


async def list_evidence_of(pairs: Sequence[tuple[int, int]]) -> list[Weighed]:
    """All evidence of these (customer, tag) pairs."""
    db = current()
    if is_postgres(db):
        rows = await db.execute_query_dict(_POSTGRES_PAIRS, [list(column) for column in zip(*pairs, strict=True)])
    else:
        rows = await db.execute_query_dict(_SQLITE_PAIRS, [json.dumps(pairs)])
    return [_weighed(row) for row in rows]


async def drop_evidence(identity_ids: Collection[int]) -> None:
    await execute(
        "DELETE FROM tag_evidence WHERE identity_id = ANY($1::bigint[])",
        "DELETE FROM tag_evidence WHERE identity_id IN (SELECT value FROM json_each(?))",
        list(identity_ids),
    )


def _weighed(row: dict[str, Any]) -> Weighed:
    at = row["at"]
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return Weighed(
        row["customer_id"],
        row["tag_id"],
        at,
        row["interaction_id"],
        row["start"],
        row["keyword"],
        row["weight"],
        bool(row["is_negated"]),
    )
