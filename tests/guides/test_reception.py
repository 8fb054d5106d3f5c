"""A follow and a scan, as the handlers call them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tortoise.transactions import in_transaction

from guides.binding import Bindings, Outcome
from guides.reception import Reception
from guides.stores import StoreDirectory
from models import Binding, Following
from tests.guides.brand import DAY, T0, hire, open_store, person, rules

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
