"""Offers and copies in words that customers read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from campaigns.coupons.money import yuan
from campaigns.coupons.terms import Kind, Stacking, Terms
from campaigns.coupons.wallet import OwnCopy
from core.clock import BRAND_ZONE

NameOf = Callable[[str], str]
"""A store's name by its code."""


def worth(terms: Terms) -> str:
    """What it gives: ``满100元减20元``, ``8折，最多减50元``, ``赠马克杯``."""
    threshold = f"满{yuan(terms.threshold_fen)}" if terms.threshold_fen else ""
    cap = f"，最多减{yuan(terms.cap_fen)}" if terms.cap_fen else ""
    match terms.kind:
        case Kind.CASH:
            return f"{threshold or '立'}减{yuan(terms.amount_fen)}"
        case Kind.PERCENT:
            return f"{threshold}{_fold(terms.percent)}折{cap}"
        case Kind.GIFT:
            return f"{threshold}赠{terms.gift}"
        case Kind.EXCHANGE:
            return f"{threshold}兑换{terms.gift}"
        case Kind.SHIPPING:
            return f"{threshold}免运费{cap}"


def rules(terms: Terms, name_of: NameOf = str, *, has_store: bool = False) -> list[str]:
    """Its conditions, one a line; none where there are none. Customers read stores by name, staff by code.

    ``has_store``: a store to use it at is named beside.
    """
    lines = []
    if terms.starts_after_days:
        lines.append(f"领取{terms.starts_after_days}天后可用")
    if times := terms.times_in_words():
        lines.append(f"限{times}使用")
    if (terms.stores or terms.regions) and not has_store:
        lines.append(f"可用门店：{'、'.join([*terms.regions, *map(name_of, terms.stores)])}")
    if terms.levels:
        lines.append(f"{'、'.join(terms.levels)}专享")
    if terms.stacking is Stacking.ALONE:
        lines.append("不与其他券同用")
    return lines


def offer_line(terms: Terms, name_of: NameOf) -> str:
    """An offer with its rules and how to take it."""
    lines = [f"【{terms.title}】{worth(terms)}", *rules(terms, name_of)]
    if terms.radius_m:
        lines.append(f"限门店{terms.radius_m}米以内：在店附近发送位置即可领取")
    else:
        lines.append(f"回复“领取{terms.title}”即可领取")
    return "\n".join(lines)


def own_copy(copy: OwnCopy, name_of: NameOf = str) -> str:
    """A copy with its code, its days and rules."""
    first = copy.valid_from.astimezone(BRAND_ZONE)
    last = copy.valid_until.astimezone(BRAND_ZONE) - timedelta(microseconds=1)  # the end is the midnight after it
    begins = f"{first:%Y-%m-%d}起可用，" if copy.terms.starts_after_days or copy.terms.valid_from else ""
    lines = [f"【{copy.terms.title}】{worth(copy.terms)}", f"券码：{copy.code}", f"{begins}有效期至{last:%Y-%m-%d}"]
    return "\n".join([*lines, *rules(copy.terms, name_of)])


def _fold(percent: int) -> str:
    """20 percent off is 八折, 15 is 8.5折."""
    tens, ones = divmod(100 - percent, 10)
    return f"{tens}.{ones}" if ones else str(tens)
