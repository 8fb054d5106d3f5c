"""Offers as chat replies show them: each with the store to use it at, and one tap to take it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from campaigns.coupons.counter import CouponCounter
from campaigns.coupons.offers.near import OfferedNear
from campaigns.coupons.words import rules, worth
from core.accounts import AccountKind
from core.messages import Inbound
from handlers._words import how_far, on_map, tap

MOST = 8
_LABEL = "点此领取"


class Told(StrEnum):
    """What is known of the customer's place: just told, so that a pass proves it · kept, of a moment ago, and found
    again when they take the offer · nothing good for that."""

    NOW = "now"
    KEPT = "kept"
    NOT = "not"


def offer_blocks(
    counter: CouponCounter, found: Sequence[OfferedNear], inbound: Inbound, told: Told, shown: Sequence[str] = ()
) -> list[str]:
    """A paragraph for each offer, at most ``MOST``, and how many were left out.

    ``shown`` are codes of stores whose map was linked already; each map is linked once.
    """
    linked = set(shown)
    blocks = []
    for each in found[:MOST]:
        lines = [*_terms(counter, each), *_where(each, linked, inbound), _how(counter, each, inbound, told)]
        blocks.append("\n".join(lines))
        linked |= {each.store.code} if each.store else set()
    return [*blocks, f"另有{len(found) - MOST}个优惠没有列出。"] if len(found) > MOST else blocks


def _terms(counter: CouponCounter, found: OfferedNear) -> list[str]:
    terms = found.offer.terms
    return [f"【{terms.title}】{worth(terms)}", *rules(terms, counter.store_name, has_store=found.store is not None)]


def _where(found: OfferedNear, linked: set[str], inbound: Inbound) -> list[str]:
    """The store, its name a link to the map where it is the first time."""
    if found.store is None:
        return []
    away = f"（{how_far(found.distance_m)}）" if found.distance_m is not None else ""
    link = "" if found.store.code in linked else on_map(found.store, "地图", inbound)
    return [" ".join(filter(None, [f"可用门店：{found.store.name}{away}", link]))]


def _how(counter: CouponCounter, found: OfferedNear, inbound: Inbound, told: Told) -> str:
    name, radius_m = counter.name_of(found.offer), found.offer.terms.radius_m
    if not radius_m or (told is Told.KEPT and found.is_within):
        return tap(f"领取{name}", _LABEL, inbound)
    if told is Told.NOT or not found.is_within:
        return f"限门店{radius_m}米以内：{how_to_be_near(inbound)}"
    pass_ = counter.passes.issue(found, inbound.app_id, inbound.openid, inbound.received_at)
    return f"{tap(f'领取{name} {pass_}', _LABEL, inbound)}（30分钟内有效）"


def how_to_be_near(inbound: Inbound) -> str:
    """How to prove to be near a store."""
    if inbound.channel is AccountKind.MINI_PROGRAM:
        return "会话里发不了位置，请在小程序的优惠页面里允许定位后领取。"
    return "到店附近点输入框旁的“＋”→“位置”→“发送位置”，就能领取。"
