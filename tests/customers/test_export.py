"""Export: one readable file a table, nothing of the person missing, nothing of anybody else."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from core.errors import Missing
from customers.export import export_person
from customers.reach import list_person_tables
from customers.tagging.live import LiveLexicon
from models import Audit, Interaction
from tests.customers.full_person import VAULT, Full, make_full
from tests.customers.people import at


@pytest.fixture
async def full(database: str, live: LiveLexicon) -> Full:
    await make_full("大雪", "+8613900005678", live)
    return await make_full("小满", "+8613800001234", live)


async def exported(full: Full, directory: Path) -> dict[str, list[dict[str, Any]]]:
    files = await export_person(full.customer_id, directory, VAULT, at(50), actor="hq:7")
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


async def test_there_is_a_file_for_every_table_that_knows_the_person(full: Full, tmp_path: Path) -> None:
    found = await exported(full, tmp_path / "out")
    tables = {str(model._meta.db_table) for model in list_person_tables()}
    assert found.keys() == tables | {"audit"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{table}.json" for table in found}
    assert [table for table in tables if not found[table]] == []


async def test_every_row_is_there_and_nobody_elses(full: Full, tmp_path: Path) -> None:
    found = await exported(full, tmp_path / "out")
    for model, path in list_person_tables().items():
        mine = model.filter(**{path: full.customer_id}).order_by(model._meta.pk_attr)
        ids = await mine.values_list(model._meta.pk_attr, flat=True)
        key = model._meta.fields_db_projection[model._meta.pk_attr]
        assert [row[key] for row in found[str(model._meta.db_table)]] == ids
    everything = json.dumps(found, ensure_ascii=False)
    assert "大雪" not in everything and "13900005678" not in everything
    for word in (f"o-{full.tag}", f"u-{full.tag}", f"秘密{full.tag}", f"地点{full.tag}", f"M-{full.tag}"):
        assert word in everything


async def test_rows_read_without_our_tables_beside_them(full: Full, tmp_path: Path) -> None:
    found = await exported(full, tmp_path / "out")
    customer = found["customer"][0]
    assert customer["phone"] == "+8613800001234"
    assert {"phone_cipher", "phone_hash"} & customer.keys() == set()
    assert found["binding"][0]["guide"] == {"code": "G小满", "name": "导购G小满"}
    assert found["binding"][0]["store"] == {"code": "S-G小满", "name": "门店G小满"}
    assert {"group", "name"} == found["customer_tag"][0]["tag"].keys()
    assert found["interaction"][0]["occurred_at"] == "2026-11-20T04:00:00+00:00"
    assert found["consent"][0]["purpose"] == "location"
    assert found["interaction"][1]["reply"] == {"kind": "text", "text": "收到：秘密小满"}
    assert "秘密小满" in (tmp_path / "out" / "interaction.json").read_text(encoding="utf-8")


async def test_the_files_are_for_their_owner_only(full: Full, tmp_path: Path) -> None:
    await exported(full, tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o600}


async def test_the_audit_says_who_exported_whom_and_comes_along(full: Full, tmp_path: Path) -> None:
    await exported(full, tmp_path / "one")
    audit = await Audit.get(action="person.exported")
    assert (audit.actor, audit.subject, audit.at) == ("hq:7", f"customer:{full.customer_id}", at(50))
    found = await exported(full, tmp_path / "two")
    assert "person.exported" in [line["action"] for line in found["audit"]]


async def test_exporting_changes_nothing_about_the_person(full: Full, tmp_path: Path) -> None:
    before = [row async for row in Interaction.all().order_by("id").values()]
    await exported(full, tmp_path / "out")
    assert [row async for row in Interaction.all().order_by("id").values()] == before


async def test_an_unknown_customer_writes_no_file(database: str, tmp_path: Path) -> None:
    with pytest.raises(Missing):
        await export_person(4711, tmp_path / "out", VAULT, at())
    assert not (tmp_path / "out").exists()
    assert await Audit.all().count() == 0
