import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops

from core.ports import InteractionState
from models.deliveries import DeliveryState
from models.organisation import OrganisationKind, StaffRole
from models.people import Purpose
from models.serving import BindingKind, TaskState
from models.tags import TagKind


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AccessToken",
            fields=[
                ("app_id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("token_cipher", fields.TextField(unique=False)),
                ("fetched_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "access_token",
                "app": "models",
                "pk_attr": "app_id",
                "table_description": "The shared access token of one app, encrypted.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Audit",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("actor", fields.CharField(max_length=64)),
                ("action", fields.CharField(max_length=64)),
                ("subject", fields.CharField(max_length=64)),
                ("detail", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
            ],
            options={
                "table": "audit",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Who changed or saw what. ``subject`` names a row (``customer:12``), never a person.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Customer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("name", fields.CharField(default="", max_length=64)),
                ("gender", fields.CharField(default="", max_length=8)),
                ("birthday", fields.CharField(default="", max_length=16)),
                ("city", fields.CharField(default="", max_length=64)),
                ("member_no", fields.CharField(null=True, unique=True, max_length=64)),
                ("phone_cipher", fields.TextField(default="", unique=False)),
                ("phone_hash", fields.CharField(null=True, unique=True, max_length=64)),
                ("erased_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "customer",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A person. Attributes are what the person is, unknown is null, never guessed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Consent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="MARKETING: marketing\nLOCATION: location", enum_type=Purpose, max_length=16
                    ),
                ),
                ("is_granted", fields.BooleanField()),
                ("text_version", fields.CharField(max_length=32)),
                ("channel", fields.CharField(max_length=32)),
                ("interaction_id", fields.BigIntField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "consent",
                "app": "models",
                "indexes": [Index(fields=["customer_id", "purpose"])],
                "pk_attr": "id",
                "table_description": "Ledger of what a person agreed to or withdrew, the newest line of a purpose holds. Append-only.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FailedCall",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("app_id", fields.CharField(max_length=64)),
                ("api", fields.CharField(max_length=64)),
                ("code", fields.IntField()),
                ("detail", fields.CharField(max_length=255)),
            ],
            options={
                "table": "failed_call",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A call to WeChat that failed, for operators: cause and remedy, no personal data.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FollowerImport",
            fields=[
                ("app_id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("next_openid", fields.CharField(default="", max_length=128)),
                ("imported", fields.IntField(default=0)),
                ("is_listed", fields.BooleanField(default=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "follower_import",
                "app": "models",
                "pk_attr": "app_id",
                "table_description": "How far the import of an account's existing followers came.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Identity",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("app_id", fields.CharField(max_length=64)),
                ("openid", fields.CharField(max_length=128)),
                ("unionid", fields.CharField(null=True, db_index=True, max_length=128)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="identities",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("unionid_checked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "identity",
                "app": "models",
                "unique_together": (("app_id", "openid"),),
                "indexes": [Index(fields=["customer_id"])],
                "pk_attr": "id",
                "table_description": "One openid of one app, all that WeChat gives. ``unionid`` may come late.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("occurrence", fields.CharField(max_length=128)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "identity",
                    fields.ForeignKeyField(
                        "models.Identity",
                        source_field="identity_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("interaction_id", fields.BigIntField(null=True)),
                ("app_id", fields.CharField(max_length=64)),
                ("channel", fields.CharField(max_length=32)),
                ("payload", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PLANNED: planned\nCLAIMED: claimed\nSENT: sent\nACCEPTED: accepted\nCONFIRMED: confirmed\nFAILED: failed\nSUPPRESSED: suppressed\nUNKNOWN: unknown",
                        enum_type=DeliveryState,
                        max_length=16,
                    ),
                ),
                ("reason", fields.CharField(default="", max_length=128)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("claimed_by", fields.CharField(default="", max_length=64)),
                ("fence", fields.IntField(default=0)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_started", fields.BooleanField(default=False)),
                ("attempts", fields.SmallIntField(default=0)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("wechat_id", fields.CharField(default="", max_length=64)),
                ("trail", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
            ],
            options={
                "table": "delivery",
                "app": "models",
                "unique_together": (("occurrence", "customer_id"),),
                "indexes": [
                    Index(fields=["state", "due_at"]),
                    Index(fields=["customer_id"]),
                    Index(fields=["identity_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One message planned for one person, unique by what caused it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Following",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "identity",
                    fields.ForeignKeyField(
                        "models.Identity",
                        source_field="identity_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="followings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(default="", max_length=64)),
                ("open_slot", fields.BigIntField(null=True, unique=True)),
                ("erase_due_at", fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "following",
                "app": "models",
                "indexes": [Index(fields=["identity_id"])],
                "pk_attr": "id",
                "table_description": "One stretch of following one account. ``open_slot`` is the identity id while it lasts, so only one is open.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Interaction",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("message_key", fields.CharField(max_length=32)),
                ("app_id", fields.CharField(max_length=64)),
                (
                    "identity",
                    fields.ForeignKeyField(
                        "models.Identity",
                        source_field="identity_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="interactions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=128)),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "fields_",
                    fields.JSONField(
                        source_field="fields", encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "reply",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description="RECEIVED: received\nANSWERED: answered\nLATE_REPLIED: late_replied\nEXPIRED: expired\nUNKNOWN: unknown",
                        enum_type=InteractionState,
                        max_length=16,
                    ),
                ),
                ("reason", fields.CharField(default="", max_length=128)),
                ("handler", fields.CharField(default="", max_length=64)),
                ("attempts", fields.SmallIntField(default=0)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_projected", fields.BooleanField(default=False)),
            ],
            options={
                "table": "interaction",
                "app": "models",
                "unique_together": (("message_key", "occurred_at"),),
                "indexes": [
                    PartialIndex(
                        fields=["identity_id"], name="interaction_unfinished", condition={"state": "received"}
                    ),
                    PartialIndex(fields=["id"], name="interaction_unprojected", condition={"is_projected": False}),
                    Index(fields=["identity_id", "occurred_at"]),
                ],
                "pk_attr": "id",
                "table_description": "One push, what it said (coarse where it is a place), what became of it, and what it was answered.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KeywordReply",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("keyword", fields.CharField(max_length=64)),
                ("match", fields.CharField(max_length=16)),
                ("reply", fields.TextField(unique=False)),
            ],
            options={
                "table": "keyword_reply",
                "app": "models",
                "unique_together": (("keyword", "match"),),
                "pk_attr": "id",
                "table_description": "Words HQ configured for words a customer sends, ``match`` is ``exact`` or ``contains``.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Lease",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("holder", fields.CharField(max_length=64)),
                ("fence", fields.IntField()),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lease",
                "app": "models",
                "pk_attr": "name",
                "table_description": "Who holds a job that one process at a time may do, ``fence`` grows with each new holder.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Merge",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "kept",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="kept_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="merged",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("folded_id", fields.BigIntField()),
                ("evidence", fields.CharField(max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "customer_merge",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Two customers found to be one person: who was folded into whom, when and on what evidence.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Organisation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="parent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="children",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="BRAND: brand\nREGION: region\nSTORE: store",
                        enum_type=OrganisationKind,
                        max_length=16,
                    ),
                ),
                ("code", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=128)),
                ("path", fields.CharField(default="", db_index=True, max_length=255)),
            ],
            options={
                "table": "organisation",
                "app": "models",
                "unique_together": (("kind", "code"),),
                "pk_attr": "id",
                "table_description": "A node of the tree: the brand, a region, a store. ``path`` is the ids from the root, ``/1/4/9/``.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Place",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "customer",
                    fields.OneToOneField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="place",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("latitude", fields.FloatField()),
                ("longitude", fields.FloatField()),
                ("crs", fields.CharField(max_length=8)),
                ("accuracy_m", fields.FloatField()),
                ("source", fields.CharField(max_length=32)),
                ("captured_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "place",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Where a person last was, as a coarse cell's centre, only with consent, and only until it expires.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Profile",
            fields=[
                (
                    "identity",
                    fields.OneToOneField(
                        "models.Identity",
                        source_field="identity_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="profile",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("messages", fields.IntField(default=0)),
                ("events", fields.IntField(default=0)),
                ("first_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_message_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "profile",
                "app": "models",
                "pk_attr": "identity_id",
                "table_description": "Counters projected from the journal, one row an identity, added up for a person.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Revision",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("number", fields.IntField(default=0)),
            ],
            options={
                "table": "revision",
                "app": "models",
                "pk_attr": "name",
                "table_description": "A counter per cached matter (``stores``, ``keyword_replies`` …): when it moves, every process reloads.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Store",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.OneToOneField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="store",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=64)),
                ("name", fields.CharField(max_length=128)),
                ("city", fields.CharField(default="", max_length=64)),
                ("address", fields.CharField(default="", max_length=255)),
                ("latitude", fields.FloatField(null=True)),
                ("longitude", fields.FloatField(null=True)),
                ("crs", fields.CharField(default="", max_length=8)),
                ("phone", fields.CharField(default="", max_length=64)),
                ("opening_hours", fields.CharField(default="", max_length=255)),
            ],
            options={
                "table": "store",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A shop: one leaf of the tree with its place and its hours. Coordinates are null where nobody knows them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Staff",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=64)),
                ("name", fields.CharField(max_length=64)),
                (
                    "role",
                    fields.CharEnumField(
                        description="GUIDE: guide\nMANAGER: manager\nHQ: hq", enum_type=StaffRole, max_length=16
                    ),
                ),
                (
                    "store",
                    fields.ForeignKeyField(
                        "models.Store",
                        source_field="store_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="staff",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("phone_cipher", fields.TextField(default="", unique=False)),
                ("phone_hash", fields.CharField(default="", db_index=True, max_length=64)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "staff",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A person who works for the brand. ``phone_cipher``/``phone_hash`` as for customers.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Binding",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bindings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "guide",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="guide_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bindings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "store",
                    fields.ForeignKeyField(
                        "models.Store",
                        source_field="store_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="bindings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PRIMARY: primary\nSECONDARY: secondary", enum_type=BindingKind, max_length=16
                    ),
                ),
                ("source", fields.CharField(max_length=32)),
                ("reason", fields.CharField(max_length=255)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("protected_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("end_reason", fields.CharField(default="", max_length=255)),
                ("interaction_id", fields.BigIntField(null=True)),
                ("primary_slot", fields.BigIntField(null=True, unique=True)),
            ],
            options={
                "table": "binding",
                "app": "models",
                "indexes": [Index(fields=["guide_id", "until"]), Index(fields=["customer_id"])],
                "pk_attr": "id",
                "table_description": "A customer served by a guide for a stretch of time, append-only but for its end.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Scene",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("app_id", fields.CharField(max_length=64)),
                ("scene", fields.CharField(max_length=64)),
                (
                    "guide",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="guide_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="scenes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("ticket", fields.CharField(default="", max_length=255)),
                ("url", fields.CharField(default="", max_length=255)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "scene",
                "app": "models",
                "unique_together": (("app_id", "scene"),),
                "pk_attr": "id",
                "table_description": "What a QR code carries: ``scene`` is WeChat's scene_str, 1 to 64 characters.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SubscriptionGrant",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "identity",
                    fields.ForeignKeyField(
                        "models.Identity",
                        source_field="identity_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("template_id", fields.CharField(max_length=128)),
                ("stock", fields.IntField(default=0)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "subscription_grant",
                "app": "models",
                "unique_together": (("identity_id", "template_id"),),
                "pk_attr": "id",
                "table_description": "How many subscription notices of one template a person has left to receive, one accept buys one.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Tag",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("group", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=64)),
            ],
            options={
                "table": "tag",
                "app": "models",
                "unique_together": (("group", "name"),),
                "pk_attr": "id",
                "table_description": "One tag of one group, as it appears on cards.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CustomerTag",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tags",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "tag",
                    fields.ForeignKeyField(
                        "models.Tag",
                        source_field="tag_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="customers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="MANUAL: manual\nAUTOMATIC: automatic", enum_type=TagKind, max_length=16
                    ),
                ),
                ("score", fields.FloatField()),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("lexicon_version", fields.CharField(default="", max_length=16)),
            ],
            options={
                "table": "customer_tag",
                "app": "models",
                "unique_together": (("customer_id", "tag_id", "kind"),),
                "pk_attr": "id",
                "table_description": "A tag on a person. ``score`` is its worth at ``last_at`` and halves with the group's half-life.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TagEvidence",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "identity",
                    fields.ForeignKeyField(
                        "models.Identity",
                        source_field="identity_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tag_evidence",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "tag",
                    fields.ForeignKeyField(
                        "models.Tag",
                        source_field="tag_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "interaction",
                    fields.ForeignKeyField(
                        "models.Interaction",
                        source_field="interaction_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tag_evidence",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("start", fields.IntField()),
                ("end", fields.IntField()),
                ("keyword", fields.CharField(max_length=64)),
                ("is_negated", fields.BooleanField()),
                ("weight", fields.FloatField()),
            ],
            options={
                "table": "tag_evidence",
                "app": "models",
                "unique_together": (("interaction_id", "tag_id", "start"),),
                "indexes": [Index(fields=["identity_id", "tag_id"])],
                "pk_attr": "id",
                "table_description": "One place in one message that speaks for a tag, or against it. Offsets count characters of the message.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Task",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tasks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "guide",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="guide_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tasks",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                (
                    "state",
                    fields.CharEnumField(
                        description="OPEN: open\nDONE: done\nSNOOZED: snoozed\nNOT_SUITABLE: not_suitable\nLAPSED: lapsed",
                        enum_type=TaskState,
                        max_length=16,
                    ),
                ),
                ("reason", fields.CharField(max_length=255)),
                ("interaction_id", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("open_key", fields.CharField(null=True, unique=True, max_length=64)),
            ],
            options={
                "table": "task",
                "app": "models",
                "indexes": [Index(fields=["guide_id", "state"]), Index(fields=["customer_id"])],
                "pk_attr": "id",
                "table_description": "Something a guide is asked to do for a customer. ``open_key`` is unique while it is open: asked only once.",
            },
            bases=["Model"],
        ),
    ]
