"""What the house itself must remember: who did what, which process leads, what changed, how far an import came."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Audit(Model):
    """Who changed or saw what. ``subject`` names a row (``customer:12``), never a person."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    actor = fields.CharField(max_length=64)
    action = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=64)
    detail: fields.Field[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "audit"


class Lease(Model):
    """Who holds a job that one process at a time may do, ``fence`` grows with each new holder."""

    name = fields.CharField(max_length=64, primary_key=True)
    holder = fields.CharField(max_length=64)
    fence = fields.IntField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "lease"


class Revision(Model):
    """A counter per cached matter (``stores``, ``keyword_replies`` …): when it moves, every process reloads."""

    name = fields.CharField(max_length=64, primary_key=True)
    number = fields.IntField(default=0)

    class Meta:
        table = "revision"


class AccessToken(Model):
    """The shared access token of one app, encrypted."""

    app_id = fields.CharField(max_length=64, primary_key=True)
    token_cipher = fields.TextField()
    fetched_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "access_token"


class KeywordReply(Model):
    """Words HQ configured for words a customer sends, ``match`` is ``exact`` or ``contains``."""

    id = fields.BigIntField(primary_key=True)
    keyword = fields.CharField(max_length=64)
    match = fields.CharField(max_length=16)
    reply = fields.TextField()

    class Meta:
        table = "keyword_reply"
        unique_together = (("keyword", "match"),)


class FollowerImport(Model):
    """How far the import of an account's existing followers came."""

    app_id = fields.CharField(max_length=64, primary_key=True)
    next_openid = fields.CharField(max_length=128, default="")
    imported = fields.IntField(default=0)
    is_listed = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "follower_import"
