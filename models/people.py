"""Who: customers, the identities WeChat knows them by, what they agreed to, where they follow."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.accounts import Crs
from core.cells import key_of


class Purpose(StrEnum):
    """What a person may consent to."""

    MARKETING = "marketing"
    LOCATION = "location"


class Customer(Model):
    """A person. Attributes are what the person is, unknown is empty, never guessed.

    ``time_zone`` is an IANA name, empty for the brand's own.
    """

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField()
    name = fields.CharField(max_length=64, default="")
    gender = fields.CharField(max_length=8, default="")
    birthday = fields.CharField(max_length=16, default="")
    city = fields.CharField(max_length=64, default="")
    time_zone = fields.CharField(max_length=64, default="")
    member_no = fields.CharField(max_length=64, null=True, unique=True)
    phone_cipher = fields.TextField(default="")
    phone_hash = fields.CharField(max_length=64, null=True, unique=True)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "customer"


class Identity(Model):
    """One openid of one app, all that WeChat gives. ``unionid`` may come late."""

    id = fields.BigIntField(primary_key=True)
    app_id = fields.CharField(max_length=64)
    openid = fields.CharField(max_length=128)
    unionid = fields.CharField(max_length=128, null=True, db_index=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.RESTRICT, related_name="identities"
    )
    customer_id: int
    created_at = fields.DatetimeField()
    unionid_checked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity"
        indexes = (("customer_id",),)
        unique_together = (("app_id", "openid"),)


class Merge(Model):
    """Two customers found to be one person: who was folded into whom, when and on what evidence."""

    id = fields.BigIntField(primary_key=True)
    kept: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="merged"
    )
    kept_id: int
    folded_id = fields.BigIntField()
    evidence = fields.CharField(max_length=64)
    at = fields.DatetimeField()

    class Meta:
        table = "customer_merge"


class Following(Model):
    """One stretch of following one account. ``open_slot`` is the identity id while it lasts, so only one is open."""

    id = fields.BigIntField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "models.Identity", on_delete=fields.CASCADE, related_name="followings"
    )
    identity_id: int
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)
    source = fields.CharField(max_length=64, default="")
    open_slot = fields.BigIntField(null=True, unique=True)
    erase_due_at = fields.DatetimeField(null=True, db_index=True)

    class Meta:
        table = "following"
        indexes = (("identity_id",),)


class Consent(Model):
    """Ledger of what a person agreed to or withdrew, the newest line of a purpose holds. Append-only."""

    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", on_delete=fields.CASCADE, related_name="consents"
    )
    customer_id: int
    purpose = fields.CharEnumField(Purpose, max_length=16)
    is_granted = fields.BooleanField()
    text_version = fields.CharField(max_length=32)
    channel = fields.CharField(max_length=32)
    interaction_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "consent"
        indexes = (("customer_id", "purpose"),)


class Place(Model):
    """Where a person last was, as a coarse cell's centre, only with consent, and only until it expires.

    ``cell`` is the key of centre and crs (core/cells.py), by which an index finds who is near.
    """

    id = fields.BigIntField(primary_key=True)
    customer: fields.OneToOneRelation[Customer] = fields.OneToOneField(
        "models.Customer", on_delete=fields.CASCADE, related_name="place"
    )
    customer_id: int
    latitude = fields.FloatField()
    longitude = fields.FloatField()
    crs = fields.CharField(max_length=8)
    cell = fields.BigIntField(db_index=True)
    accuracy_m = fields.FloatField()
    source = fields.CharField(max_length=32)
    captured_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "place"

    async def save(self, *args: Any, **columns: Any) -> None:
        self.cell = key_of(self.latitude, self.longitude, Crs(self.crs))
        await super().save(*args, **columns)


class Profile(Model):
    """Counters projected from the journal, one row an identity, added up for a person."""

    identity: fields.OneToOneRelation[Identity] = fields.OneToOneField(
        "models.Identity", on_delete=fields.CASCADE, primary_key=True, related_name="profile"
    )
    identity_id: int
    messages = fields.IntField(default=0)
    events = fields.IntField(default=0)
    first_at = fields.DatetimeField()
    last_at = fields.DatetimeField()
    last_message_at = fields.DatetimeField(null=True)

    class Meta:
        table = "profile"
