"""The journal: one durable row for everything a customer says or does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.indexes import PartialIndex
from tortoise.models import Model

from core.ports import InteractionState

if TYPE_CHECKING:
    from models.people import Identity


class Interaction(Model):
    """One push, what it said (coarse where it is a place), what became of it, and what it was answered.

    ``message_key`` is unique with ``occurred_at`` (WeChat's CreateTime), by which the table may be partitioned.
    ``lease_until`` is set while a process works on a row it has stored as received.
    """

    id = fields.BigIntField(primary_key=True)
    message_key = fields.CharField(max_length=32)
    app_id = fields.CharField(max_length=64)
    identity: fields.ForeignKeyNullableRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", null=True, on_delete=fields.RESTRICT, related_name="interactions", db_index=False
    )
    identity_id: int | None
    kind = fields.CharField(max_length=128)
    occurred_at = fields.DatetimeField()
    received_at = fields.DatetimeField()
    fields_: fields.Field[dict[str, object]] = fields.JSONField(source_field="fields")
    reply: fields.Field[dict[str, str] | None] = fields.JSONField(null=True)
    state = fields.CharEnumField(InteractionState, max_length=16)
    reason = fields.CharField(max_length=128, default="")
    handler = fields.CharField(max_length=64, default="")
    attempts = fields.SmallIntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    is_projected = fields.BooleanField(default=False)

    class Meta:
        table = "interaction"
        unique_together = (("message_key", "occurred_at"),)
        indexes = (
            PartialIndex(fields=("identity_id",), name="interaction_unfinished", condition={"state": "received"}),
            PartialIndex(fields=("id",), name="interaction_unprojected", condition={"is_projected": False}),
            ("identity_id", "occurred_at"),
        )
