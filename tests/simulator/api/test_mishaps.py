"""Knobs: slow, broken and lost answers, ordered errors; and the ledger that knows what was accepted all the same."""

import time

import aiohttp
import pytest

from simulator.state.stocks import Act

SEND = "/cgi-bin/message/custom/send"


async def turn(platform, **knobs):
    return await platform.ask("POST", "/_sim/knobs", knobs)


async def post(platform, openid):
    """The HTTP status of a send, 0 when the connection was cut."""
    body = {"touser": openid, "msgtype": "text", "text": {"content": "您好"}}
    query = {"access_token": await platform.token()}
    try:
        async with platform.session.post(platform.base + SEND, params=query, json=body) as response:
            return response.status
    except aiohttp.ServerDisconnectedError:
        return 0


async def accepted(platform, **query):
    return await platform.ask("GET", "/_sim/accepted", **query)


async def test_an_answer_lost_after_acceptance_is_accepted_all_the_same(platform):
    openid = platform.follower()
    await turn(platform, lost_share=1.0)
    assert await post(platform, openid) == 0
    messages = (await accepted(platform))["messages"]
    assert [(row["openid"], row["text"], row["answered"]) for row in messages] == [(openid, "您好", False)]
    counters = await platform.ask("GET", "/_sim/counters")
    assert (counters["accepted"], counters["accepted_unanswered"], counters["mishaps"]) == (1, 1, {"lost": 1})


async def test_a_broken_call_takes_no_effect_unless_it_breaks_after(platform):
    openid = platform.follower()
    await turn(platform, broken_share=1.0)
    assert await post(platform, openid) == 502
    assert (await accepted(platform))["total"] == 0
    await turn(platform, broken_share=0.0, broken_after_share=1.0)
    assert await post(platform, openid) == 502
    assert (await accepted(platform))["total"] == 1


async def test_a_token_ends_in_the_middle_of_things(platform):
    openid = platform.follower()
    token = await platform.token()
    await turn(platform, token_ends_after_calls=3)
    body = {"touser": openid, "msgtype": "text", "text": {"content": "您好"}}
    codes = [(await platform.ask("POST", SEND, body, access_token=token))["errcode"] for _ in range(4)]
    assert codes == [0, 0, 40001, 40001]
    assert [await platform.say(openid) for _ in range(3)] == [0, 45047, 40001]
    assert len(platform.world.ledger.rows) == 3


async def test_mishaps_keep_to_their_paths(platform):
    platform.follower()
    await turn(platform, broken_share=1.0, lost_share=1.0)
    assert (await platform.call("GET", "/cgi-bin/user/get"))["count"] == 1
    await turn(platform, fault_paths=["/cgi-bin/user/get"], lost_share=0.0)
    async with platform.session.get(f"{platform.base}/cgi-bin/user/get") as response:
        assert response.status == 502


async def test_slow_answers_are_slow(platform):
    openid = platform.follower()
    await turn(platform, slow_ms=150)
    started = time.perf_counter()
    assert await post(platform, openid) == 200
    assert time.perf_counter() - started >= 0.15


async def test_an_ordered_error_comes_as_often_as_ordered(platform):
    openid = platform.follower()
    await turn(platform, errors={SEND: {"code": 45009, "times": 2}})
    assert [await platform.say(openid) for _ in range(3)] == [45009, 45009, 0]
    await turn(platform, errors={"*": {"code": -1}})
    answer = await platform.ask(
        "POST",
        "/cgi-bin/stable_token",
        {"grant_type": "client_credential", "appid": "wxshop", "secret": "wxshop-secret"},
    )
    assert answer["errcode"] == -1


async def test_shares_follow_the_seed(platform):
    async def pattern():
        await turn(platform, seed=7, broken_share=0.5)
        openid = platform.follower()
        return [await post(platform, openid) for _ in range(12)]

    first = await pattern()
    platform.world.note("wxshop", "oA", Act.UNFOLLOW)
    assert await pattern() == first and {200, 502} == set(first)


@pytest.mark.parametrize("knobs", [{"speed": 1}, {"lost_share": 1.5}, {"followers_page": "many"}])
async def test_a_wrong_knob_is_named_and_nothing_turns(platform, knobs):
    before = await platform.ask("GET", "/_sim/knobs")
    async with platform.session.post(f"{platform.base}/_sim/knobs", json={"slow_ms": 5.0} | knobs) as response:
        assert response.status == 400 and next(iter(knobs)) in (await response.json())["error"]
    assert await platform.ask("GET", "/_sim/knobs") == before


async def test_accepted_messages_can_be_read_on_from_the_last_seen(platform):
    for openid in ("oA", "oB"):
        platform.follower(openid)
        for number in range(3):
            assert await platform.say(openid, f"第{number}条") == 0
    assert [row["seq"] for row in (await accepted(platform, since="4"))["messages"]] == [5, 6]
    assert [row["text"] for row in (await accepted(platform, openid="oB", limit="2"))["messages"]] == ["第0条", "第1条"]
    assert (await accepted(platform, app_id="wxmini")) == {"total": 6, "messages": []}


async def test_thousands_of_accepted_messages_are_read_at_once(platform):
    for number in range(20_000):
        platform.world.ledger.accept(
            at=1.0,
            app_id="wxshop",
            openid=f"o{number}",
            api="custom",
            msgtype="text",
            text="您好",
            msgid=0,
            client_msg_id="",
            message={"touser": f"o{number}"},
        )
    assert len((await accepted(platform, since="19990"))["messages"]) == 10
    assert len((await accepted(platform))["messages"]) == 20_000
    short = (await accepted(platform, fields="seq,openid,client_msg_id", since="1"))["messages"]
    assert len(short) == 19_999 and short[0] == {"seq": 2, "openid": "o1", "client_msg_id": ""}


async def test_a_field_that_is_none_is_named(platform):
    async with platform.session.get(f"{platform.base}/_sim/accepted", params={"fields": "seq,words"}) as response:
        assert response.status == 400 and "'words'" in (await response.json())["error"]
