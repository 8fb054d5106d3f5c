"""Tags: what we add to a person, each with the words that caused it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.journal import Interaction
    from models.people import Customer, Identity


class TagKind(StrEnum):
    MANUAL = "manual"
    AUTOMATIC = "automatic"


class Tag(Model):
    """One tag of one group, as it appears on cards."""

    id = fields.BigIntField(primary_key=True)
    group = fields.CharField(max_length=64)
    name = fields.CharField(max_length=64)

    class Meta:
        table = "tag"
        unique_together = (("group", "name"),)


class CustomerTag(Model):
    """A tag on a person. ``score`` is its worth at ``last_at`` and halves with the group's half-life."""

    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="tags"
    )
    customer_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", on_delete=fields.RESTRICT, related_name="customers"
    )
    tag_id: int
    kind = fields.CharEnumField(TagKind, max_length=16)
    score = fields.FloatField()
    since = fields.DatetimeField()
    last_at = fields.DatetimeField()
    lexicon_version = fields.CharField(max_length=16, default="")

    class Meta:
        table = "customer_tag"
        unique_together = (("customer_id", "tag_id", "kind"),)


class TagEvidence(Model):
    """One place in one message that speaks for a tag, or against it. Offsets count characters of the message."""

    id = fields.BigIntField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="tag_evidence"
    )
    identity_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", on_delete=fields.RESTRICT, related_name="evidence"
    )
    tag_id: int
    interaction: fields.ForeignKeyRelation[Interaction] = fields.ForeignKeyField(
        "models.Interaction", on_delete=fields.CASCADE, related_name="tag_evidence"
    )
    interaction_id: int
    at = fields.DatetimeField()
    start = fields.IntField()
    end = fields.IntField()
    keyword = fields.CharField(max_length=64)
    is_negated = fields.BooleanField()
    weight = fields.FloatField()

    class Meta:
        table = "tag_evidence"
        unique_together = (("interaction_id", "tag_id", "start"),)
        indexes = (("identity_id", "tag_id"),)
