"""Followers one by one, by the hundred and page by page; unionids when they are to be seen."""

import dataclasses

from simulator.state.stocks import Act
from simulator.state.world import World


async def test_a_follower_is_described_without_name_or_picture(platform, clock):
    platform.world.register("wxshop", {"openid": "oA", "unionid": "uA"})
    platform.world.note("wxshop", "oA", Act.FOLLOW, scene="g_one")
    answer = await platform.call("GET", "/cgi-bin/user/info", openid="oA")
    assert answer == {
        "subscribe": 1,
        "openid": "oA",
        "language": "zh_CN",
        "subscribe_time": int(clock.now),
        "unionid": "uA",
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE",
        "qr_scene": 0,
        "qr_scene_str": "g_one",
    }


async def test_who_left_is_only_known_to_have_left(platform):
    platform.follower("oA")
    platform.world.note("wxshop", "oA", Act.UNFOLLOW)
    assert await platform.call("GET", "/cgi-bin/user/info", openid="oA") == {"subscribe": 0, "openid": "oA"}
    assert (await platform.call("GET", "/cgi-bin/user/info", openid="oX"))["errcode"] == 40003
    assert (await platform.call("GET", "/cgi-bin/user/info"))["errcode"] == 41009


async def test_a_unionid_appears_late_or_never(platform, clock):
    world = platform.world
    world.register("wxshop", {"openid": "oA", "unionid": "uA", "unionid_late": True})
    world.note("wxshop", "oA", Act.FOLLOW)

    async def unionid():
        return (await platform.call("GET", "/cgi-bin/user/info", openid="oA")).get("unionid")

    assert await unionid() is None
    world.note("wxshop", "oA", Act.UNIONID)
    assert await unionid() == "uA"
    world.turn({"unionid_after_s": 60})
    assert await unionid() is None
    clock.now += 60
    assert await unionid() == "uA"
    world.apps["wxshop"].account = dataclasses.replace(world.apps["wxshop"].account, bound=False)
    assert await unionid() is None


async def test_a_batch_has_at_most_a_hundred(platform):
    for number in range(3):
        platform.follower(f"o{number}")
    path = "/cgi-bin/user/info/batchget"
    answer = await platform.call("POST", path, {"user_list": [{"openid": f"o{n}", "lang": "zh_CN"} for n in (2, 0)]})
    assert [card["openid"] for card in answer["user_info_list"]] == ["o2", "o0"]
    assert (await platform.call("POST", path, {"user_list": [{"openid": "o1"}] * 101}))["errcode"] == 40031
    assert (await platform.call("POST", path, {"user_list": []}))["errcode"] == 40031


async def test_all_followers_come_in_pages_that_go_on_after_the_last_openid(platform):
    for number in range(5):
        platform.follower(f"o{number}")
    platform.world.note("wxshop", "o1", Act.UNFOLLOW)
    platform.world.turn({"followers_page": 2})
    path = "/cgi-bin/user/get"
    first = await platform.call("GET", path)
    assert first == {"total": 4, "count": 2, "data": {"openid": ["o0", "o2"]}, "next_openid": "o2"}
    platform.world.note("wxshop", "o2", Act.UNFOLLOW)
    second = await platform.call("GET", path, next_openid="o2")
    assert second == {"total": 3, "count": 2, "data": {"openid": ["o3", "o4"]}, "next_openid": "o4"}
    assert await platform.call("GET", path, next_openid="o4") == {"total": 3, "count": 0, "next_openid": ""}


async def test_followers_of_before_come_ten_thousand_at_a_time(platform, config):
    shop = dataclasses.replace(config.account("shop"), followers=10_001)
    world = World(dataclasses.replace(config, accounts=(shop,)), platform.clock)
    platform.world.apps["wxshop"].people = world.apps["wxshop"].people
    page = await platform.call("GET", "/cgi-bin/user/get")
    assert (page["total"], page["count"], len(set(page["data"]["openid"]))) == (10_001, 10_000, 10_000)
    assert (await platform.call("GET", "/cgi-bin/user/get", next_openid=page["next_openid"]))["count"] == 1
