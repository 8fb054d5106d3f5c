"""What HQ configures to be said, and each time it was due."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class OccurrenceState(StrEnum):
    """open → done | skipped."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


class Occurrence(Model):
    """One fire of a schedule, unique by schedule and the moment it was for, whoever wrote it and however late.

    ``cursor`` is the last customer planned for, so that a process that takes over goes on there.
    """

    id = fields.BigIntField(primary_key=True)
    schedule = fields.CharField(max_length=96)
    fire_at = fields.DatetimeField()
    state = fields.CharEnumField(OccurrenceState, max_length=16)
    reason = fields.CharField(max_length=128, default="")
    created_at = fields.DatetimeField()
    created_by = fields.CharField(max_length=64)
    closed_at = fields.DatetimeField(null=True)
    cursor = fields.BigIntField(default=0)
    planned = fields.IntField(default=0)
    refused = fields.IntField(default=0)

    class Meta:
        table = "occurrence"
        unique_together = (("schedule", "fire_at"),)
        indexes = (("state",),)


class CareRule(Model):
    """A care rule as HQ configured it. ``kind`` names its file in ``campaigns/care/``.

    ``at`` is the time of day ``HH:MM`` in the brand's zone, ``options`` the ways it may go, most wanted first, their
    words as templates, ``settings`` what its kind asks for (days, festival …).
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=64, unique=True)
    kind = fields.CharField(max_length=32)
    is_on = fields.BooleanField(default=False)
    contact_class = fields.CharField(max_length=16)
    account = fields.CharField(max_length=32)
    at = fields.CharField(max_length=5)
    options: fields.Field[list[dict[str, object]]] = fields.JSONField()
    settings: fields.Field[dict[str, object]] = fields.JSONField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "care_rule"
