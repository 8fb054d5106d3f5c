"""What must hold of coupons however they were raced, read from the tables and the crowd's logs alone.

Every law is one statement that counts its offenders, so that a million operations are judged in bounded memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import asyncpg

from tests.faults.databases import Database
from tests.faults.run import Run

_SHOWN = 3

_OVER_LIMIT = """
SELECT t.code, c.customer_id, count(*) AS copies FROM coupon c JOIN coupon_template t ON t.id = c.template_id
GROUP BY 1, 2, t.terms HAVING count(*) > (t.terms->>'per_person')::int
"""

# What copies can cost yet: their worth while they are open, what was taken off (or the gift's worth) once they are
# used. A redemption that took off less than that and was undone may put a budget over by the difference, no more.
_TEMPLATES = """
SELECT t.code, t.issued, t.stock, t.exposure_fen, t.budget_fen, count(c.id) AS copies,
  coalesce(sum(CASE WHEN c.state IN ('expired', 'voided') THEN 0
    WHEN c.state = 'redeemed' AND c.discount_fen > 0 THEN c.discount_fen ELSE t.worth_fen END), 0)::bigint AS fen,
  (SELECT coalesce(sum(t.worth_fen - coalesce(nullif((e.detail->>'discount_fen')::bigint, 0), t.worth_fen)), 0)::bigint
   FROM coupon_entry e JOIN coupon o ON o.id = e.coupon_id
   WHERE o.template_id = t.id AND e.event = 'reversed') AS undone_fen
FROM coupon_template t LEFT JOIN coupon c ON c.template_id = t.id GROUP BY t.id ORDER BY t.id
"""

_UNTOLD = """
SELECT c.id, c.state, e.first, e.last FROM coupon c LEFT JOIN (
  SELECT coupon_id, (array_agg(event ORDER BY id))[1] AS first, (array_agg(event ORDER BY id DESC))[1] AS last
  FROM coupon_entry GROUP BY coupon_id) e ON e.coupon_id = c.id
WHERE e.first IS DISTINCT FROM 'issued'
  OR CASE e.last WHEN 'unlocked' THEN 'issued' ELSE e.last END IS DISTINCT FROM c.state
"""

_TWICE = """
SELECT coupon_id, id, net FROM (
  SELECT coupon_id, id, sum(CASE event WHEN 'redeemed' THEN 1 WHEN 'reversed' THEN -1 ELSE 0 END)
    OVER (PARTITION BY coupon_id ORDER BY id) AS net FROM coupon_entry) e WHERE net NOT IN (0, 1)
"""

_CHANGED = (
    "SELECT key, array_agg(DISTINCT answer) AS answers FROM crowd_told GROUP BY key HAVING count(DISTINCT answer) > 1"
)

_LOST = """
SELECT t.key, t.what, t.answer, k.answer AS stored FROM crowd_told t LEFT JOIN coupon_call k ON k.key = t.key
WHERE coalesce(k.answer->>'refused', k.answer->>'event', k.answer->>'coupon_id') IS DISTINCT FROM t.answer
  OR (t.what = 'claim' AND NOT k.answer ? 'refused'
      AND NOT EXISTS (SELECT FROM coupon c WHERE c.id = (k.answer->>'coupon_id')::bigint))
"""

_UNASKED = """
SELECT c.id, k.calls FROM coupon c LEFT JOIN (
  SELECT (answer->>'coupon_id')::bigint AS coupon_id, count(*) AS calls FROM coupon_call
  WHERE NOT answer ? 'event' AND NOT answer ? 'refused' GROUP BY 1) k ON k.coupon_id = c.id
WHERE k.calls IS DISTINCT FROM 1
"""

_LAWS = {
    "nobody has more than their limit": _OVER_LIMIT,
    "every state follows from its ledger": _UNTOLD,
    "no copy is redeemed twice": _TWICE,
    "a repeated call gets the first answer": _CHANGED,
    "every acknowledged answer is stored": _LOST,
    "every copy answers one call": _UNASKED,
}

_KEYED = frozenset({"claim", "redeem", "lock", "unlock", "reverse", "void"})
_AT_ONCE = 20_000


async def check(run: Run, database: Database, logs: list[Path]) -> None:
    """Notes every law that is broken, with the first offenders."""
    connection = await asyncpg.connect(database.url)
    try:
        await _gather(connection, logs)
        await connection.execute("ANALYZE")
        for template in await connection.fetch(_TEMPLATES):
            _check_template(run, template)
        for law, statement in _LAWS.items():
            found = await connection.fetch(
                f"SELECT *, count(*) OVER () AS offenders FROM ({statement}) o LIMIT {_SHOWN}"
            )
            offenders = found[0]["offenders"] if found else 0
            run.promise(law, not found, f"{offenders} offend, e.g. {[dict(row) for row in found]}")
        states = await connection.fetch("SELECT state, count(*) AS copies FROM coupon GROUP BY state ORDER BY state")
        run.count(issued=sum(row["copies"] for row in states), states={row["state"]: row["copies"] for row in states})
    finally:
        await connection.close()


def _check_template(run: Run, row: asyncpg.Record) -> None:
    code, copies, fen = row["code"], row["copies"], row["fen"]
    run.promise("issued is what was given", row["issued"] == copies, f"{code}: {copies} for {row['issued']}")
    run.promise("never oversold", copies <= row["stock"], f"{code}: {copies} of {row['stock']}")
    run.promise("exposure adds up", row["exposure_fen"] == fen, f"{code}: {fen} for {row['exposure_fen']}")
    most = None if row["budget_fen"] is None else row["budget_fen"] + row["undone_fen"]
    run.promise("never over budget", most is None or fen <= most, f"{code}: {fen} of {most}")


async def _gather(connection: asyncpg.Connection, logs: list[Path]) -> None:
    """The acknowledged answers beside the stored ones, in a table for this check."""
    await connection.execute("CREATE UNLOGGED TABLE crowd_told (key text, what text, answer text)")
    for log in logs:
        told = _answers(log)
        while some := list(islice(told, _AT_ONCE)):
            await connection.copy_records_to_table("crowd_told", records=some)


def _answers(log: Path) -> Iterator[tuple[str, str, str]]:
    """Calls that have a key. A last line that a kill cut short was acknowledged to nobody."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("]\n"):
                key, what, answer = json.loads(line)
                if what in _KEYED:
                    yield key, what, str(answer)
