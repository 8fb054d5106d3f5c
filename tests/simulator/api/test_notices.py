"""Template messages and subscription notices: grants, client ids, results."""

import asyncio
import dataclasses

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


async def test_a_subscription_knows_no_client_ids(platform):
    for _ in range(2):
        platform.world.note("wxshop", "oA", Act.GRANT, template="T-ORDER")
        assert (await send(platform, BIZ, ORDER, client_msg_id="c1"))["errcode"] == 0
    assert len(platform.world.ledger.rows) == 2


async def test_a_client_id_again_may_be_answered_45065(platform):
    platform.follower("oA")
    platform.world.turn({"repeat_code": 45065})
    codes = [(await send(platform, TEMPLATE, ORDER, client_msg_id="c1"))["errcode"] for _ in range(2)]
    assert codes == [0, 45065]
    assert len(platform.world.ledger.rows) == 1


async def test_a_banned_template_is_refused_everywhere(platform):
    platform.follower("oA")
    platform.world.note("wxshop", "oA", Act.GRANT, template="T-ORDER")
    platform.world.turn({"banned_templates": ["T-ORDER"]})
    assert [(await send(platform, path, ORDER))["errcode"] for path in (TEMPLATE, BIZ)] == [43107, 43107]
    platform.world.turn({"banned_templates": []})
    assert (await send(platform, BIZ, ORDER))["errcode"] == 0


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("thing1", "长" * 20, 0),
        ("thing1", "长" * 21, 47003),
        ("phrase3", "五个字以上了", 47003),
        ("character_string2", "x" * 33, 47003),
        ("first", "长" * 200, 0),
    ],
)
async def test_a_value_of_a_subscription_has_its_length(platform, name, value, code):
    platform.world.note("wxmini", "oA", Act.GRANT, template="T-STOCK")
    answer = await send(platform, SUBSCRIBE, STOCK, app_id="wxmini", data={name: {"value": value}})
    assert answer["errcode"] == code
    assert (f"data.{name}.value" in answer["errmsg"]) == (code == 47003)


async def test_a_page_that_is_not_published_is_refused(platform):
    app = platform.world.app("wxmini")
    app.account = dataclasses.replace(app.account, pages=("pages/index",))
    platform.world.note("wxmini", "oA", Act.GRANT, template="T-STOCK")
    assert (await send(platform, SUBSCRIBE, STOCK, app_id="wxmini", page="pages/gone"))["errcode"] == 41030
    assert (await send(platform, SUBSCRIBE, STOCK, app_id="wxmini", page="pages/index?a=1"))["errcode"] == 0


async def test_a_msgid_may_be_left_out(platform):
    platform.world.turn({"names_notices": False})
    platform.world.note("wxmini", "oA", Act.GRANT, template="T-STOCK")
    assert await send(platform, SUBSCRIBE, STOCK, app_id="wxmini") == {"errcode": 0, "errmsg": "ok"}
    assert platform.world.ledger.rows[0].msgid > 0


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


async def announced(platform, shop, **knobs):
    """The statuses told of 40 template messages, with every result out at once."""
    shop.says = ""
    await platform.ask("POST", "/_sim/webhook", {"base": shop.base})
    platform.world.turn({"result_delay_s": 0.0, "seed": 3, **knobs})
    platform.follower("oA")
    for number in range(40):
        await send(platform, TEMPLATE, ORDER, client_msg_id=f"c{number}")
    got = await results(platform, shop, 40 - platform.world.ledger.results["missing"])
    told = {int(fields["MsgID"]): fields["Status"] for fields in got}
    assert {row.msgid: row.result for row in platform.world.ledger.rows if row.result} == told
    return [told.get(row.msgid) for row in platform.world.ledger.rows]


async def test_results_fail_and_go_missing_by_seed(platform, shop):
    shares = {"result_missing_share": 0.3, "result_failed_share": 0.2, "result_system_failed_share": 0.2}
    first = await announced(platform, shop, **shares)
    assert set(first) == {None, "success", "failed:user block", "failed: system failed"}
    assert platform.world.ledger.results["missing"] == first.count(None)
    assert (await platform.ask("GET", "/_sim/counters"))["results"]["missing"] == first.count(None)
    shop.got.clear()
    platform.world.ledger.rows.clear()
    platform.world.ledger.results.clear()
    platform.world.app("wxshop").sent.clear()
    assert await announced(platform, shop, **shares) == first


@pytest.mark.parametrize(("late_s", "delay_s", "told"), [(600.0, 0.0, "prompt"), (0.0, 600.0, "late")])
async def test_a_late_result_has_its_own_delay(platform, shop, late_s, delay_s, told):
    shop.says = ""
    await platform.ask("POST", "/_sim/webhook", {"base": shop.base})
    platform.follower("oA")
    platform.world.turn({"result_delay_s": delay_s, "result_late_share": 1.0, "result_late_s": late_s})
    sent = {"late": await send(platform, TEMPLATE, ORDER)}
    platform.world.turn({"result_late_share": 0.0})
    sent["prompt"] = await send(platform, TEMPLATE, ORDER)
    [fields] = await results(platform, shop, 1)
    assert int(fields["MsgID"]) == sent[told]["msgid"]
    assert sorted(row.result for row in platform.world.ledger.rows) == ["", "success"]


async def test_a_result_nobody_takes_is_not_noted_as_told(platform, shop):
    shop.failures = [500] * 4
    platform.world.turn({"result_delay_s": 0.0})
    platform.follower("oA")
    await platform.ask("POST", "/_sim/webhook", {"base": shop.base})
    await send(platform, TEMPLATE, ORDER)
    async with asyncio.timeout(10):
        while not platform.world.ledger.results:
            await asyncio.sleep(0.01)
    assert platform.world.ledger.results == {"TEMPLATESENDJOBFINISH unanswered": 1}
    assert platform.world.ledger.rows[0].result == ""


async def test_a_lost_answer_is_followed_by_its_result(platform, shop):
    shop.says = ""
    await platform.ask("POST", "/_sim/webhook", {"base": shop.base})
    platform.world.turn({"result_delay_s": 0.0, "nonsense_share": 1.0})
    platform.follower("oA")
    query = {"access_token": await platform.token()}
    async with platform.session.post(platform.base + TEMPLATE, params=query, json={"touser": "oA", **ORDER}) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
    got = await results(platform, shop, 1)
    [row] = platform.world.ledger.rows
    assert (row.answered, row.result, got[0]["MsgID"]) == (False, "success", str(row.msgid))
