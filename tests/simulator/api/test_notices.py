"""Template messages and subscription notices: grants, client ids, results."""

import asyncio

import pytest

from simulator.state.stocks import Act

ORDER = {"template_id": "T-ORDER", "data": {"thing1": {"value": "羽绒服"}}}
STOCK = {"template_id": "T-STOCK", "data": {"thing1": {"value": "短靴"}}}
TEMPLATE = "/cgi-bin/message/template/send"
BIZ, SUBSCRIBE = "/cgi-bin/message/subscribe/bizsend", "/cgi-bin/message/subscribe/send"


async def send(platform, path, body, openid="oA", app_id="wxshop", **more):
    return await platform.call("POST", path, {"touser": openid, **body, **more}, app_id=app_id)


async def test_a_template_message_goes_once_for_each_client_id_of_a_person(platform, clock):
    platform.follower("oA")
    platform.follower("oB")
    first = await send(platform, TEMPLATE, ORDER, client_msg_id="c1")
    again = await send(platform, TEMPLATE, ORDER, client_msg_id="c1")
    other = await send(platform, TEMPLATE, ORDER, openid="oB", client_msg_id="c1")
    assert first["errcode"] == 0 and first["msgid"] == again["msgid"] != other["msgid"]
    assert [(row.openid, row.client_msg_id) for row in platform.world.ledger.rows] == [("oA", "c1"), ("oB", "c1")]
    clock.now += 601
    assert (await send(platform, TEMPLATE, ORDER, client_msg_id="c1"))["msgid"] != first["msgid"]
    assert len(platform.world.ledger.rows) == 3


async def test_without_a_client_id_every_call_sends(platform):
    platform.follower("oA")
    assert (await send(platform, TEMPLATE, ORDER))["msgid"] != (await send(platform, TEMPLATE, ORDER))["msgid"]
    assert len(platform.world.ledger.rows) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"template_id": "T-OTHER"}, 40037),
        ({"template_id": ""}, 40037),
        ({"data": {}}, 47003),
        ({"touser": "oX"}, 40003),
    ],
)
async def test_a_faulty_template_message_is_refused(platform, body, code):
    platform.follower("oA")
    assert (await send(platform, TEMPLATE, ORDER, **body))["errcode"] == code
    assert platform.world.ledger.rows == []


async def test_a_template_message_needs_a_follower(platform):
    platform.follower("oA")
    platform.world.note("wxshop", "oA", Act.UNFOLLOW)
    assert (await send(platform, TEMPLATE, ORDER))["errcode"] == 43004


@pytest.mark.parametrize(("app_id", "path", "body"), [("wxshop", BIZ, ORDER), ("wxmini", SUBSCRIBE, STOCK)])
async def test_one_accept_buys_one_notice(platform, app_id, path, body):
    platform.world.note(app_id, "oA", Act.SEEN)
    assert (await send(platform, path, body, app_id=app_id))["errcode"] == 43101
    for _ in range(2):
        platform.world.note(app_id, "oA", Act.GRANT, template=body["template_id"])
    sent = [(await send(platform, path, body, app_id=app_id))["errcode"] for _ in range(3)]
    assert sent == [0, 0, 43101]
    platform.world.note(app_id, "oA", Act.GRANT, template=body["template_id"])
    platform.world.note(app_id, "oA", Act.REFUSE, template=body["template_id"])
    assert (await send(platform, path, body, app_id=app_id))["errcode"] == 43101


async def test_a_refused_notice_uses_no_grant(platform):
    platform.world.note("wxmini", "oA", Act.GRANT, template="T-STOCK")
    empty = {"data": {"thing1": {"value": ""}}}
    assert (await send(platform, SUBSCRIBE, STOCK, app_id="wxmini", **empty))["errcode"] == 47003
    assert (await send(platform, SUBSCRIBE, STOCK, app_id="wxmini"))["errcode"] == 0


async def test_two_notices_at_once_to_one_person_meet_43108(platform):
    for _ in range(2):
        platform.world.note("wxmini", "oA", Act.GRANT, template="T-STOCK")
    await platform.token("wxmini")
    platform.world.turn({"notice_ms": 100})
    answers = await asyncio.gather(*(send(platform, SUBSCRIBE, STOCK, app_id="wxmini") for _ in range(2)))
    assert sorted(answer["errcode"] for answer in answers) == [0, 43108]
    assert (await send(platform, SUBSCRIBE, STOCK, app_id="wxmini"))["errcode"] == 0


async def results(platform, shop, count):
    async with asyncio.timeout(5):
        while len(shop.got) < count or sum(platform.world.ledger.results.values()) < count:
            await asyncio.sleep(0.01)
    return shop.got


async def test_the_result_of_a_notice_is_pushed_to_the_webhook(platform, shop):
    shop.says = ""
    await platform.ask("POST", "/_sim/webhook", {"base": shop.base})
    platform.world.turn({"result_delay_s": 0.01})
    platform.follower("oA")
    platform.world.note("wxshop", "oA", Act.GRANT, template="T-ORDER")
    sent = await send(platform, TEMPLATE, ORDER)
    got = await results(platform, shop, 1)
    assert (got[0]["Event"], got[0]["MsgID"], got[0]["Status"], got[0]["FromUserName"]) == (
        "TEMPLATESENDJOBFINISH",
        str(sent["msgid"]),
        "success",
        "oA",
    )
    platform.world.turn({"result_failed_share": 1.0})
    sent = await send(platform, BIZ, ORDER)
    got = await results(platform, shop, 2)
    assert got[1]["SubscribeMsgSentEvent"]["List"] == {
        "TemplateId": "T-ORDER",
        "MsgID": str(sent["msgid"]),
        "ErrorCode": "3",
        "ErrorStatus": "rejected by user",
    }
    assert platform.world.ledger.results == {"TEMPLATESENDJOBFINISH": 1, "subscribe_msg_sent_event": 1}
