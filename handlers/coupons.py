"""附近优惠, 领取…, 我的优惠券: what is on offer, taking a copy, one's own copies with their codes.

Taking commits by itself, with everybody who claims at the same moment, under a key made of the push's own: a push that
comes again gets the same copy. So it commits before the push is stored, and needs no transaction of the push's.
"""

from __future__ import annotations

import hashlib

from bot.routing import Rank, Route, answers, said
from bot.spoken import wish_of, words_of
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.words import offer_line, own_copy
from core.errors import Busy
from core.messages import Inbound, Reply, Text
from guides.nearby import Basis, shops_for
from handlers._rooms import Rooms
from handlers._words import WISHES, shop_lines

_OFFERS = said(
    *"附近优惠 优惠 有优惠吗 有什么优惠 优惠活动 附近的优惠 领券 领取优惠券 有券吗 活动 有什么活动 offers".split()
)
_OWN = said(*"我的优惠券 我的券 优惠券 我的卡券 卡券 查看优惠券 我的coupon my_coupons MY_COUPONS".split())
_TAKE = ("领取", "领")
_MOST = 8


def routes(rooms: Rooms) -> list[Route]:
    counter = rooms.coupons

    async def offers(inbound: Inbound) -> Reply:
        shops = await shops_for(rooms.stores, inbound.app_id, inbound.openid, inbound.received_at)
        codes = [shop.store.code for shop in shops.stores] if shops.basis is not Basis.NONE else None
        found = counter.list_offers(inbound.received_at, codes)
        if not found:
            return Text("目前没有可以领取的优惠。回复“我的优惠券”可以查看已有的券。")
        lines = [offer_line(each.terms) for each in found[:_MOST]]
        return Text("\n\n".join(["可以领取的优惠：", *lines, *map(shop_lines, shops.stores[:1])]))

    async def own(inbound: Inbound) -> Reply:
        copies = await counter.list_own(inbound.app_id, inbound.openid, inbound.received_at)
        if not copies:
            return Text("您还没有可用的优惠券。回复“附近优惠”看看能领什么。")
        more = f"\n\n还有{len(copies) - _MOST}张没有列出。" if len(copies) > _MOST else ""
        return Text("\n\n".join(["您的优惠券（请在结账时出示券码）：", *map(own_copy, copies[:_MOST])]) + more)

    def names_offer(inbound: Inbound) -> bool:
        named = _named(inbound)
        return bool(named) and counter.find_offer(named) is not None

    async def take(inbound: Inbound) -> Reply:
        offer = counter.find_offer(_named(inbound))
        if offer is None:
            return Text("这个优惠刚刚结束了。回复“附近优惠”看看还有什么。")
        key = f"push:{hashlib.sha256(inbound.key.encode()).hexdigest()}"
        try:
            taken = await counter.take(offer, inbound.app_id, inbound.openid, key, "chat", inbound.received_at)
        except Busy:
            return Text("领取的人太多了，请稍等几秒再试一次。")
        return Text(taken.for_customer if isinstance(taken, Refusal) else f"领取成功！\n{own_copy(taken)}")

    return [
        answers(offers, *WISHES, when=_OFFERS, rank=Rank.INTENT, name="coupon_offers"),
        answers(own, *WISHES, when=_OWN, rank=Rank.INTENT, name="coupon_wallet"),
        answers(take, *WISHES, when=names_offer, rank=Rank.INTENT, name="coupon_take"),
    ]


def _named(inbound: Inbound) -> str:
    """``满100减20`` of ``领取满100减20``, empty where the words are no such wish; a menu key is ``coupon:<code>``."""
    if inbound.kind == "event.click" and inbound.event_key.startswith("coupon:"):
        return inbound.event_key.removeprefix("coupon:")
    words = words_of(inbound).strip()
    begin = next((each for each in _TAKE if wish_of(inbound).startswith(each) and words.startswith(each)), "")
    return words.removeprefix(begin).strip(" “”\"'「」【】：:") if begin else ""
