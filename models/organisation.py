"""Who serves: the organisation as a tree, its stores, its staff."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class OrganisationKind(StrEnum):
    BRAND = "brand"
    REGION = "region"
    STORE = "store"


class StaffRole(StrEnum):
    GUIDE = "guide"
    MANAGER = "manager"
    HQ = "hq"


class Organisation(Model):
    """A node of the tree: the brand, a region, a store. ``path`` is the ids from the root, ``/1/4/9/``."""

    id = fields.BigIntField(primary_key=True)
    parent: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name="children"
    )
    parent_id: int | None
    kind = fields.CharEnumField(OrganisationKind, max_length=16)
    code = fields.CharField(max_length=64)
    name = fields.CharField(max_length=128)
    path = fields.CharField(max_length=255, default="", db_index=True)

    class Meta:
        table = "organisation"
        unique_together = (("kind", "code"),)


class Store(Model):
    """A shop: one leaf of the tree with its place and its hours. Coordinates are null where nobody knows them."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.OneToOneRelation[Organisation] = fields.OneToOneField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="store"
    )
    organisation_id: int
    code = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=128)
    city = fields.CharField(max_length=64, default="")
    address = fields.CharField(max_length=255, default="")
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    crs = fields.CharField(max_length=8, default="")
    phone = fields.CharField(max_length=64, default="")
    opening_hours = fields.CharField(max_length=255, default="")

    class Meta:
        table = "store"


class Staff(Model):
    """A person who works for the brand. ``phone_cipher``/``phone_hash`` as for customers."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=64)
    role = fields.CharEnumField(StaffRole, max_length=16)
    store: fields.ForeignKeyNullableRelation[Store] = fields.ForeignKeyField(
        "models.Store", null=True, on_delete=fields.RESTRICT, related_name="staff"
    )
    store_id: int | None
    phone_cipher = fields.TextField(default="")
    phone_hash = fields.CharField(max_length=64, default="", db_index=True)
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff"
