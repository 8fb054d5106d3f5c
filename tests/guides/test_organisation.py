"""The tree of the organisation, and leaving it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import Missing, Refused
from guides.organisation import (
    LeftBehind,
    count_left_behind,
    get_or_plant_root,
    leave,
    move,
    plant_regions,
    plant_stores,
)
from guides.tasks import ask_for_human
from models import Audit, Organisation, Staff, Task, TaskState
from tests.guides.brand import DAY, T0, hire, meet, open_store, person

pytestmark = pytest.mark.usefixtures("database")


async def test_there_is_one_root() -> None:
    root = await get_or_plant_root()
    assert (await get_or_plant_root()).id == root.id
    assert (root.kind, root.path, await Organisation.all().count()) == ("brand", f"/{root.id}/", 1)


async def test_paths_lead_from_the_root_to_the_store_and_follow_a_move() -> None:
    root = await get_or_plant_root()
    regions = await plant_regions({"华东", "华北"}, root)
    store = (await plant_stores([(regions["华东"], "S1", "南京东路店")]))["S1"]
    east, north = regions["华东"], regions["华北"]
    assert store.path == f"/{root.id}/{east.id}/{store.id}/"

    await move(store, north)

    kept = await Organisation.get(id=store.id)
    assert (kept.parent_id, kept.path) == (north.id, f"/{root.id}/{north.id}/{store.id}/")
    assert (await plant_regions({"华东"}, root))["华东"].id == east.id


async def test_who_leaves_is_marked_and_the_audit_knows_who_did_it() -> None:
    await hire("G1", "王芳", await open_store("S1"))
    await leave("G1", T0 + DAY, "hq:7")
    staff = await Staff.get(code="G1")
    assert staff.left_at == T0 + DAY
    line = await Audit.get(action="staff.leave")
    assert (line.actor, line.subject, line.at) == ("hq:7", f"staff:{staff.id}", T0 + DAY)


async def test_nobody_leaves_twice_and_nobody_unknown_leaves() -> None:
    await hire("G1", "王芳", await open_store("S1"))
    await leave("G1", T0, "hq")
    with pytest.raises(Refused) as refusal:
        await leave("G1", T0 + DAY, "hq")
    assert refusal.value.code == "has_left"
    assert (await Staff.get(code="G1")).left_at == T0
    with pytest.raises(Missing):
        await leave("G9", T0, "hq")
    assert await Audit.filter(action="staff.leave").count() == 1


async def test_customers_and_open_tasks_left_behind_are_counted() -> None:
    store = await open_store("S1")
    scene, other = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    for openid in ("o1", "o2"):
        who = await person(openid)
        await meet(who, scene)
        await ask_for_human(who, "人工")
    await meet(await person("o3"), other)
    await Task.filter(customer__identities__openid="o2").update(state=TaskState.DONE)
    await leave("G1", T0 + DAY, "hq")
    assert await count_left_behind("G1") == LeftBehind(customers=2, tasks=1)
    await meet(replace(await person("o1"), at=T0 + DAY), other)
    assert await count_left_behind("G1") == LeftBehind(customers=1, tasks=0)
