"""Each family of calls against the simulator's rules."""

from __future__ import annotations

import pytest

from bot.client.menus import create_menu, find_menu, get_current_menu
from bot.client.mini_programs import exchange_code, get_phone_number
from bot.client.qrcodes import create_qrcode
from bot.client.upkeep import list_callback_ips, list_capabilities
from bot.client.users import AccountFollowers, get_user_info, list_followers, list_user_infos
from core.errors import Invalid, Terminal
from simulator.state.stocks import Act
from tests.wechat import MINI_ID, Caller, ScriptedWeChat, SimulatedWeChat, simulated_wechat


async def test_user_info_tells_unionid_scene_and_since_when(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.world.register(wechat.shop.app_id, {"openid": "oA", "unionid": "uA"})
    wechat.world.note(wechat.shop.app_id, "oA", Act.FOLLOW, scene="g-001")
    info = await get_user_info(caller.client, wechat.shop, "oA")
    assert (info.openid, info.unionid, info.is_following, info.scene) == ("oA", "uA", True, "g-001")
    assert info.followed_at is not None and abs(info.followed_at.timestamp() - wechat.world.clock()) < 5


async def test_person_who_left_is_not_following(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.follower("oA", "uA")
    wechat.world.note(wechat.shop.app_id, "oA", Act.UNFOLLOW)
    info = await get_user_info(caller.client, wechat.shop, "oA")
    assert (info.is_following, info.followed_at, info.unionid) == (False, None, "uA")


async def test_hundred_people_are_one_call_and_more_are_refused(caller: Caller, wechat: SimulatedWeChat) -> None:
    openids = [wechat.follower(f"o{number:03}", f"u{number:03}") for number in range(100)]
    infos = await list_user_infos(caller.client, wechat.shop, openids)
    assert [info.unionid for info in infos] == [f"u{number:03}" for number in range(100)]
    assert wechat.calls("/cgi-bin/user/info/batchget") == 1
    for wrong in ([], [*openids, "o100"]):
        with pytest.raises(Invalid):
            await list_user_infos(caller.client, wechat.shop, wrong)


async def test_followers_are_listed_page_by_page_to_the_end(caller: Caller, wechat: SimulatedWeChat) -> None:
    openids = [wechat.follower(f"o{number}") for number in range(5)]
    wechat.world.knobs.followers_page = 2
    source, found, after = AccountFollowers(caller.client, wechat.shop), [], ""
    while True:
        page = await source.list_followers(after)
        found += page.openids
        if not (after := page.next_openid):
            break
    assert found == openids and page.total == 5


async def test_account_without_followers_has_one_empty_page(caller: Caller, wechat: SimulatedWeChat) -> None:
    page = await list_followers(caller.client, wechat.shop)
    assert (page.openids, page.next_openid, page.total) == ((), "", 0)


async def test_qrcode_carries_its_scene(caller: Caller, wechat: SimulatedWeChat) -> None:
    permanent = await create_qrcode(caller.client, wechat.shop, "g-001")
    temporary = await create_qrcode(caller.client, wechat.shop, "g-002", 3600)
    codes = wechat.world.app(wechat.shop.app_id).qrcodes
    assert codes.scenes() == {"g-001": permanent.ticket, "g-002": temporary.ticket}
    assert permanent.expires_at is None and temporary.expires_at is not None
    assert permanent.url.startswith("http://weixin.qq.com/q/")


@pytest.mark.parametrize(("scene", "expires_s"), [("", None), ("x" * 65, None), ("a", 0), ("a", 2_592_001)])
async def test_qrcode_wechat_would_misread_is_refused(
    caller: Caller, wechat: SimulatedWeChat, scene: str, expires_s: int | None
) -> None:
    with pytest.raises(Invalid):
        await create_qrcode(caller.client, wechat.shop, scene, expires_s)
    assert wechat.calls("/cgi-bin/qrcode/create") == 0


async def test_menu_comes_back_as_it_was_made(caller: Caller, wechat: SimulatedWeChat) -> None:
    assert await find_menu(caller.client, wechat.shop) is None
    await create_menu(caller.client, wechat.shop, {"button": [{"type": "click", "name": "门店", "key": "stores"}]})
    menu = await find_menu(caller.client, wechat.shop)
    assert menu == {"button": [{"type": "click", "name": "门店", "key": "stores", "sub_button": []}]}
    assert (await get_current_menu(caller.client, wechat.shop))["is_menu_open"] == 1


async def test_login_code_names_the_person_once(caller: Caller, wechat: SimulatedWeChat) -> None:
    app = wechat.world.app(MINI_ID)
    wechat.world.register(MINI_ID, {"openid": "mA", "unionid": "uA", "phone": "13800001234"})
    code = app.codes.mint("login", "mA")
    session = await exchange_code(caller.client, wechat.mini, code)
    assert (session.openid, session.unionid) == ("mA", "uA") and session.session_key
    assert session.session_key not in repr(session)
    with pytest.raises(Terminal) as caught:
        await exchange_code(caller.client, wechat.mini, code)
    assert caught.value.code == 40163


async def test_phone_button_gives_the_number_with_its_country(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.world.register(MINI_ID, {"openid": "mA", "phone": "13800001234"})
    code = wechat.world.app(MINI_ID).codes.mint("phone", "mA")
    assert await get_phone_number(caller.client, wechat.mini, code) == "+8613800001234"


async def test_address_that_is_not_listed_is_named(caller: Caller) -> None:
    async with simulated_wechat(ip_allow=("203.0.113.9",)) as wechat:
        with pytest.raises(Terminal) as caught:
            await list_callback_ips(caller.client, wechat.shop)
    assert caught.value.reason == "misconfigured" and "127.0.0.1" in caught.value.detail


async def test_capabilities_tell_limits_and_what_is_missing(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers["/cgi-bin/openapi/quota/get"] = {"errcode": 0, "quota": {"daily_limit": 500, "used": 3}}
    table = await list_capabilities(caller.client, scripted.shop)
    assert {(each.daily_limit, each.used, each.is_open) for each in table} == {(500, 3, True)}
    scripted.answers["/cgi-bin/openapi/quota/get"] = {"errcode": 48001, "errmsg": "api unauthorized"}
    table = await list_capabilities(caller.client, scripted.shop)
    assert not any(each.is_open for each in table) and table[0].fault.startswith("48001 ")


async def test_capabilities_of_the_simulator_are_open(caller: Caller, wechat: SimulatedWeChat) -> None:
    for account in (wechat.shop, wechat.mini):
        assert all(each.is_open for each in await list_capabilities(caller.client, account))
