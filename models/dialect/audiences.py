"""Whom a care rule is for on a day: sets of customers in the order of their ids, and what still holds of them.

A statement looks through a limited stretch of ids, so that none takes long and a million people pass in flat memory.
Each customer comes once, with the identity of the account that follows, else the newest.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from models.dialect.bulk import current, select
from models.dialect.journal import sqlite_time

BATCH = 1000
_STRETCH = 2000
"""Customer ids a statement looks through."""


class Among(NamedTuple):
    """Identities of one app but those whose openid begins with ``erased``, of customers after ``after_id``."""

    app_id: str
    erased: str
    after_id: int


class Member(NamedTuple):
    """Somebody found. ``name``, ``guide`` and ``store`` are empty where unknown.

    ``mark`` is the birthday or the coupon's title, ``at`` the time of the act or follow or the coupon's end, ``row_id``
    the following, ``copies`` how many coupons: where they were asked for.
    """

    customer_id: int
    identity_id: int
    name: str
    guide: str
    store: str
    mark: str
    at: datetime | None
    row_id: int
    copies: int


# Questions with an index each, and the stretch named again in each join: otherwise the database would be tempted to
# read whole tables for it.
_LIVING = """
WITH mine AS MATERIALIZED (
  SELECT i.id, i.customer_id, i.unionid_checked_at,
         (SELECT f.id FROM following f WHERE f.open_slot = i.id) AS following_id
  FROM identity i
  WHERE i.app_id = $1 AND i.openid NOT LIKE $2 AND i.customer_id > $3 AND i.customer_id <= $4),
ranked AS (
  SELECT mine.*, row_number() OVER (
    PARTITION BY customer_id ORDER BY CASE WHEN following_id IS NULL THEN 1 ELSE 0 END, id DESC) AS place
  FROM mine),
living AS MATERIALIZED (SELECT * FROM ranked WHERE place = 1)
"""
_NAMED = """
SELECT due.*, c.name, g.name AS guide, s.name AS store FROM due
JOIN customer c ON c.id = due.customer_id AND c.id > $3 AND c.id <= $4
LEFT JOIN binding b ON b.primary_slot = due.customer_id AND b.primary_slot > $3 AND b.primary_slot <= $4
LEFT JOIN staff g ON g.id = b.guide_id AND g.left_at IS NULL
LEFT JOIN store s ON s.id = b.store_id
ORDER BY due.customer_id
"""


def _query(due: str) -> str:
    return f"{_LIVING}, {due} {_NAMED}"


_EVERYBODY = _query("due AS (SELECT l.customer_id, l.id AS identity_id FROM living l)")

_BORN = _query(
    "due AS (SELECT l.customer_id, l.id AS identity_id, p.birthday AS mark"
    " FROM living l JOIN customer p ON p.id = l.customer_id AND p.id > $3 AND p.id <= $4 WHERE {ending_5})"
)

# A following that was imported begins at the import until WeChat was asked for the true day.
_FOLLOWING = _query(
    "dated AS MATERIALIZED (SELECT l.customer_id, l.id AS identity_id, l.following_id AS row_id, ("
    "   SELECT f.since FROM following f WHERE f.id = l.following_id"
    "   AND (f.source <> $5 OR l.unionid_checked_at IS NOT NULL)) AS at FROM living l),"
    " spans AS MATERIALIZED ({spans_6}),"
    " due AS (SELECT * FROM dated WHERE EXISTS ("
    "   SELECT 1 FROM spans WHERE dated.at >= spans.start AND dated.at < spans.stop))"
)

_NEWEST = (
    "(SELECT max((SELECT v.occurred_at FROM interaction v WHERE v.identity_id = j.id AND {kinds}"
    " ORDER BY v.occurred_at DESC LIMIT 1)) FROM identity j WHERE j.customer_id = {customer})"
)
_BETWEEN = "due AS (SELECT * FROM acted WHERE at >= $5 AND at < $6)"
_NEWEST_BETWEEN = (
    f"acted AS MATERIALIZED (SELECT l.customer_id, l.id AS identity_id, {_NEWEST} AS at FROM living l), {_BETWEEN}"
)
_LAST_VISIT = _query(_NEWEST_BETWEEN.format(kinds="v.kind = $7", customer="l.customer_id"))
_LAST_ACT = _query(_NEWEST_BETWEEN.format(kinds="NOT {kinds_7}", customer="l.customer_id"))

_FIRST_OF = _query(
    "acted AS MATERIALIZED (SELECT l.customer_id, l.id AS identity_id, ("
    "   SELECT min(v.occurred_at) FROM interaction v"
    "   WHERE v.identity_id = l.id AND v.occurred_at >= $5 AND v.occurred_at < $6 AND {kinds_7}) AS at FROM living l),"
    " due AS (SELECT * FROM acted WHERE at IS NOT NULL AND NOT EXISTS ("
    "   SELECT 1 FROM interaction v WHERE v.identity_id = acted.identity_id AND v.occurred_at < $5 AND {kinds_7}))"
)

_COUPONS_END = _query(
    "ending AS MATERIALIZED ("
    "   SELECT k.customer_id, k.template_id, k.valid_until, count(*) OVER (PARTITION BY k.customer_id) AS copies,"
    "     row_number() OVER (PARTITION BY k.customer_id ORDER BY k.valid_until, k.id) AS place"
    "   FROM coupon k WHERE k.customer_id > $3 AND k.customer_id <= $4 AND k.state IN ('issued', 'locked', 'reversed')"
    "   AND k.valid_until > $5 AND k.valid_until <= $6),"
    " due AS (SELECT l.customer_id, l.id AS identity_id, {title} AS mark, e.valid_until AS at, e.copies"
    "   FROM ending e JOIN living l ON l.customer_id = e.customer_id JOIN coupon_template p ON p.id = e.template_id"
    "   WHERE e.place = 1)"
)

_NEWEST_OF = f"SELECT p.id, {_NEWEST} AS at FROM {{ids_1}} AS p"
_VISITS_OF = _NEWEST_OF.format(kinds="v.kind = $2", customer="p.id", ids_1="{ids_1}")
_ACTS_OF = _NEWEST_OF.format(kinds="NOT {kinds_2}", customer="p.id", ids_1="{ids_1}")

_POSTGRES = {
    "title": "p.terms ->> 'title'",
    "ending_5": "right(p.birthday, 6) = ANY($5::text[])",
    "spans_6": (
        "SELECT (t ->> 0)::timestamptz AS start, (t ->> 1)::timestamptz AS stop FROM jsonb_array_elements($6::jsonb) t"
    ),
    "kinds_7": "(v.kind = ANY($7::text[]))",
    "kinds_2": "(v.kind = ANY($2::text[]))",
    "ids_1": "(SELECT unnest($1::bigint[]) AS id)",
}
_SQLITE = {
    "title": "json_extract(p.terms, '$.title')",
    "ending_5": "substr(p.birthday, -6) IN (SELECT value FROM json_each($5))",
    "spans_6": ("SELECT json_extract(value, '$[0]') AS start, json_extract(value, '$[1]') AS stop FROM json_each($6)"),
    "kinds_7": "(v.kind IN (SELECT value FROM json_each($7)))",
    "kinds_2": "(v.kind IN (SELECT value FROM json_each($2)))",
    "ids_1": "(SELECT value AS id FROM json_each($1))",
}
_PLACE = re.compile(r"\$(\d)")


def everybody(among: Among) -> AsyncIterator[list[Member]]:
    """All of them, in batches, as everywhere below."""
    return _stream(_EVERYBODY, among)


def born_on(among: Among, endings: Collection[str]) -> AsyncIterator[list[Member]]:
    """Those whose birthday ends with one of these six characters (``-05-12``, ``:08-15``); ``mark`` is the birthday."""
    return _stream(_BORN, among, list(endings))


def following_since(
    among: Among, spans: Sequence[tuple[datetime, datetime]], undated: str
) -> AsyncIterator[list[Member]]:
    """Those whose following began in one of these spans and lasts.

    ``undated`` is the source of followings that begin at an import, until WeChat was asked.
    """
    told = json.dumps([[sqlite_time(_utc(moment)) for moment in span] for span in spans])
    return _stream(_FOLLOWING, among, undated, told)


def last_did(among: Among, kind: str, start: datetime, stop: datetime) -> AsyncIterator[list[Member]]:
    """Those who did this last in the span, with whichever of their identities."""
    return _stream(_LAST_VISIT, among, start, stop, kind)


def fell_silent(
    among: Among, start: datetime, stop: datetime, not_acts: Collection[str]
) -> AsyncIterator[list[Member]]:
    """Those whose last act of any kind but ``not_acts`` was in the span, with whichever of their identities."""
    return _stream(_LAST_ACT, among, start, stop, list(not_acts))


def first_did(among: Among, kinds: Collection[str], start: datetime, stop: datetime) -> AsyncIterator[list[Member]]:
    """Those who did one of these for the first time in the span, with this identity."""
    return _stream(_FIRST_OF, among, start, stop, list(kinds))


def coupons_end(among: Among, after: datetime, until: datetime) -> AsyncIterator[list[Member]]:
    """Those with open coupons that end after ``after``, up to and including ``until``; told of the first to end."""
    return _stream(_COUPONS_END, among, after, until)


async def newest_of(customer_ids: Collection[int], kind: str) -> dict[int, datetime]:
    """When each of these customers did this last; who never did is left out."""
    return _times(await _select(_VISITS_OF, list(customer_ids), kind))


async def newest_acts(customer_ids: Collection[int], not_acts: Collection[str]) -> dict[int, datetime]:
    """When each of these customers did anything but ``not_acts`` last; who never did is left out."""
    return _times(await _select(_ACTS_OF, list(customer_ids), list(not_acts)))


async def _stream(statement: str, among: Among, *values: Any) -> AsyncIterator[list[Member]]:
    last = (await current().execute_query_dict("SELECT coalesce(max(id), 0) AS last FROM customer"))[0]["last"]
    found: list[Member] = []
    for after in range(among.after_id, last, _STRETCH):
        rows = await _select(statement, among.app_id, f"{among.erased}%", after, after + _STRETCH, *values)
        found += map(_member, rows)
        while len(found) >= BATCH:
            yield found[:BATCH]
            del found[:BATCH]
    if found:
        yield found


async def _select(statement: str, *values: Any) -> list[dict[str, Any]]:
    postgres, sqlite = statement.format_map(_POSTGRES), _PLACE.sub(r"?\1", statement.format_map(_SQLITE))
    return await select(postgres, sqlite, *(_utc(value) for value in values))


def _member(row: Mapping[str, Any]) -> Member:
    return Member(
        row["customer_id"],
        row["identity_id"],
        row["name"],
        row["guide"] or "",
        row["store"] or "",
        row.get("mark", ""),
        _time(row.get("at")),
        row.get("row_id", 0),
        row.get("copies", 0),
    )


def _times(rows: Sequence[Mapping[str, Any]]) -> dict[int, datetime]:
    return {row["id"]: at for row in rows if (at := _time(row["at"])) is not None}


def _time(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _utc(value: Any) -> Any:
    """SQLite compares times as text, which the ORM writes in UTC."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
