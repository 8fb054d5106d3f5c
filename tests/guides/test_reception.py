"""A follow and a scan, as the handlers call them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tortoise.transactions import in_transaction

from guides.binding import Bindings, Outcome
from guides.organisation import leave
from guides.reception import Reception
from guides.scenes import Made, Window, store_window
from guides.stores import StoreDirectory
from models import Binding, Following, Store
from tests.guides.brand import APP, DAY, T0, hire, open_store, person, rules

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def reception() -> Reception:
    return Reception(Bindings(rules(), StoreDirectory()))


async def test_a_follow_by_scan_records_the_following_and_binds(reception: Reception) -> None:
    scene = await hire("G1", "王芳", await open_store("S1"))
    who = await person("o1")
    async with in_transaction():
        met = await reception.follow(who, scene)
    assert (met.outcome, met.guide_name) == (Outcome.BOUND, "王芳")
    following = await Following.get(identity_id=who.identity_id)
    assert (following.since, following.source, following.open_slot) == (T0, "scene:g_G1", who.identity_id)


async def test_a_follow_without_a_scene_is_recorded_all_the_same(reception: Reception) -> None:
    who = await person("o1")
    async with in_transaction():
        met = await reception.follow(who, None)
    assert met.outcome is Outcome.UNBOUND
    assert (await Following.get(identity_id=who.identity_id)).source == ""


async def test_who_lost_their_guide_gets_one_of_the_store_whose_window_they_scan() -> None:
    old = await hire("G1", "王芳", await open_store("S1"))
    await hire("G2", "李丽", await open_store("S2"))
    await hire("G3", "赵敏", await Store.get(code="S1"))
    await store_window(APP, "S2", "", "door", Made("t", "u", None), T0, "hq")
    who, least_loaded = await person("o1"), Reception(Bindings(rules("least_loaded", "S1"), StoreDirectory()))
    async with in_transaction():
        await least_loaded.follow(who, old)
    await leave("G1", T0 + DAY, "hq")
    async with in_transaction():
        met = await least_loaded.scan(replace(who, at=T0 + 2 * DAY), "door")
    assert (met.outcome, met.guide_name, met.window) == (Outcome.REBOUND, "李丽", Window("door", "S2", "门店S2"))
    assert met.reason.startswith(
        "扫描门店S2的橱窗码“door”；原导购王芳（G1）已离职；默认规则：扫码所在的门店门店S2在岗导购1位，李丽服务客户最少"
    )


async def test_a_scene_of_full_length_fits_the_followings_source(reception: Reception) -> None:
    who = await person("o1")
    async with in_transaction():
        await reception.follow(who, "x" * 64)
    assert (await Following.get(identity_id=who.identity_id)).source == "scene:" + "x" * 58


async def test_a_scan_binds_without_another_following(reception: Reception) -> None:
    scene = await hire("G1", "王芳", await open_store("S1"))
    who = await person("o1")
    async with in_transaction():
        await reception.follow(who, None)
    async with in_transaction():
        met = await reception.scan(replace(who, at=T0 + DAY), scene)
    assert met.outcome is Outcome.BOUND
    assert await Following.all().count() == 1


async def test_whoever_comes_back_keeps_their_guide(reception: Reception) -> None:
    scene = await hire("G1", "王芳", await open_store("S1"))
    who = await person("o1")
    async with in_transaction():
        await reception.follow(who, scene)
    async with in_transaction():
        met = await reception.follow(replace(who, at=T0 + 200 * DAY), None)
    assert (met.outcome, met.guide_code) == (Outcome.UNCHANGED, "G1")
    assert await Binding.all().count() == 1


async def test_a_failure_leaves_neither_following_nor_binding(reception: Reception) -> None:
    scene = await hire("G1", "王芳", await open_store("S1"))
    who = await person("o1")
    with pytest.raises(RuntimeError):
        async with in_transaction():
            await reception.follow(who, scene)
            raise RuntimeError
    assert await Following.all().count() == await Binding.all().count() == 0
