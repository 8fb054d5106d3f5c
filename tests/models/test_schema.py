"""The schema that migrations make is the schema the models describe, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions

from core.errors import Invalid
from models import Profile
from models.database import close_database, config, connection, is_sqlite, migrate, open_database, pending_migrations
from tests.models.introspection import Table, read_schema
from tests.services import fresh_postgres


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[None]:
    await open_database(url)
    try:
        yield
    finally:
        await close_database()


async def migrated(url: str) -> dict[str, Table]:
    await migrate(url)
    async with reading(url):
        return await read_schema()


async def modelled(url: str) -> dict[str, Table]:
    async with reading(url):
        await Tortoise.generate_schemas(safe=False)
        return await read_schema()


async def test_migrations_make_what_the_models_describe(database_url: str, tmp_path: Path) -> None:
    by_migrations = await migrated(database_url)
    if is_sqlite(database_url):
        by_models = await modelled(f"sqlite:///{tmp_path / 'modelled.db'}")
    else:
        with fresh_postgres() as other:
            by_models = await modelled(other)
    assert sorted(by_migrations) == sorted(by_models)
    for name, table in by_models.items():
        assert by_migrations[name].columns == table.columns, name
        assert by_migrations[name].primary_key == table.primary_key, name
        assert by_migrations[name].indexes == table.indexes, name
        assert by_migrations[name].foreign_keys == table.foreign_keys, name


async def test_the_comparison_sees_columns_nullability_indexes_and_uniqueness(database_url: str) -> None:
    """Control: each kind of difference shows."""
    await migrate(database_url)
    async with reading(database_url):
        before = await read_schema()
        for change in (
            "ALTER TABLE tag ADD COLUMN extra INT",
            "CREATE INDEX surplus ON tag (name)",
            "CREATE UNIQUE INDEX too_strict ON store (name)",
            "CREATE INDEX partial ON task (kind) WHERE state = 'open'",
        ):
            await connection().execute_script(change)
        after = await read_schema()
    assert before["tag"].columns != after["tag"].columns
    assert {index.columns for index in after["tag"].indexes} - {i.columns for i in before["tag"].indexes} == {("name",)}
    assert [index.is_unique for index in after["store"].indexes if index.columns == ("name",)] == [True]
    assert [bool(index.condition) for index in after["task"].indexes if index.columns == ("kind",)] == [True]
    assert before["customer"] == after["customer"]


async def test_the_house_keys_are_unique(database_url: str) -> None:
    schema = await migrated(database_url)
    for table, columns in {
        "interaction": ("message_key", "occurred_at"),
        "identity": ("app_id", "openid"),
        "delivery": ("occurrence", "customer_id"),
        "binding": ("primary_slot",),
        "following": ("open_slot",),
        "task": ("open_key",),
        "customer_tag": ("customer_id", "tag_id", "kind"),
        "tag_evidence": ("interaction_id", "tag_id", "start"),
        "place": ("customer_id",),
    }.items():
        assert columns in {index.columns for index in schema[table].indexes if index.is_unique}, table


async def test_migrating_again_does_nothing(database_url: str) -> None:
    assert await migrate(database_url) != []
    assert await migrate(database_url) == []
    async with reading(database_url):
        assert await pending_migrations() == []


async def test_a_new_database_lacks_every_migration(database_url: str) -> None:
    async with reading(database_url):
        assert "0001_initial" in await pending_migrations()


async def test_no_change_of_a_model_waits_for_its_migration(tmp_path: Path) -> None:
    async with reading(f"sqlite:///{tmp_path / 'unused.db'}"):
        assert await unwritten_changes() == []


async def test_a_change_of_a_model_without_a_migration_is_found(tmp_path: Path) -> None:
    """Control."""
    async with reading(f"sqlite:///{tmp_path / 'unused.db'}"):
        del Tortoise.apps["models"]["FailedCall"]
        assert [change.split()[0] for change in await unwritten_changes()] == ["DeleteModel"]


async def unwritten_changes() -> list[str]:
    apps = config("sqlite:///unused")["apps"]
    changes = await MigrationAutodetector(Tortoise.apps, apps).changes()
    found = [operation for writer in changes for operation in writer.operations if not is_misread(operation)]
    return [f"{type(operation).__name__} {vars(operation)}" for operation in found]


def is_misread(operation: object) -> bool:
    """The ORM reads the key of a table whose key is a relation in two ways, and takes that for a change."""
    return isinstance(operation, AlterModelOptions) and operation.name == Profile.__name__


@pytest.mark.parametrize(
    "url", ["mysql://root@localhost/zhiji", "sqlite://", "postgres://localhost", "/var/lib/zhiji.db"]
)
async def test_a_url_nobody_can_open_is_refused_with_its_remedy(url: str) -> None:
    with pytest.raises(Invalid, match="SCRM_DATABASE_URL"):
        await open_database(url)
