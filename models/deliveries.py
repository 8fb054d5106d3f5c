"""Everything that leaves: one row a message and person, and what limits it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

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

    ``options`` are the ways it may go, most wanted first: ``[{"channel", "payload"}, …]``, ``channel`` is the one
    chosen, at first the first. ``fence`` grows with each claim, so a process that lost its lease cannot close a row
    another has taken. ``started_at`` is set, committed, before the first byte leaves and taken back only where that
    surely reached nobody: with it WeChat may have the message. ``taken`` is what the send took from limited stocks.
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
    options: fields.Field[list[dict[str, Any]]] = fields.JSONField()
    contact_class = fields.CharField(max_length=16, default="service")
    state = fields.CharEnumField(DeliveryState, max_length=16)
    reason = fields.CharField(max_length=128, default="")
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    claimed_by = fields.CharField(max_length=64, default="")
    fence = fields.IntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    taken: fields.Field[dict[str, object]] = fields.JSONField(default=dict)
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


class GrantEntry(Model):
    """Ledger of a stock of grants: each change, what is left after it and what caused it. Append-only."""

    id = fields.BigIntField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="grant_entries"
    )
    identity_id: int
    template_id = fields.CharField(max_length=128)
    change = fields.IntField()
    stock_after = fields.IntField()
    reason = fields.CharField(max_length=32)
    interaction_id = fields.BigIntField(null=True)
    delivery_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "grant_entry"
        indexes = (("identity_id", "template_id"),)


class MessageWindow(Model):
    """How many customer-service messages went out since the act that opened the window.

    ``kind`` is ``message`` or ``act``, ``opened_by`` the journal row of the customer's newest such act: a newer one
    begins the count again.
    """

    id = fields.BigIntField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="windows"
    )
    identity_id: int
    kind = fields.CharField(max_length=16)
    opened_by = fields.BigIntField()
    used = fields.SmallIntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "message_window"
        unique_together = (("identity_id", "kind"),)


class ContactSlot(Model):
    """One of the few messages of a class a person may get in a stretch of days, taken until that long after it."""

    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="contact_slots"
    )
    customer_id: int
    contact_class = fields.CharField(max_length=16)
    slot = fields.SmallIntField()
    taken_until = fields.DatetimeField()
    delivery_id = fields.BigIntField(null=True)

    class Meta:
        table = "contact_slot"
        unique_together = (("customer_id", "contact_class", "slot"),)


class ApiQuota(Model):
    """Calls of one API on one day (China time), counted by us. ``stopped_until`` is what WeChat's refusals told."""

    id = fields.BigIntField(primary_key=True)
    app_id = fields.CharField(max_length=64)
    api = fields.CharField(max_length=64)
    day = fields.DateField()
    used = fields.IntField(default=0)
    daily_limit = fields.IntField(null=True)
    stopped_until = fields.DatetimeField(null=True)

    class Meta:
        table = "api_quota"
        unique_together = (("app_id", "api", "day"),)


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
