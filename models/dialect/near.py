"""Who is near, by the index over the keys of coarse places (``core.cells``)."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from core.cells import ROW_BITS, Strip
from models.dialect.bulk import select

# A loose index scan: from each row or cell to the next that somebody is in, so that it costs by cells, not by people.
_CELLS = f"""
WITH RECURSIVE strip AS ({{strips}}),
band(number, last, west, east) AS (
  SELECT (SELECT min(cell) FROM place WHERE cell >= s.first AND cell <= s.last) >> {ROW_BITS}, s.last, s.west, s.east
  FROM strip s
  UNION ALL
  SELECT (SELECT min(cell) FROM place WHERE cell >= (b.number + 1) << {ROW_BITS} AND cell <= b.last) >> {ROW_BITS},
         b.last, b.west, b.east
  FROM band b WHERE b.number IS NOT NULL),
found(cell, last) AS (
  SELECT (SELECT min(cell) FROM place WHERE cell >= (b.number << {ROW_BITS}) + b.west
            AND cell <= (b.number << {ROW_BITS}) + b.east),
         (b.number << {ROW_BITS}) + b.east
  FROM band b WHERE b.number IS NOT NULL
  UNION ALL
  SELECT (SELECT min(cell) FROM place WHERE cell > f.cell AND cell <= f.last), f.last
  FROM found f WHERE f.cell IS NOT NULL)
SELECT cell FROM found WHERE cell IS NOT NULL ORDER BY cell
"""
_CELLS_POSTGRES = _CELLS.format(
    strips="SELECT (t ->> 0)::bigint AS first, (t ->> 1)::bigint AS last, (t ->> 2)::bigint AS west,"
    " (t ->> 3)::bigint AS east FROM jsonb_array_elements($1::jsonb) t"
)
_CELLS_SQLITE = _CELLS.format(
    strips="SELECT json_extract(value, '$[0]') AS first, json_extract(value, '$[1]') AS last,"
    " json_extract(value, '$[2]') AS west, json_extract(value, '$[3]') AS east FROM json_each(?1)"
)

# Cells are counted in the index alone; who has expired and is not deleted yet are few, and taken off.
_COUNT_POSTGRES = """
SELECT (SELECT coalesce(sum((SELECT count(*) FROM place p WHERE p.cell = c.cell)), 0)
        FROM unnest($1::bigint[]) AS c(cell))
     - (SELECT count(*) FROM place p WHERE p.expires_at <= $2 AND p.cell = ANY($1::bigint[])) AS people
"""
_COUNT_SQLITE = """
SELECT (SELECT coalesce(sum((SELECT count(*) FROM place p WHERE p.cell = c.value)), 0) FROM json_each(?1) AS c)
     - (SELECT count(*) FROM place p WHERE p.expires_at <= ?2 AND p.cell IN (SELECT value FROM json_each(?1))) AS people
"""
_PEOPLE_POSTGRES = """
SELECT customer_id FROM place
WHERE cell = ANY($1::bigint[]) AND expires_at > $2 AND customer_id > $3 AND customer_id <= $4
ORDER BY customer_id LIMIT $5
"""
_PEOPLE_SQLITE = """
SELECT customer_id FROM place
WHERE cell IN (SELECT value FROM json_each(?1)) AND expires_at > ?2 AND customer_id > ?3 AND customer_id <= ?4
ORDER BY customer_id LIMIT ?5
"""


async def list_cells(strips: Collection[Strip]) -> list[int]:
    """The keys in these strips that somebody's place has, expired ones among them, ascending."""
    rows = await select(_CELLS_POSTGRES, _CELLS_SQLITE, json.dumps(list(strips)))
    return [row["cell"] for row in rows]


async def count_people(cells: Sequence[int], at: datetime) -> int:
    """How many people's place has one of these keys and has not expired ``at`` that moment."""
    rows = await select(_COUNT_POSTGRES, _COUNT_SQLITE, list(cells), at.astimezone(UTC))
    return int(rows[0]["people"])


async def list_people(cells: Sequence[int], at: datetime, after_id: int, last_id: int, limit: int) -> list[int]:
    """The first of them with a customer id above ``after_id`` and up to ``last_id``, ascending."""
    values = (list(cells), at.astimezone(UTC), after_id, last_id, limit)
    return [row["customer_id"] for row in await select(_PEOPLE_POSTGRES, _PEOPLE_SQLITE, *values)]


async def find_last_id() -> int:
    """The greatest id of a customer with a place, 0 for none."""
    rows = await select(*["SELECT coalesce(max(customer_id), 0) AS last FROM place"] * 2)
    return int(rows[0]["last"])
