"""Orders: several copies used for one order at one store must go together, whoever redeems them when."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.coupons.redemption.stacking import Candidate
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.terms import Kind, from_json
from models.dialect.copies import list_redeemed
from models.dialect.locks import lock_word


@dataclass(frozen=True, slots=True)
class Beside:
    """The copies that were used for an order, and what they took off: goods and freight, in fen."""

    used: tuple[Candidate, ...] = ()
    goods_fen: int = 0
    freight_fen: int = 0

    def left_of(self, basket: Basket) -> tuple[int, int]:
        """What they left of the goods and of the freight, in fen."""
        return max(0, basket.fen - self.goods_fen), max(0, basket.freight_fen - self.freight_fen)


async def hold_order(store_code: str, order_no: str) -> Beside:
    """The copies used for an order at a store; none for an order without a number.

    Held until the transaction ends: who uses another copy for the same order waits, and then sees this one.
    """
    if not order_no:
        return Beside()
    await lock_word(f"coupons of order {store_code} {order_no}")
    rows = [(row, from_json(row.terms)) for row in await list_redeemed(store_code, order_no)]
    freight_fen = sum(row.discount_fen for row, terms in rows if terms.kind is Kind.SHIPPING)
    goods_fen = sum(row.discount_fen for row, _ in rows) - freight_fen
    return Beside(tuple(Candidate(str(row.id), terms) for row, terms in rows), goods_fen, freight_fen)
