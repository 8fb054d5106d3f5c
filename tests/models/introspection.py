"""Reads a database's schema as plain values, so that two can be compared; names of indexes do not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.database import connection
from models.dialect.bulk import is_postgres

BOOKKEEPING = {"tortoise_migrations", "sqlite_sequence"}


@dataclass(frozen=True, order=True)
class Column:
    name: str
    type: str
    is_nullable: bool
    default: str


@dataclass(frozen=True, order=True)
class Index:
    columns: tuple[str, ...]
    is_unique: bool
    condition: str


@dataclass(frozen=True, order=True)
class ForeignKey:
    column: str
    target: str
    on_delete: str


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    indexes: tuple[Index, ...]
    foreign_keys: tuple[ForeignKey, ...]


async def read_schema() -> dict[str, Table]:
    """Every table of the open database but the migrations' own."""
    names = await (_postgres_tables() if is_postgres(connection()) else _sqlite_tables())
    read = _postgres_table if is_postgres(connection()) else _sqlite_table
    return {name: await read(name) for name in sorted(names) if name not in BOOKKEEPING}


async def _rows(query: str, *values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in await connection().execute_query_dict(query, list(values))]


async def _sqlite_tables() -> list[str]:
    return [row["name"] for row in await _rows("SELECT name FROM sqlite_master WHERE type = 'table'")]


async def _sqlite_table(name: str) -> Table:
    columns = await _rows(f'PRAGMA table_info("{name}")')
    indexes = [await _sqlite_index(row) for row in await _rows(f'PRAGMA index_list("{name}")')]
    keys = await _rows(f'PRAGMA foreign_key_list("{name}")')
    return Table(
        tuple(sorted(Column(c["name"], c["type"], not c["notnull"], str(c["dflt_value"])) for c in columns)),
        tuple(c["name"] for c in sorted(columns, key=lambda c: c["pk"]) if c["pk"]),
        tuple(sorted(indexes)),
        tuple(sorted(ForeignKey(k["from"], f"{k['table']}.{k['to']}", k["on_delete"]) for k in keys)),
    )


async def _sqlite_index(index: dict[str, Any]) -> Index:
    members = await _rows(f'PRAGMA index_info("{index["name"]}")')
    stored = await _rows("SELECT sql FROM sqlite_master WHERE name = ?", index["name"])
    _, _, condition = (stored[0]["sql"] or "").partition(" WHERE ") if stored else ("", "", "")
    return Index(tuple(member["name"] for member in members), bool(index["unique"]), condition)


async def _postgres_tables() -> list[str]:
    rows = await _rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    return [row["name"] for row in rows]


async def _postgres_table(name: str) -> Table:
    columns = await _rows(
        "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required,"
        " coalesce(pg_get_expr(d.adbin, d.adrelid), '') || a.attidentity::text AS default FROM pg_attribute a"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped",
        name,
    )
    indexes = await _rows(
        "SELECT i.indisunique AS is_unique, i.indisprimary AS is_primary,"
        " coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS condition,"
        " ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) k) AS columns"
        " FROM pg_index i WHERE i.indrelid = $1::text::regclass",
        name,
    )
    keys = await _rows(
        "SELECT a.attname AS column, c.confrelid::regclass::text || '.' || t.attname AS target,"
        " c.confdeltype::text AS on_delete FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attnum = c.confkey[1]"
        " WHERE c.contype = 'f' AND c.conrelid = $1::text::regclass",
        name,
    )
    return Table(
        tuple(sorted(Column(c["name"], c["type"], not c["is_required"], c["default"]) for c in columns)),
        tuple(name for index in indexes if index["is_primary"] for name in index["columns"]),
        tuple(sorted(Index(tuple(i["columns"]), i["is_unique"], i["condition"]) for i in indexes)),
        tuple(sorted(ForeignKey(k["column"], k["target"], k["on_delete"]) for k in keys)),
    )
