"""Customer-service messages: windows, stocks and what a message must carry."""

import pytest

from simulator.state.stocks import Act

SEND = "/cgi-bin/message/custom/send"


async def codes(platform, openid, count, app_id="wxshop"):
    return [await platform.say(openid, app_id=app_id) for _ in range(count)]


async def test_a_message_opens_five_for_48_hours(platform, clock):
    openid = platform.follower()
    platform.world.note("wxshop", openid, Act.MESSAGE)
    clock.now += 61
    assert await codes(platform, openid, 6) == [0, 0, 0, 0, 0, 45047]
    platform.world.note("wxshop", openid, Act.MESSAGE)
    clock.now += 48 * 3600 - 1
    assert await platform.say(openid) == 0
    clock.now += 1
    assert await platform.say(openid) == 45015
    assert len(platform.world.ledger.rows) == 6


@pytest.mark.parametrize("act", [Act.FOLLOW, Act.SCAN, Act.CLICK])
async def test_a_follow_scan_or_click_opens_three_for_a_minute(platform, clock, act):
    openid = platform.follower()
    clock.now += 3600
    platform.world.note("wxshop", openid, act)
    assert await codes(platform, openid, 4) == [0, 0, 0, 45047]
    platform.world.note("wxshop", openid, act)
    clock.now += 60
    assert await platform.say(openid) == 45015


async def test_the_short_share_is_used_before_the_long_one(platform, clock):
    openid = platform.follower()
    platform.world.note("wxshop", openid, Act.MESSAGE)
    assert await codes(platform, openid, 3) == [0, 0, 0]
    clock.now += 61
    assert await codes(platform, openid, 6) == [0, 0, 0, 0, 0, 45047]


async def test_a_mini_program_has_two_after_entering_and_five_after_a_message(platform, clock):
    platform.world.note("wxmini", "oM", Act.ENTER)
    assert await codes(platform, "oM", 3, "wxmini") == [0, 0, 45047]
    clock.now += 61
    assert await platform.say("oM", app_id="wxmini") == 45015
    platform.world.note("wxmini", "oM", Act.MESSAGE)
    assert await codes(platform, "oM", 6, "wxmini") == [0, 0, 0, 0, 0, 45047]


async def test_strangers_and_people_who_left(platform):
    assert await platform.say("oNobody") == 40003
    openid = platform.follower()
    platform.world.note("wxshop", openid, Act.UNFOLLOW)
    assert await platform.say(openid) == 43004
    platform.world.note("wxshop", openid, Act.FOLLOW)
    assert await platform.say(openid) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "shout", "shout": {}}, 40008),
        ({"msgtype": "image", "image": {}}, 40007),
        ({"msgtype": "image", "image": {"media_id": ""}}, 40007),
        ({"msgtype": "news", "news": {"articles": [{"title": "a"}, {"title": "b"}]}}, 45008),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "?", "list": [], "tail_content": ""}}, 47001),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "?", "list": ["是"], "tail_content": ""}}, 47001),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "?", "list": [{"id": "1"}], "tail_content": ""}}, 47001),
        ({"msgtype": "miniprogrampage", "miniprogrampage": {"title": "t", "pagepath": "p"}}, 40007),
        (
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {"title": "t", "pagepath": "p", "thumb_media_id": ""},
            },
            40007,
        ),
    ],
)
async def test_a_faulty_message_is_refused_and_costs_nothing(platform, body, code):
    openid = platform.follower()
    assert (await platform.call("POST", SEND, {"touser": openid, **body}))["errcode"] == code
    assert platform.world.ledger.rows == []
    assert await codes(platform, openid, 4) == [0, 0, 0, 45047]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"msgtype": "image", "image": {"media_id": "M"}}, '{"media_id": "M"}'),
        ({"msgtype": "news", "news": {"articles": [{"title": "上新", "url": "u"}]}}, "上新"),
        (
            {
                "msgtype": "msgmenu",
                "msgmenu": {"head_content": "满意吗", "list": [{"id": "1", "content": "是"}], "tail_content": ""},
            },
            "满意吗",
        ),
        (
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {"title": "看看", "pagepath": "p", "thumb_media_id": "T"},
            },
            "看看",
        ),
    ],
)
async def test_every_kind_is_accepted_and_recorded(platform, body, text):
    openid = platform.follower()
    assert (await platform.call("POST", SEND, {"touser": openid, **body}))["errcode"] == 0
    row = platform.world.ledger.rows[0]
    assert (row.openid, row.api, row.msgtype, row.text) == (openid, "custom", body["msgtype"], text)


async def test_a_mini_program_cannot_send_news(platform):
    platform.world.note("wxmini", "oM", Act.MESSAGE)
    body = {"touser": "oM", "msgtype": "news", "news": {"articles": [{"title": "a"}]}}
    assert (await platform.call("POST", SEND, body, app_id="wxmini"))["errcode"] == 40008
