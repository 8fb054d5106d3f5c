"""How guides and customers meet: scenes on QR codes, bindings, tasks."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.coupons import CouponTemplate
    from models.organisation import Staff, Store
    from models.people import Customer


class BindingKind(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    SNOOZED = "snoozed"
    NOT_SUITABLE = "not_suitable"
    LAPSED = "lapsed"


class Scene(Model):
    """What a QR code carries: ``scene`` is the scene_str of WeChat, 1 to 64 characters.

    It is the code of a guide, or hangs in the window of a store, there perhaps with a coupon template to give at once:
    one of ``guide`` and ``store`` is set, ``template`` only beside ``store``.
    """

    id = fields.BigIntField(primary_key=True)
    app_id = fields.CharField(max_length=64)
    scene = fields.CharField(max_length=64)
    guide: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="scenes"
    )
    guide_id: int | None
    store: fields.ForeignKeyNullableRelation[Store] = fields.ForeignKeyField(
        "models.Store", null=True, on_delete=fields.RESTRICT, related_name="scenes"
    )
    store_id: int | None
    template: fields.ForeignKeyNullableRelation[CouponTemplate] = fields.ForeignKeyField(
        "models.CouponTemplate", null=True, on_delete=fields.RESTRICT, related_name="scenes"
    )
    template_id: int | None
    ticket = fields.CharField(max_length=255, default="")
    url = fields.CharField(max_length=255, default="")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "scene"
        unique_together = (("app_id", "scene"),)


class Binding(Model):
    """A customer served by a guide for a stretch of time, append-only but for its end.

    ``primary_slot`` is the customer's id while this is the active primary binding: unique, so there is one at most.
    """

    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="bindings"
    )
    customer_id: int
    guide: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", on_delete=fields.RESTRICT, related_name="bindings"
    )
    guide_id: int
    store: fields.ForeignKeyNullableRelation[Store] = fields.ForeignKeyField(
        "models.Store", null=True, on_delete=fields.RESTRICT, related_name="bindings"
    )
    store_id: int | None
    kind = fields.CharEnumField(BindingKind, max_length=16)
    source = fields.CharField(max_length=32)
    reason = fields.CharField(max_length=255)
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)
    protected_until = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=255, default="")
    interaction_id = fields.BigIntField(null=True)
    primary_slot = fields.BigIntField(null=True, unique=True)

    class Meta:
        table = "binding"
        indexes = (("guide_id", "until"), ("customer_id",))


class Task(Model):
    """Something a guide is asked to do for a customer. ``open_key`` is unique while it is open: asked only once."""

    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="tasks"
    )
    customer_id: int
    guide: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.SET_NULL, related_name="tasks"
    )
    guide_id: int | None
    kind = fields.CharField(max_length=32)
    state = fields.CharEnumField(TaskState, max_length=16)
    reason = fields.CharField(max_length=255)
    interaction_id = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    open_key = fields.CharField(max_length=64, null=True, unique=True)

    class Meta:
        table = "task"
        indexes = (("guide_id", "state"), ("customer_id",))
