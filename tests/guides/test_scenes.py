"""Scenes: names, what is kept of WeChat's answer, whose a code is."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid, Missing
from guides.organisation import leave
from guides.scenes import (
    Made,
    Window,
    find_scene,
    get_scannable_guide,
    list_scenes,
    scene_name_for,
    scene_of_follow,
    store_scene,
    store_window,
    window_name_for,
)
from models import Audit, CouponTemplate, Scene
from tests.guides.brand import APP, DAY, T0, hire, open_store

MINI_PROGRAM_SCENE = set(string.ascii_letters + string.digits + "!#$&'()*+,/:;=?@-._~")


@given(st.text(min_size=1, max_size=64))
def test_a_scenes_name_is_stable_and_fits_both_kinds_of_code(code: str) -> None:
    name = scene_name_for(code)
    assert name == scene_name_for(code)
    assert 3 <= len(name) <= 32 and set(name) <= MINI_PROGRAM_SCENE


def test_plain_codes_stay_readable_and_others_cannot_collide_with_them() -> None:
    assert scene_name_for("SH-001") == "g_SH-001"
    assert scene_name_for("王芳").startswith("h_")
    assert scene_name_for("G" * 31) != scene_name_for("G" * 32)


@pytest.mark.parametrize(
    ("event_key", "scene"),
    [
        ("qrscene_g_G1", "g_G1"),
        ("qrscene_123", "123"),
        ("", None),
        ("qrscene_", None),
        ("last_trade_no_4003", None),
        ("qrscene_qrscene_x", "qrscene_x"),
    ],
)
def test_only_a_scanned_code_gives_a_follow_a_scene(event_key: str, scene: str | None) -> None:
    assert scene_of_follow(event_key) == scene


@pytest.mark.usefixtures("database")
class TestStored:
    async def test_a_scene_names_guide_and_store(self) -> None:
        scene = await hire("G1", "王芳", await open_store("S1"))
        card = await find_scene(APP, scene)
        assert card is not None
        assert (card.guide_code, card.guide_name, card.store_code, card.store_name) == ("G1", "王芳", "S1", "门店S1")
        assert (card.ticket, card.url, card.created_at, card.expires_at) == ("t", "u", T0, None)
        assert not card.has_left
        assert await find_scene("wx_other", scene) is None
        assert await find_scene(APP, "g_G2") is None

    async def test_a_scene_made_again_takes_the_new_ticket(self) -> None:
        scene = await hire("G1", "王芳", await open_store("S1"))
        card = await store_scene(
            APP, "G1", scene, ticket="t2", url="u2", at=T0 + DAY, expires_at=T0 + 30 * DAY, actor="hq"
        )
        assert (card.ticket, card.url, card.created_at, card.expires_at) == ("t2", "u2", T0, T0 + 30 * DAY)
        assert await Scene.all().count() == 1
        assert await Audit.filter(action="scene.create").count() == 2

    async def test_a_scene_is_never_given_to_another_guide(self) -> None:
        store = await open_store("S1")
        scene = await hire("G1", "王芳", store)
        await hire("G2", "李丽", store)
        with pytest.raises(Invalid, match="王芳"):
            await store_scene(APP, "G2", scene, ticket="t2", url="u2", at=T0, expires_at=None, actor="hq")
        card = await find_scene(APP, scene)
        assert card is not None and (card.guide_code, card.ticket) == ("G1", "t")

    async def test_codes_are_made_only_for_guides_who_work_here(self) -> None:
        await hire("G1", "王芳", await open_store("S1"))
        assert await get_scannable_guide("G1") == "王芳"
        await leave("G1", T0, "hq")
        with pytest.raises(Invalid, match="has left"):
            await get_scannable_guide("G1")
        with pytest.raises(Missing):
            await get_scannable_guide("G9")

    @pytest.mark.parametrize("scene", ["", "x" * 65])
    async def test_wechats_length_is_kept(self, scene: str) -> None:
        await hire("G1", "王芳", await open_store("S1"))
        with pytest.raises(Invalid, match="1 to 64"):
            await store_scene(APP, "G1", scene, ticket="", url="", at=T0, expires_at=None, actor="hq")
        assert await Scene.all().count() == 1

    async def test_scenes_are_listed_by_guide(self) -> None:
        store = await open_store("S1")
        await hire("G2", "李丽", store)
        await hire("G1", "王芳", store)
        await leave("G1", T0, "hq")
        assert [(card.guide_code, card.has_left) for card in await list_scenes()] == [("G1", True), ("G2", False)]

    async def test_a_window_is_a_stores_and_gives_what_it_was_told_last(self) -> None:
        await hire("G1", "王芳", await open_store("S1"))
        await open_store("S2")
        made = Made("t", "u", None)
        for code in ("A", "B"):
            await CouponTemplate.create(
                code=code, state="draft", terms={}, stock=1, worth_fen=1, created_at=T0, updated_at=T0
            )
        first = await store_window(APP, "S1", "A", "door", made, T0, "hq")
        assert (first.window, first.guide_id, first.guide_code) == (Window("door", "S1", "门店S1", "A"), None, "")
        card = await store_window(APP, "S1", "B", "door", made, T0 + DAY, "hq")
        assert card.window == Window("door", "S1", "门店S1", "B") and card.created_at == T0
        assert await find_scene(APP, "door") == card
        assert [each.scene for each in await list_scenes()] == ["g_G1", "door"]
        for again in (
            store_window(APP, "S2", "", "door", made, T0, "hq"),
            store_window(APP, "S1", "", "g_G1", made, T0, "hq"),
            store_scene(APP, "G1", "door", ticket="", url="", at=T0, expires_at=None, actor="hq"),
        ):
            with pytest.raises(Invalid, match=r"is (门店S1's window's|王芳's \(G1\))"):
                await again
        for store, template in (("S9", ""), ("S1", "Z")):
            with pytest.raises(Missing):
                await store_window(APP, store, template, "other", made, T0, "hq")
        assert await find_scene(APP, "door") == card and await Scene.all().count() == 2

    def test_windows_names_are_stable_and_no_two_are_alike(self) -> None:
        assert window_name_for("SH01", "") == "s_SH01"
        pairs = [("SH01", ""), ("SH01", "A"), ("SH0", "1A"), ("静安", ""), ("静安", "A"), ("S" * 31, "")]
        names = [window_name_for(*pair) for pair in pairs]
        assert len(set(names)) == len(pairs) and names == [window_name_for(*pair) for pair in pairs]
        assert all(3 <= len(name) <= 32 and set(name) <= MINI_PROGRAM_SCENE for name in names)


async def test_a_scene_longer_than_wechat_makes_is_nobodys(database: str) -> None:
    assert await find_scene(APP, "s" * 64) is None
    assert await find_scene(APP, "s" * 400) is None
