"""How offers stand for one person, read without holding anything."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from models.dialect.bulk import select


class OfferStanding(NamedTuple):
    """Whether copies are left, and how many this person took, ever and since a moment."""

    code: str
    has_left: bool
    ever: int
    since: int


_STANDINGS = """
SELECT t.code, t.state = 'published' AND t.issued < t.stock
  AND (t.budget_fen IS NULL OR t.exposure_fen + t.worth_fen <= t.budget_fen) AS has_left,
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
    return [OfferStanding(row["code"], bool(row["has_left"]), row["ever"], row["since"]) for row in rows]
