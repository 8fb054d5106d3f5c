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
    """A tag on a person. ``score`` is its worth at ``last_at`` and halves with the group's half-life.

    ``is_held`` is whether it was gained by then and not lost again, ``since`` when it was gained last.
    """

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
    is_held = fields.BooleanField(default=True)
    since = fields.DatetimeField()
    last_at = fields.DatetimeField()
    lexicon_version = fields.CharField(max_length=16, default="")

    class Meta:
        table = "customer_tag"
        unique_together = (("customer_id", "tag_id", "kind"),)


class TagEvidence(Model):
    """One place in one message that speaks for a tag, or against it. Offsets count characters of the message.

    ``weight`` is what it counts: the tag's weight times what ``because`` names (``strong``, ``asked`` …, parted by
    blanks). ``subject`` is the person it is said of where that is not the customer (``妈妈``).
    """

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
    subject = fields.CharField(max_length=32, default="")
    because = fields.CharField(max_length=64, default="")

    class Meta:
        table = "tag_evidence"
        unique_together = (("interaction_id", "tag_id", "start"),)
        indexes = (("identity_id", "tag_id"),)


class TagRemoval(Model):
    """An automatic tag somebody took off a person: evidence up to ``removed_at`` no longer counts."""

    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="tag_removals"
    )
    customer_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", on_delete=fields.RESTRICT, related_name="removals"
    )
    tag_id: int
    removed_at = fields.DatetimeField()
    removed_by = fields.CharField(max_length=64)
    reason = fields.CharField(max_length=128, default="")

    class Meta:
        table = "tag_removal"
        unique_together = (("customer_id", "tag_id"),)


class StatedAttribute(Model):
    """A measure a customer stated: ``name`` is one of the kinds of measure, ``value`` as a card shows it.

    ``low`` and ``high`` bound it in ``unit`` where it is a number; one side open is null. ``subject`` as in evidence.
    """

    id = fields.BigIntField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="stated_attributes"
    )
    identity_id: int
    interaction: fields.ForeignKeyRelation[Interaction] = fields.ForeignKeyField(
        "models.Interaction", on_delete=fields.CASCADE, related_name="stated_attributes"
    )
    interaction_id: int
    at = fields.DatetimeField()
    start = fields.IntField()
    end = fields.IntField()
    name = fields.CharField(max_length=32)
    value = fields.CharField(max_length=32)
    low = fields.FloatField(null=True)
    high = fields.FloatField(null=True)
    unit = fields.CharField(max_length=16, default="")
    subject = fields.CharField(max_length=32, default="")

    class Meta:
        table = "stated_attribute"
        unique_together = (("interaction_id", "name", "start"),)
        indexes = (("identity_id",),)


class MessageReading(Model):
    """What a message wants and in which mood, where that is more than nothing.

    Each piece of evidence is ``{"of": intent or mood, "start": …, "end": …, "keyword": …}``.
    """

    id = fields.BigIntField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="readings"
    )
    identity_id: int
    interaction: fields.ForeignKeyRelation[Interaction] = fields.ForeignKeyField(
        "models.Interaction", on_delete=fields.CASCADE, related_name="readings"
    )
    interaction_id: int
    at = fields.DatetimeField()
    intents: fields.Field[list[str]] = fields.JSONField()
    mood = fields.CharField(max_length=16)
    evidence: fields.Field[list[dict[str, object]]] = fields.JSONField()

    class Meta:
        table = "message_reading"
        unique_together = (("interaction_id",),)
        indexes = (("identity_id",),)


class LexiconEdition(Model):
    """One edition of the lexicon, the newest is live everywhere. ``content`` is the whole of it, as its file has it."""

    id = fields.BigIntField(primary_key=True)
    version = fields.CharField(max_length=16)
    content: fields.Field[dict[str, object]] = fields.JSONField()
    made_at = fields.DatetimeField()
    made_by = fields.CharField(max_length=64)
    note = fields.CharField(max_length=128, default="")

    class Meta:
        table = "lexicon_edition"
