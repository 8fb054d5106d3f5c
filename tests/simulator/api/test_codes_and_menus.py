"""QR codes with scenes, the menu, quotas."""

import pytest

CREATE = "/cgi-bin/qrcode/create"


async def create(platform, action, info, **more):
    return await platform.call("POST", CREATE, {"action_name": action, "action_info": info, **more})


async def show(platform, ticket):
    async with platform.session.get(f"{platform.base}/cgi-bin/showqrcode", params={"ticket": ticket}) as shown:
        return shown.status, await shown.read()


def scene_of(platform, ticket):
    return platform.world.apps["wxshop"].qrcodes.by_ticket[ticket].scene


async def test_a_temporary_code_lives_sixty_seconds_unless_told_otherwise(platform, clock):
    answer = await create(platform, "QR_STR_SCENE", {"scene": {"scene_str": "g_one"}})
    assert answer["expire_seconds"] == 60 and answer["url"].startswith("http://weixin.qq.com/q/")
    assert scene_of(platform, answer["ticket"]) == "g_one"
    clock.now += 60
    assert (await show(platform, answer["ticket"]))[0] == 404
    longest = await create(platform, "QR_STR_SCENE", {"scene": {"scene_str": "g"}}, expire_seconds=2_592_000)
    assert longest["expire_seconds"] == 2_592_000
    too_long = await create(platform, "QR_STR_SCENE", {"scene": {"scene_str": "g"}}, expire_seconds=2_592_001)
    assert too_long["errcode"] == 40035


async def test_a_permanent_code_is_the_same_again_and_can_be_seen(platform, clock):
    info = {"scene": {"scene_str": "g_one"}}
    first = await create(platform, "QR_LIMIT_STR_SCENE", info)
    clock.now += 10_000_000
    assert await create(platform, "QR_LIMIT_STR_SCENE", info) == first
    assert "expire_seconds" not in first
    status, picture = await show(platform, first["ticket"])
    assert (status, picture[:8]) == (200, b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("info", [{"scene_str": "g_one"}, {}, {"scene": {"scene_id": "g_one"}}, None])
async def test_a_scene_that_is_not_nested_silently_becomes_zero(platform, info):
    answer = await create(platform, "QR_LIMIT_STR_SCENE", info)
    assert scene_of(platform, answer["ticket"]) == "0"


async def test_faulty_codes_are_refused(platform):
    assert (await create(platform, "QR_CODE", {}))["errcode"] == 40052
    assert (await create(platform, "QR_STR_SCENE", {"scene": {"scene_str": "x" * 65}}))["errcode"] == 40053
    assert (await create(platform, "QR_STR_SCENE", {"scene": {"scene_str": ""}}))["errcode"] == 40053


async def test_a_menu_is_kept_and_shown_with_its_two_shapes(platform):
    button = {"name": "门店", "sub_button": [{"type": "click", "name": "附近门店", "key": "NEAREST"}]}
    assert (await platform.call("GET", "/cgi-bin/menu/get"))["errcode"] == 46003
    assert await platform.call("GET", "/cgi-bin/get_current_selfmenu_info") == {"is_menu_open": 0}
    assert (await platform.call("POST", "/cgi-bin/menu/create", {"button": [button]}))["errcode"] == 0
    assert await platform.call("GET", "/cgi-bin/menu/get") == {"menu": {"button": [button]}}
    shown = await platform.call("GET", "/cgi-bin/get_current_selfmenu_info")
    assert shown["selfmenu_info"]["button"][0]["sub_button"] == {"list": button["sub_button"]}
    assert (await platform.ask("GET", "/_sim/stage"))["wxshop"]["menu_keys"] == ["NEAREST"]


LEAF = {"type": "click", "name": "店", "key": "K"}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([LEAF] * 4, 40016),
        ([LEAF | {"name": "六个汉字太长"}], 40018),
        ([LEAF | {"type": "tap"}], 40017),
        ([LEAF | {"key": ""}], 40019),
        ([{"type": "view", "name": "店", "url": "u" * 1025}], 40020),
        ([{"name": "店", "sub_button": [LEAF] * 6}], 40023),
        ([{"name": "店", "sub_button": [LEAF | {"type": ""}]}], 40024),
        ([{"name": "店", "sub_button": [LEAF | {"key": "k" * 129}]}], 40026),
    ],
)
async def test_faulty_menus_are_refused_and_change_nothing(platform, buttons, code):
    await platform.call("POST", "/cgi-bin/menu/create", {"button": [LEAF]})
    assert (await platform.call("POST", "/cgi-bin/menu/create", {"button": buttons}))["errcode"] == code
    assert (await platform.call("GET", "/cgi-bin/menu/get"))["menu"]["button"][0]["key"] == "K"


async def test_quotas_turn_with_the_minute_and_at_midnight_in_china(platform, clock):
    platform.world.turn({"daily_limits": {"/cgi-bin/menu/get": 3}, "minute_limits": {"/cgi-bin/menu/get": 2}})
    midnight = 1_790_006_400.0  # 00:00 in China

    async def ask(at, times):
        clock.now = at
        return [(await platform.call("GET", "/cgi-bin/menu/get"))["errcode"] for _ in range(times)]

    assert await ask(midnight - 90, 3) == [46003, 46003, 45011]
    assert await ask(midnight - 30, 2) == [46003, 45009]
    assert await ask(midnight, 1) == [46003]


async def test_a_quota_can_be_asked_for_and_cleared_ten_times(platform):
    path = "/cgi-bin/menu/get"
    platform.world.turn({"daily_limits": {path: 2}})
    for _ in range(2):
        await platform.call("GET", path)
    assert (await platform.call("GET", path))["errcode"] == 45009
    told = await platform.call("POST", "/cgi-bin/openapi/quota/get", {"cgi_path": path})
    assert told["quota"] == {"daily_limit": 2, "used": 2, "remain": 0}
    cleared = [(await platform.call("POST", "/cgi-bin/clear_quota", {"appid": "wxshop"}))["errcode"] for _ in range(11)]
    assert cleared == [0] * 10 + [48006]
    assert (await platform.call("GET", path))["errcode"] == 46003


async def test_malformed_calls(platform):
    token = await platform.token()
    url = f"{platform.base}{CREATE}?access_token={token}"
    for data, code in ((b"{", 47001), (b"[]", 47001), (b"", 44002)):
        async with platform.session.post(url, data=data) as response:
            assert (await response.json(content_type=None))["errcode"] == code
    assert (await platform.ask("GET", CREATE, access_token=token))["errcode"] == 43002
    assert (await platform.ask("POST", "/cgi-bin/menu/get", {}, access_token=token))["errcode"] == 43001
