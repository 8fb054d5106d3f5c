"""附近优惠, 上海优惠, 领取…, 我的优惠券: what is on offer, taking a copy, one's own copies with their codes.

Taking commits by itself, with everybody who claims at the same moment, under a key made of the push's own: a push that
comes again gets the same copy. So it commits before the push is stored, and needs no transaction of the push's; a
mini program's push has one, since its words leave by delivery, and there the claim is part of it.
"""

from __future__ import annotations

import hashlib
import re

from bot.routing import Rank, Route, answers, said
from bot.spoken import CLICK, wish_of, words_of
from campaigns.coupons.counter import Offered
from campaigns.coupons.offers.listing import Listing, list_for
from campaigns.coupons.offers.near import OfferedNear
from campaigns.coupons.offers.passes import is_fresh, split_pass
from campaigns.coupons.refusals import No, Refusal
from campaigns.coupons.words import own_copy
from core.errors import Busy
from core.messages import Inbound, Reply, Text
from customers.tagging.fold import fold
from guides.nearby import FAR_M, Basis, Shops, shops_for
from handlers._offers import Told, how_to_be_near, offer_blocks
from handlers._rooms import Rooms
from handlers._words import WISHES, city_in, how_to_send_place, paragraphs

_OFFERS = said(
    *"附近优惠 优惠 有优惠吗 有什么优惠 优惠活动 附近的优惠 领券 领取优惠券 有券吗 活动 有什么活动 offers".split()
)
_OWN = said(*"我的优惠券 我的券 优惠券 我的卡券 卡券 查看优惠券 我的coupon my_coupons MY_COUPONS".split())
_CITY_ENDINGS = ("有什么优惠", "的优惠券", "优惠券", "的优惠", "优惠活动", "有优惠吗", "优惠")
_TAKE = re.compile("(?:您好|你好|请问|麻烦|请|帮我|我要|我想)*领取?(.+)", re.DOTALL)
_AROUND = " “”\"'「」【】：:。！!~～，,"
_LONGEST = 128
_NOTHING = "目前没有可以领取的优惠。回复“我的优惠券”可以查看已有的券。"
_HAD = "现在的优惠您都领过了。回复“我的优惠券”可以查看。"
_MOST = 8


def routes(rooms: Rooms) -> list[Route]:
    counter = rooms.coupons

    async def offers(inbound: Inbound) -> Reply:
        shops = await shops_for(rooms.stores, inbound.app_id, inbound.openid, inbound.received_at)
        listing = await list_for(_offers_at(rooms, shops, inbound), inbound.app_id, inbound.openid, inbound.received_at)
        is_now = shops.point is not None and is_fresh(shops.point, inbound.received_at)
        how = how_to_send_place(inbound) if shops.basis is Basis.NONE else ""
        return _shown(rooms, listing, inbound, "可以领取的优惠：", Told.KEPT if is_now else Told.NOT, how)

    def names_city(inbound: Inbound) -> bool:
        city = city_in(wish_of(inbound), _CITY_ENDINGS)
        return bool(city) and bool(rooms.stores.in_city(city))

    async def city_offers(inbound: Inbound) -> Reply:
        city = city_in(wish_of(inbound), _CITY_ENDINGS)
        found = counter.offers_near(None, inbound.received_at, rooms.stores.in_city(city))
        listing = await list_for(found, inbound.app_id, inbound.openid, inbound.received_at)
        return _shown(rooms, listing, inbound, f"{city}可以领取的优惠：", Told.NOT)

    async def own(inbound: Inbound) -> Reply:
        copies = await counter.list_own(inbound.app_id, inbound.openid, inbound.received_at)
        if not copies:
            return Text("您还没有可用的优惠券。回复“附近优惠”看看能领什么。")
        more = f"还有{len(copies) - _MOST}张没有列出。" if len(copies) > _MOST else ""
        shown = [own_copy(copy, rooms.stores.name_of) for copy in copies[:_MOST]]
        return Text(paragraphs(["您的优惠券（请在结账时出示券码）：", *shown], more))

    def names_offer(inbound: Inbound) -> bool:
        return _named(rooms, inbound) is not None

    async def take(inbound: Inbound) -> Reply:
        named = _named(rooms, inbound)
        if named is None:
            return Text("这个优惠刚刚结束了。回复“附近优惠”看看还有什么。")
        offer, place_pass = named
        key = f"push:{hashlib.sha256(inbound.key.encode()).hexdigest()}"
        at, who = inbound.received_at, (inbound.app_id, inbound.openid)
        try:
            taken = await counter.take(offer, *who, key, "chat", at, place_pass=place_pass)
        except Busy:
            return Text("领取的人太多了，请稍等几秒再试一次。")
        if isinstance(taken, Refusal):
            return Text(_why_not(taken, place_pass, inbound))
        return Text(f"领取成功！\n{own_copy(taken, rooms.stores.name_of)}")

    return [
        answers(offers, *WISHES, when=_OFFERS, rank=Rank.INTENT, name="coupon_offers"),
        answers(city_offers, *WISHES, when=names_city, rank=Rank.INTENT, name="coupon_offers_city"),
        answers(own, *WISHES, when=_OWN, rank=Rank.INTENT, name="coupon_wallet"),
        answers(take, *WISHES, when=names_offer, rank=Rank.INTENT, name="coupon_take"),
    ]


def _offers_at(rooms: Rooms, shops: Shops, inbound: Inbound) -> list[OfferedNear]:
    """By their kept place, else at the stores of their city, else at their guide's; those of all stores elsewhere."""
    counter, at = rooms.coupons, inbound.received_at
    if shops.point is not None:
        found = counter.offers_near(counter.kept(shops.point), at)
        return [each for each in found if each.least_m <= FAR_M] or found
    match shops.basis:
        case Basis.CITY:
            return counter.offers_near(None, at, rooms.stores.in_city(shops.city))
        case Basis.OWN:
            return counter.offers_near(None, at, [shop.store for shop in shops.stores])
        case _:
            return counter.offers_near(None, at)


def _shown(rooms: Rooms, listing: Listing, inbound: Inbound, head: str, told: Told, how: str = "") -> Reply:
    if not listing.offers:
        return Text(_HAD if listing.had else _NOTHING)
    end = ["已领的券：回复“我的优惠券”查看。"] if listing.had else []
    blocks = offer_blocks(rooms.coupons, listing.offers, inbound, told)
    return Text(paragraphs([head, *blocks], "\n".join([*end, *filter(None, [how])])))


def _why_not(no: Refusal, place_pass: str, inbound: Inbound) -> str:
    """In the customer's words; where it is for the place, how to tell it."""
    if no.code not in (No.PLACE_UNKNOWN, No.TOO_FAR):
        return no.for_customer
    late = "这次的位置已经失效。" if place_pass else ""
    return f"{late}{no.for_customer}{how_to_be_near(inbound)}"


def _named(rooms: Rooms, inbound: Inbound) -> tuple[Offered, str] | None:
    """The offer that ``领取满100减20`` names, with the pass behind it if there is one; None where the words are no such
    wish. A menu key is ``coupon:<code>``."""
    words = words_of(inbound).strip()
    if not inbound.openid or len(words) > _LONGEST:
        return None
    if inbound.kind == CLICK and words.startswith("coupon:"):
        return _found(rooms, words.removeprefix("coupon:"))
    match = _TAKE.fullmatch(fold(words))  # as many characters as the words: its places are theirs
    return _found(rooms, words[match.start(1) :]) if match else None


def _found(rooms: Rooms, words: str) -> tuple[Offered, str] | None:
    """Titles may end like a pass, so the words as they are come first."""
    if offer := rooms.coupons.find_offer(words) or rooms.coupons.find_offer(words.strip(_AROUND)):
        return offer, ""
    words, place_pass = split_pass(words.strip(_AROUND))
    offer = rooms.coupons.find_offer(words.strip(_AROUND)) if place_pass else None
    return (offer, place_pass) if offer else None
