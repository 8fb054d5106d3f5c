"""The answers HQ keeps for what customers ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from tortoise.fields.relational import ReverseRelation


class StoredAnswer(Model):
    """One answer. ``stores`` are the codes of the stores it is good for, empty for all, the days are the brand's.

    ``valid_until`` is the last day it holds.
    """

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=64, unique=True)
    answer = fields.TextField()
    valid_from = fields.DateField(null=True)
    valid_until = fields.DateField(null=True)
    stores: fields.Field[list[str]] = fields.JSONField()
    updated_at = fields.DatetimeField()
    questions: ReverseRelation[StoredQuestion]

    class Meta:
        table = "stored_answer"


class StoredQuestion(Model):
    """One way customers ask for an answer."""

    id = fields.BigIntField(primary_key=True)
    answer: fields.ForeignKeyRelation[StoredAnswer] = fields.ForeignKeyField(
        "models.StoredAnswer", on_delete=fields.CASCADE, related_name="questions"
    )
    answer_id: int
    position = fields.IntField()
    question = fields.CharField(max_length=255)

    class Meta:
        table = "stored_question"
        unique_together = (("answer_id", "position"),)
