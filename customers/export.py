"""Export: everything we hold of a person, as files they can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from tortoise.models import Model

from core.errors import Missing
from customers.audit import note
from customers.phones import PhoneVault
from customers.reach import foreign_keys, list_person_tables
from models import Audit, Customer, Identity

_HIDDEN = frozenset({"phone_hash", "phone_cipher"})
_LABELS = ("code", "group", "name")


async def export_person(
    customer_id: int, directory: Path, vault: PhoneVault, at: datetime, actor: str = "command"
) -> list[Path]:
    """Writes one JSON file a table into ``directory``, each a list of rows, oldest first; returns the files.

    Complete: every table that leads to the person, empty ones too. Times are ISO 8601 in UTC; the phone is in clear,
    so the files are for their owner's eyes only (mode 0600). The audit keeps that this was done.
    """
    if not await Customer.exists(id=customer_id):
        raise Missing(f"customer {customer_id}")
    os.makedirs(directory, mode=0o700, exist_ok=True)
    tables = list_person_tables()
    written = []
    for model, path in sorted(tables.items(), key=lambda item: _table(item[0])):
        others = [key for key, target in foreign_keys(model).items() if target not in tables]
        rows = await model.filter(**{path: customer_id}).order_by(model._meta.pk_attr).prefetch_related(*others)
        written.append(_write(directory, _table(model), [_readable(row, others, vault) for row in rows]))
    identity_ids = await Identity.filter(customer_id=customer_id).values_list("id", flat=True)
    subjects = [f"customer:{customer_id}", *(f"identity:{each}" for each in identity_ids)]
    lines = await Audit.filter(subject__in=subjects).order_by("id")
    written.append(_write(directory, "audit", [_readable(line, [], vault) for line in lines]))
    await note("person.exported", f"customer:{customer_id}", at, actor)
    return written


def _table(model: type[Model]) -> str:
    return str(model._meta.db_table)


def _write(directory: Path, table: str, rows: list[dict[str, Any]]) -> Path:
    path = directory / f"{table}.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False, indent=2)
        file.write("\n")
    return path


def _readable(row: Model, others: list[str], vault: PhoneVault) -> dict[str, Any]:
    columns = row._meta.fields_db_projection
    shown = {column: _plain(getattr(row, field)) for field, column in columns.items() if field not in _HIDDEN}
    if getattr(row, "phone_cipher", ""):
        shown["phone"] = vault.open(row.phone_cipher)  # type: ignore[attr-defined]
    for key in others:
        shown[key] = _label(getattr(row, key))
    return shown


def _label(other: Model | None) -> Mapping[str, str] | None:
    if other is None:
        return None
    return {name: getattr(other, name) for name in _LABELS if hasattr(other, name)}


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case _:
            return value
