"""Coupon templates where they are kept: added, changed while that is safe, published, paused, ended, audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.transactions import in_transaction

from campaigns.coupons.offers.template_form import Offer, form_of, read_offer
from campaigns.coupons.shops import check_places
from campaigns.coupons.terms import from_json, to_json
from core.errors import Invalid, Missing
from customers.audit import note
from models import CouponTemplate, TemplateState
from models.dialect.coupons import lock_templates
from models.dialect.locks import lock_word
from models.revisions import bump

REVISION = "coupon_templates"
SAFE = frozenset({"stock", "budget", "words", "picture_url", "title"})
"""What may still be changed when copies have been given: a copy keeps the terms it was given under."""

_STEPS = {
    "publish": ({TemplateState.DRAFT, TemplateState.PAUSED}, TemplateState.PUBLISHED),
    "pause": ({TemplateState.PUBLISHED}, TemplateState.PAUSED),
    "end": ({TemplateState.DRAFT, TemplateState.PUBLISHED, TemplateState.PAUSED}, TemplateState.ENDED),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A template as it stands."""

    offer: Offer
    state: TemplateState
    state_reason: str
    issued: int
    exposure_fen: int


async def list_templates() -> list[Stored]:
    """Every template, by code."""
    return [_stored(row) for row in await CouponTemplate.all().order_by("code")]


async def get_template(code: str) -> Stored:
    """The template of that code. Raises ``Missing``."""
    return _stored(await _get(code))


async def find_template(code: str) -> Stored | None:
    """The template of that code, if there is one."""
    row = await CouponTemplate.get_or_none(code=code)
    return _stored(row) if row else None


async def add_template(form: Mapping[str, Any], actor: str, at: datetime) -> Stored:
    """Keeps a new offer as a draft. Raises ``Invalid``."""
    offer = read_offer(form)
    async with in_transaction():
        await lock_word(REVISION)
        await check_places(offer.terms.stores, offer.terms.regions)
        if await CouponTemplate.exists(code=offer.code):
            raise Invalid("code", f"there is a template {offer.code!r} already", "choose another, or use coupon set")
        row = await CouponTemplate.create(
            code=offer.code, state=TemplateState.DRAFT, created_at=at, updated_at=at, **_columns(offer)
        )
        await _note("coupon.add", row, actor, at, offer=form_of(offer))
    return _stored(row)


async def set_template(code: str, changes: Mapping[str, Any], actor: str, at: datetime) -> list[str]:
    """Replaces these fields; returns those that differ now. Once copies are given only ``SAFE`` ones may change.

    Raises ``Missing`` and ``Invalid``.
    """
    async with in_transaction():
        row = await _hold(code)
        before = form_of(_stored(row).offer)
        offer = read_offer({**before, **changes})
        await check_places(offer.terms.stores, offer.terms.regions)
        after = form_of(offer)
        differing = [field for field in {**before, **after} if before.get(field) != after.get(field)]
        _refuse_unsafe(row, offer, differing)
        if differing:
            await CouponTemplate.filter(id=row.id).update(updated_at=at, **_columns(offer))
            was, now = ({field: form.get(field) for field in differing} for form in (before, after))
            await _note("coupon.set", row, actor, at, was=was, now=now)
    return differing


async def step_template(code: str, step: str, reason: str, actor: str, at: datetime) -> TemplateState:
    """``publish``, ``pause`` or ``end``. Raises ``Missing``, and ``Invalid`` where the state does not allow it."""
    allowed, becomes = _STEPS[step]
    async with in_transaction():
        row = await _hold(code)
        if row.state not in allowed:
            raise Invalid("state", f"{code} is {row.state}", f"{step} takes one that is {' or '.join(sorted(allowed))}")
        begins, ends = _stored(row).offer.terms.span(at)
        if becomes is TemplateState.PUBLISHED and ends <= max(begins, at):
            what = "a copy taken now could never be used"
            raise Invalid("valid_until", what, "write a later day, or a smaller starts_after_days")
        await CouponTemplate.filter(id=row.id).update(
            state=becomes, state_reason=reason[:128] if becomes is not TemplateState.PUBLISHED else "", updated_at=at
        )
        await _note(f"coupon.{step}", row, actor, at, reason=reason)
    return becomes


def _refuse_unsafe(row: CouponTemplate, offer: Offer, differing: list[str]) -> None:
    if "code" in differing:
        raise Invalid("code", f"is {row.code} for good", "end this template and add another")
    if row.state is TemplateState.ENDED and differing:
        raise Invalid("state", f"{row.code} has ended", "add another template")
    unsafe = [field for field in differing if field not in SAFE]
    if row.issued and unsafe:
        what = f"{row.issued} copies were given under it"
        raise Invalid(unsafe[0], what, f"change only {', '.join(sorted(SAFE))}, or end it and add another")
    if offer.stock < row.issued:
        raise Invalid("stock", f"{row.issued} copies are given already", f"write at least {row.issued}")
    if offer.budget_fen is not None and offer.budget_fen < row.exposure_fen:
        raise Invalid("budget", f"{row.exposure_fen / 100:.2f} yuan are promised already", "write at least that")


async def _hold(code: str) -> CouponTemplate:
    """The template, its row locked: nobody gives copies meanwhile."""
    await lock_word(REVISION)
    await lock_templates({code})
    return await _get(code)


async def _get(code: str) -> CouponTemplate:
    row = await CouponTemplate.get_or_none(code=code)
    if row is None:
        raise Missing(f"there is no coupon template {code!r}: coupon list shows those there are")
    return row


async def _note(action: str, row: CouponTemplate, actor: str, at: datetime, **detail: object) -> None:
    await bump(REVISION)
    await note(action, f"coupon_template:{row.id}", at, actor, code=row.code, **detail)


def _stored(row: CouponTemplate) -> Stored:
    offer = Offer(row.code, from_json(row.terms), row.stock, row.budget_fen)
    return Stored(offer, row.state, row.state_reason, row.issued, row.exposure_fen)


def _columns(offer: Offer) -> dict[str, Any]:
    return {
        "terms": to_json(offer.terms),
        "stock": offer.stock,
        "worth_fen": offer.terms.most_fen,
        "budget_fen": offer.budget_fen,
    }
