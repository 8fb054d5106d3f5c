"""How offers stand for one person, read without holding anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import select


class OfferStanding(NamedTuple):
    """How many copies stock and budget leave, none unless published; how many this person took, ever and since."""

    code: str
    unclaimed: int
    ever: int
    since: int


_STANDINGS = """
SELECT t.code, t.state, t.stock - t.issued AS in_stock,
  CASE WHEN t.worth_fen > 0 THEN (t.budget_fen - t.exposure_fen) / t.worth_fen END AS in_budget,
  count(c.id) AS ever, count(c.id) FILTER (WHERE c.issued_at >= $4) AS since
FROM coupon_template t
LEFT JOIN identity i ON i.app_id = $2 AND i.openid = $3
LEFT JOIN coupon c ON c.template_id = t.id AND c.customer_id = i.customer_id
WHERE t.code {among} GROUP BY t.id
"""


async def standings_for(codes: Collection[str], app_id: str, openid: str, since: datetime) -> list[OfferStanding]:
    """How these offers stand for the person behind an openid, who may be new."""
    rows = await select(
        _STANDINGS.format(among="= ANY($1::text[])"),
        _STANDINGS.format(among="IN (SELECT value FROM json_each($1))").replace("$", "?"),
        sorted(codes),
        app_id,
        openid,
        since,
    )
    return [OfferStanding(row["code"], _unclaimed(row), row["ever"], row["since"]) for row in rows]


def _unclaimed(row: Mapping[str, Any]) -> int:
    """``in_budget`` is null where there is no budget, or a copy costs nothing."""
    if row["state"] != "published":
        return 0
    in_stock, in_budget = int(row["in_stock"]), row["in_budget"]
    return max(0, in_stock if in_budget is None else min(in_stock, int(in_budget)))
