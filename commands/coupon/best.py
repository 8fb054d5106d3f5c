"""``coupon best``: which of a customer's own copies to use for a basket at a store, and why not the others."""

from __future__ import annotations

import argparse
from typing import Any

from campaigns.coupons.codes import Codes
from campaigns.coupons.money import read_yuan, yuan
from campaigns.coupons.redemption.choosing import Choice, choose
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.shops import find_shop
from campaigns.coupons.wallet import get_own
from commands.coupon.people import customer_of
from commands.output import Exit, Output
from commands.wiring import Installation
from core.clock import now

LINES = ("best",)


def arguments(what: Any) -> None:
    """Its line."""
    best = what.add_parser("best", help="the best combination of a customer's own copies for a basket")
    best.add_argument("openid", metavar="OPENID")
    best.add_argument("--store", required=True, metavar="CODE")
    best.add_argument("--amount", required=True, metavar="YUAN", help="the basket without freight")
    best.add_argument("--freight", default="0", metavar="YUAN")


async def run(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    """``best``."""
    basket = Basket(read_yuan("--amount", args.amount), read_yuan("--freight", args.freight))
    at, shop = now(), await find_shop(args.store)
    choice = await choose(await customer_of(args.openid), shop, basket, at)
    own = {each.coupon_id: await get_own(each.coupon_id, Codes(installation.secret_key), at) for each in choice.use}
    codes = {coupon_id: copy.code for coupon_id, copy in own.items()}
    _tell(choice, codes, basket, out)
    out.put(
        total_fen=choice.total_fen,
        to_pay_fen=basket.fen + basket.freight_fen - choice.total_fen,
        why=list(choice.why),
        use=[
            {"coupon_id": each.coupon_id, "title": each.terms.title, "code": codes[each.coupon_id],
             "discount_fen": each.discount_fen}
            for each in choice.use
        ],
        leave=[
            {"coupon_id": each.coupon_id, "title": each.terms.title, "refused": each.no.code.value,
             "figures": dict(each.no.figures), "for_guide": each.no.for_guide}
            for each in choice.leave
        ],
    )  # fmt: skip
    return Exit.DONE


def _tell(choice: Choice, codes: dict[int, str], basket: Basket, out: Output) -> None:
    for use, why in zip(choice.use, choice.why, strict=False):
        out.line(f"用 {codes[use.coupon_id]} {why}")
    if choice.use:
        left = basket.fen + basket.freight_fen - choice.total_fen
        out.line(f"共减 {yuan(choice.total_fen)}，应付 {yuan(left)}；请按这个顺序核销")
    else:
        out.line("\n".join(choice.why))
    for each in choice.leave:
        out.line(f"不用 {each.terms.title}：{each.no.for_guide}")
