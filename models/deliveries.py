"""Everything that leaves: one row a message and person, and what limits it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.people import Customer, Identity


class DeliveryState(StrEnum):
    """planned → claimed → sent → confirmed | failed | suppressed | unknown (accepted: part of a batch call)."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


class Delivery(Model):
    """One message planned for one person, unique by what caused it.

    ``fence`` grows with each claim, so a process that lost its lease cannot close a row another has taken.
    ``is_started`` is set, committed, before the first byte leaves: a row whose lease ends after that is unknown.
    """

    id = fields.BigIntField(primary_key=True)
    occurrence = fields.CharField(max_length=128)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="deliveries"
    )
    customer_id: int
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="deliveries"
    )
    identity_id: int
    interaction_id = fields.BigIntField(null=True)
    app_id = fields.CharField(max_length=64)
    channel = fields.CharField(max_length=32)
    payload: fields.Field[dict[str, object]] = fields.JSONField()
    state = fields.CharEnumField(DeliveryState, max_length=16)
    reason = fields.CharField(max_length=128, default="")
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    claimed_by = fields.CharField(max_length=64, default="")
    fence = fields.IntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    is_started = fields.BooleanField(default=False)
    attempts = fields.SmallIntField(default=0)
    closed_at = fields.DatetimeField(null=True)
    wechat_id = fields.CharField(max_length=64, default="")
    trail: fields.Field[list[dict[str, object]]] = fields.JSONField()

    class Meta:
        table = "delivery"
        unique_together = (("occurrence", "customer_id"),)
        indexes = (("state", "due_at"), ("customer_id",), ("identity_id",))


class SubscriptionGrant(Model):
    """How many subscription notices of one template a person has left to receive, one accept buys one."""

    id = fields.BigIntField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="grants"
    )
    identity_id: int
    template_id = fields.CharField(max_length=128)
    stock = fields.IntField(default=0)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "subscription_grant"
        unique_together = (("identity_id", "template_id"),)


class FailedCall(Model):
    """A call to WeChat that failed, for operators: cause and remedy, no personal data."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    app_id = fields.CharField(max_length=64)
    api = fields.CharField(max_length=64)
    code = fields.IntField()
    detail = fields.CharField(max_length=255)

    class Meta:
        table = "failed_call"
