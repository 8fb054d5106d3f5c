"""Reads an offer as staff write it, refuses contradictions by name, and shows it in the same form again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from campaigns.coupons.money import read_yuan
from campaigns.coupons.terms import Kind, Stacking, Terms
from core.errors import Invalid

FIELDS = (
    "code", "title", "kind", "amount", "percent", "cap", "gift", "worth", "threshold", "stock", "per_person", "per_day",
    "budget", "valid_from", "valid_until", "valid_days", "starts_after_days", "weekdays", "hours", "stores", "regions",
    "radius_m", "levels", "stacking", "on_follow", "words", "picture_url",
)  # fmt: skip

_CODE = re.compile(r"[\w-]{1,64}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_MOST_STOCK = 10_000_000
_MOST_EACH = 1000
_MOST_DAYS = 3660
_MOST_RADIUS_M = 100_000
_OF_KIND = {
    Kind.CASH: {"amount"},
    Kind.PERCENT: {"percent", "cap"},
    Kind.GIFT: {"gift", "worth"},
    Kind.EXCHANGE: {"gift", "worth"},
    Kind.SHIPPING: {"cap"},
}
_ONLY_SOME = frozenset().union(*_OF_KIND.values())


@dataclass(frozen=True, slots=True)
class Offer:
    """A sound offer: its code, terms, stock and budget (None: no budget)."""

    code: str
    terms: Terms
    stock: int
    budget_fen: int | None


def read_offer(form: Mapping[str, Any]) -> Offer:
    """A sound offer from a form, amounts in yuan. Raises ``Invalid`` naming the field and the remedy."""
    for field in form:
        if field not in FIELDS:
            raise Invalid(str(field), "is no field of a coupon template", f"write {', '.join(FIELDS)}")
    kind = _one_of(form, "kind", Kind)
    for field in sorted(_ONLY_SOME - _OF_KIND[kind]):
        if field in form:
            owners = " or ".join(each.value for each in Kind if field in _OF_KIND[each])
            raise Invalid(field, f"a {kind} coupon has none", f"leave it out, or make it {owners}")
    opens_at, closes_at = _hours(form.get("hours"))
    terms = Terms(
        title=_words(form, "title", 64, required=True),
        kind=kind,
        amount_fen=_fen(form, "amount", required=kind is Kind.CASH),
        percent=_whole(form, "percent", 1, 99, required=kind is Kind.PERCENT),
        cap_fen=_fen(form, "cap"),
        gift=_words(form, "gift", 64, required=kind in (Kind.GIFT, Kind.EXCHANGE)),
        worth_fen=_fen(form, "worth"),
        threshold_fen=_fen(form, "threshold"),
        per_person=_whole(form, "per_person", 1, _MOST_EACH) or 1,
        per_day=_whole(form, "per_day", 1, _MOST_EACH),
        valid_from=_day(form, "valid_from"),
        valid_until=_day(form, "valid_until"),
        valid_days=_whole(form, "valid_days", 1, _MOST_DAYS),
        starts_after_days=_whole(form, "starts_after_days", 0, _MOST_DAYS),
        weekdays=_weekdays(form.get("weekdays", [])),
        opens_at=opens_at,
        closes_at=closes_at,
        stores=_list(form, "stores"),
        regions=_list(form, "regions"),
        radius_m=_whole(form, "radius_m", 50, _MOST_RADIUS_M),
        levels=_list(form, "levels"),
        stacking=_one_of(form, "stacking", Stacking) if "stacking" in form else Stacking.ALONE,
        on_follow=_flag(form, "on_follow"),
        words=_words(form, "words", 500),
        picture_url=_url(form),
    )
    budget_fen = _fen(form, "budget") if "budget" in form else None
    offer = Offer(_code(form), terms, _whole(form, "stock", 1, _MOST_STOCK, required=True), budget_fen)
    _refuse_contradictions(offer)
    return offer


def form_of(offer: Offer) -> dict[str, Any]:
    """The offer in the form it is read from."""
    terms = offer.terms
    hours = f"{terms.opens_at:%H:%M}-{terms.closes_at:%H:%M}" if terms.opens_at and terms.closes_at else ""
    form: dict[str, Any] = {
        "code": offer.code, "title": terms.title, "kind": terms.kind.value, "amount": _yuan(terms.amount_fen),
        "percent": terms.percent, "cap": _yuan(terms.cap_fen), "gift": terms.gift, "worth": _yuan(terms.worth_fen),
        "threshold": _yuan(terms.threshold_fen), "stock": offer.stock, "per_person": terms.per_person,
        "per_day": terms.per_day, "budget": _yuan(offer.budget_fen or 0), "valid_from": _iso(terms.valid_from),
        "valid_until": _iso(terms.valid_until), "valid_days": terms.valid_days,
        "starts_after_days": terms.starts_after_days, "weekdays": list(terms.weekdays), "hours": hours,
        "stores": list(terms.stores), "regions": list(terms.regions), "radius_m": terms.radius_m,
        "levels": list(terms.levels), "stacking": terms.stacking.value, "on_follow": terms.on_follow,
        "words": terms.words, "picture_url": terms.picture_url,
    }  # fmt: skip
    return {field: value for field, value in form.items() if value not in ("", 0, [], False)}


def _refuse_contradictions(offer: Offer) -> None:
    terms = offer.terms
    if not terms.valid_days and terms.valid_until is None:
        raise Invalid("valid_until", "nothing says when a copy ends", "write valid_until, valid_days, or both")
    if terms.valid_from and terms.valid_until and terms.valid_until < terms.valid_from:
        raise Invalid("valid_until", f"is before valid_from {terms.valid_from}", "write the later day")
    if terms.starts_after_days and not terms.valid_days:
        raise Invalid("starts_after_days", "counts for copies that last valid_days", "add valid_days, or leave it out")
    if terms.kind is Kind.CASH and terms.threshold_fen and terms.amount_fen > terms.threshold_fen:
        raise Invalid("amount", "takes off more than the threshold asks for", "raise threshold or lower amount")
    if terms.per_day and terms.per_day > terms.per_person:
        raise Invalid("per_day", f"is more than per_person {terms.per_person}", "lower it, or raise per_person")
    if terms.per_person > offer.stock:
        raise Invalid("per_person", f"is more than the stock of {offer.stock}", "lower it")
    if terms.radius_m and terms.on_follow:
        raise Invalid("radius_m", "who follows has told no place yet", "leave out radius_m or on_follow")
    if offer.budget_fen is not None:
        if not terms.most_fen:
            field = {Kind.PERCENT: "cap", Kind.SHIPPING: "cap"}.get(terms.kind, "worth")
            raise Invalid(field, "a budget needs the most one copy can cost", f"write {field}, or no budget")
        if terms.most_fen > offer.budget_fen:
            raise Invalid("budget", "is less than one copy can cost", "raise it")


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _code(form: Mapping[str, Any]) -> str:
    given = form.get("code")
    if not isinstance(given, str) or not _CODE.fullmatch(given):
        raise Invalid("code", f"{given!r} is no code", "write 1 to 64 letters, digits, _ or -, such as 国庆满减50")
    return given


def _one_of(form: Mapping[str, Any], field: str, known: type[Kind] | type[Stacking]) -> Any:
    given = form.get(field)
    if given not in {each.value for each in known}:
        what = f"{given!r} is none of those there are" if given else "is missing"
        raise Invalid(field, what, f"write one of {', '.join(known)}")
    return known(given)


def _words(form: Mapping[str, Any], field: str, longest: int, *, required: bool = False) -> str:
    given = form.get(field, "")
    if not isinstance(given, str) or len(given) > longest or "\x00" in given:
        raise Invalid(field, f"is no text of at most {longest} characters", "shorten it")
    if required and not given.strip():
        raise Invalid(field, "is missing", "write what customers read")
    return given.strip()


def _fen(form: Mapping[str, Any], field: str, *, required: bool = False) -> int:
    if field not in form:
        if required:
            raise Invalid(field, "is missing", "write an amount in yuan")
        return 0
    amount = read_yuan(field, form[field])
    if amount <= 0:
        raise Invalid(field, "is nothing", "write more than 0, or leave it out")
    return amount


def _whole(form: Mapping[str, Any], field: str, least: int, most: int, *, required: bool = False) -> int:
    given = form.get(field)
    if given is None and not required:
        return 0
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        what = "is missing" if given is None else f"{given!r} is no whole number from {least} to {most}"
        raise Invalid(field, what, f"write a whole number from {least} to {most}")
    return given


def _day(form: Mapping[str, Any], field: str) -> date | None:
    given = form.get(field)
    if given is None:
        return None
    try:
        return given if type(given) is date else date.fromisoformat(given)
    except (TypeError, ValueError):
        raise Invalid(field, f"{given!r} is no day", "write YYYY-MM-DD") from None


def _hours(given: object) -> tuple[time | None, time | None]:
    if given is None:
        return None, None
    found = _CLOCK.fullmatch(given) if isinstance(given, str) else None
    if found is None or found[1] + found[2] == found[3] + found[4]:
        raise Invalid("hours", f"{given!r} is no span of hours", "write HH:MM-HH:MM, such as 10:00-14:00")
    first, second = (time(int(found[at]), int(found[at + 1])) for at in (1, 3))
    return first, second


def _weekdays(given: object) -> tuple[int, ...]:
    if not isinstance(given, list) or any(type(day) is not int or not 1 <= day <= 7 for day in given):
        raise Invalid("weekdays", f"{given!r} is no list of days", "write numbers from 1 (Monday) to 7, such as [6, 7]")
    return tuple(sorted(set(given)))


def _list(form: Mapping[str, Any], field: str) -> tuple[str, ...]:
    given = form.get(field, [])
    if not isinstance(given, list) or any(not isinstance(each, str) or not each.strip() for each in given):
        raise Invalid(field, f"{given!r} is no list of texts", 'write ["…", "…"]')
    return tuple(dict.fromkeys(each.strip() for each in given))


def _flag(form: Mapping[str, Any], field: str) -> bool:
    given = form.get(field, False)
    if not isinstance(given, bool):
        raise Invalid(field, f"{given!r} is neither true nor false", "write true or false")
    return given


def _url(form: Mapping[str, Any]) -> str:
    given = _words(form, "picture_url", 500)
    if given and not given.startswith("https://"):
        raise Invalid("picture_url", f"{given!r} is no https address", "WeChat shows no others")
    return given


def _yuan(fen: int) -> int | str:
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02}" if rest else whole


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
