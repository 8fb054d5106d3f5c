"""Offers, copies and stores as the mini program gets them; times in the brand's zone, distances in whole metres."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.coupons.counter import Offered
from campaigns.coupons.redemption.till import OPEN
from campaigns.coupons.wallet import OwnCopy
from campaigns.coupons.words import NameOf, rules, worth
from core.clock import BRAND_ZONE
from guides.nearby import StoreNow, map_url
from models.coupons import CouponState

_DEGREES = 6
"""Decimals: a tenth of a metre."""


def offer_shape(offer: Offered, name_of: NameOf) -> dict[str, Any]:
    """What it gives and its rules, in words."""
    return {"template": offer.code, **_terms(offer, name_of)}


def short_offer_shape(offer: Offered) -> dict[str, Any]:
    """An offer in a list of stores."""
    return {"template": offer.code, "title": offer.terms.title, "worth": worth(offer.terms)}


def copy_shape(copy: OwnCopy, account_key: str, at: datetime, name_of: NameOf) -> dict[str, Any]:
    """A copy with its code, which is empty, and ``qr_url`` null, once it can no longer be used."""
    is_over = copy.state in OPEN and copy.valid_until <= at
    code = "" if is_over else copy.code
    return {
        "id": copy.coupon_id,
        "template": copy.template,
        **_terms(copy, name_of),
        "code": code,
        "state": CouponState.EXPIRED if is_over else copy.state,
        "valid_from": _moment(copy.valid_from),
        "valid_until": _moment(copy.valid_until),
        "qr_url": f"/mini/{account_key}/coupons/{copy.coupon_id}/qr.svg" if code else None,
    }


def store_shape(shop: StoreNow) -> dict[str, Any]:
    """A store with its doors now. What is not known is empty or null; its point is GCJ-02, like WeChat's maps."""
    store, point = shop.store, shop.store.point
    return {
        "code": store.code,
        "name": store.name,
        "city": store.city,
        "address": store.address,
        "phone": store.phone,
        "distance_m": None if shop.distance_m is None else round(shop.distance_m),
        "is_open": shop.hours.is_open,
        "hours_today": shop.hours.today,
        "hours_words": shop.hours.words,
        "map_url": map_url(store),
        "latitude": round(point.latitude, _DEGREES) if point else None,
        "longitude": round(point.longitude, _DEGREES) if point else None,
        "crs": point.crs if point else None,
    }


def _terms(of: Offered | OwnCopy, name_of: NameOf) -> dict[str, Any]:
    terms = of.terms
    return {
        "title": terms.title,
        "kind": terms.kind,
        "worth": worth(terms),
        "rules": rules(terms, name_of),
        "words": terms.words,
        "picture_url": terms.picture_url,
    }


def _moment(at: datetime) -> str:
    return at.astimezone(BRAND_ZONE).isoformat(timespec="seconds")
