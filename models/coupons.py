"""Coupons: what HQ offers, each copy given, and the ledger from which every copy's state follows."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.indexes import PartialIndex
from tortoise.models import Model

if TYPE_CHECKING:
    from models.people import Customer


class TemplateState(StrEnum):
    """draft → published ⇄ paused → ended."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    ENDED = "ended"


class CouponState(StrEnum):
    """issued ⇄ locked → redeemed → reversed, which may be used again. Whatever is not redeemed may end otherwise."""

    ISSUED = "issued"
    LOCKED = "locked"
    REDEEMED = "redeemed"
    REVERSED = "reversed"
    EXPIRED = "expired"
    VOIDED = "voided"


class CouponEvent(StrEnum):
    """What happened to a copy."""

    ISSUED = "issued"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    REDEEMED = "redeemed"
    REVERSED = "reversed"
    EXPIRED = "expired"
    VOIDED = "voided"


class CouponTemplate(Model):
    """One offer. ``terms`` are its rules as its file has them, ``worth_fen`` the most one copy can cost.

    ``issued`` counts copies given. ``exposure_fen`` is what they can cost yet: the worth of each copy that is open,
    what was really taken off for each redeemed, nothing for those that expired or were voided.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=64, unique=True)
    state = fields.CharEnumField(TemplateState, max_length=16)
    state_reason = fields.CharField(max_length=128, default="")
    terms: fields.Field[dict[str, object]] = fields.JSONField()
    stock = fields.IntField()
    issued = fields.IntField(default=0)
    worth_fen = fields.BigIntField()
    budget_fen = fields.BigIntField(null=True)
    exposure_fen = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "coupon_template"


class Coupon(Model):
    """One copy given. Its code is stored sealed, and found by ``code_hash``: the table alone lets nobody redeem.

    ``slot`` numbers a customer's copies of a template from 0. ``discount_fen`` is what a redemption took off.
    """

    id = fields.BigIntField(primary_key=True)
    template: fields.ForeignKeyRelation[CouponTemplate] = fields.ForeignKeyField(
        "models.CouponTemplate", on_delete=fields.RESTRICT, related_name="coupons"
    )
    template_id: int
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.RESTRICT, related_name="coupons"
    )
    customer_id: int
    slot = fields.IntField()
    code_hash = fields.CharField(max_length=64, unique=True)
    code_cipher = fields.TextField()
    state = fields.CharEnumField(CouponState, max_length=16)
    source = fields.CharField(max_length=80)
    issued_at = fields.DatetimeField()
    valid_from = fields.DatetimeField()
    valid_until = fields.DatetimeField()
    locked_until = fields.DatetimeField(null=True)
    lock_key = fields.CharField(max_length=64, default="")
    redeemed_at = fields.DatetimeField(null=True)
    store_code = fields.CharField(max_length=64, default="")
    order_no = fields.CharField(max_length=64, default="")
    discount_fen = fields.BigIntField(default=0)

    class Meta:
        table = "coupon"
        unique_together = (("template_id", "customer_id", "slot"),)
        indexes = (
            ("customer_id", "state"),
            ("state", "valid_until"),
            PartialIndex(fields=("order_no",), name="coupon_redeemed_order", condition={"state": "redeemed"}),
        )


class CouponEntry(Model):
    """One line of the ledger. Append-only, ``by`` names who did it: the customer, a colleague, or the clock."""

    id = fields.BigIntField(primary_key=True)
    coupon: fields.ForeignKeyRelation[Coupon] = fields.ForeignKeyField(
        "models.Coupon", on_delete=fields.CASCADE, related_name="entries"
    )
    coupon_id: int
    event = fields.CharEnumField(CouponEvent, max_length=16)
    at = fields.DatetimeField()
    by = fields.CharField(max_length=64)
    detail: fields.Field[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "coupon_entry"
        indexes = (("coupon_id",),)


class CouponCall(Model):
    """The first answer to each idempotency key, which every repeat gets again."""

    key = fields.CharField(max_length=96, primary_key=True)
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", null=True, on_delete=fields.CASCADE, related_name="coupon_calls"
    )
    customer_id: int | None
    at = fields.DatetimeField(db_index=True)
    answer: fields.Field[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "coupon_call"
        indexes = (("customer_id",),)


class CouponBlock(Model):
    """A person who may take no coupons: why, since when, and who lifted it. ``until`` null holds until lifted."""

    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="coupon_blocks"
    )
    customer_id: int
    reason = fields.CharField(max_length=128)
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)
    by = fields.CharField(max_length=64)
    lifted_at = fields.DatetimeField(null=True)
    lifted_by = fields.CharField(max_length=64, default="")

    class Meta:
        table = "coupon_block"
        indexes = (("customer_id",),)


class CouponPace(Model):
    """How often a scene or a store gave or took copies lately. Who counts holds its row until the commit.

    ``word`` is ``scene:<name>``, ``store:<code>`` (copies given) or ``till:<code>`` (copies redeemed), ``recent`` maps
    unix seconds to copies. Until ``lifted_until`` a colleague lets it go faster than the setting.
    """

    word = fields.CharField(max_length=80, primary_key=True)
    recent: fields.Field[dict[str, int]] = fields.JSONField()
    lifted_until = fields.DatetimeField(null=True)

    class Meta:
        table = "coupon_pace"
