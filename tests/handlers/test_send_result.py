"""What WeChat says of a message afterwards, as it comes over the wire, settles the delivery it is about."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core.accounts import Account
from models import Delivery, DeliveryState, GrantEntry, Identity, Interaction, SubscriptionGrant
from tests.handlers.shop import MINI, SHOP, Shop


async def delivery_of(shop: Shop, account: Account, channel: str, **columns: Any) -> Delivery:
    """A message to the person who wrote just now, taken by WeChat as 17."""
    await shop.push({"MsgType": "text", "Content": "你好"}, account=account)
    identity = await Identity.get(app_id=account.app_id).prefetch_related("customer")
    values: dict[str, Any] = {"state": DeliveryState.SENT, "wechat_id": "17", "closed_at": shop.moment, **columns}
    return await Delivery.create(
        occurrence="care:1",
        customer=identity.customer,
        identity=identity,
        app_id=account.app_id,
        channel=channel,
        options=[{"channel": channel, "payload": {"template_id": "T1", "data": {}}}],
        created_at=shop.moment,
        due_at=shop.moment,
        expires_at=shop.moment + timedelta(days=1),
        started_at=shop.moment,
        taken={"grant": "T1"},
        trail=[],
        **values,
    )


async def state_of(delivery: Delivery) -> tuple[str, str]:
    row = await Delivery.get(id=delivery.id)
    return row.state.value, row.reason


def finished(shop: Shop, status: str) -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
        f"<CreateTime>{int(shop.moment.timestamp())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>17</MsgID><Status><![CDATA[{status}]]></Status></xml>"
    )


def notice_sent(shop: Shop, code: str) -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>"
        f"<CreateTime>{int(shop.moment.timestamp())}</CreateTime><MsgType>event</MsgType>"
        f"<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>T1</TemplateId>"
        f"<MsgID>17</MsgID><ErrorCode>{code}</ErrorCode><ErrorStatus>x</ErrorStatus></List></SubscribeMsgSentEvent></xml>"
    )


def notice_sent_json(shop: Shop, code: str) -> str:
    item = {"TemplateId": "T1", "MsgID": "17", "ErrorCode": code, "ErrorStatus": "x"}
    return json.dumps(
        {
            "ToUserName": "gh_1",
            "FromUserName": "o1",
            "CreateTime": int(shop.moment.timestamp()),
            "MsgType": "event",
            "Event": "subscribe_msg_sent_event",
            "List": [item],
        }
    )


@pytest.mark.parametrize(
    ("status", "end"),
    [("success", ("confirmed", "")), ("failed:user block", ("failed", "failed_afterwards"))],
)
async def test_a_template_message_ends_as_wechat_says(any_shop: Shop, status: str, end: tuple[str, str]) -> None:
    delivery = await delivery_of(any_shop, SHOP, "template")
    for _ in range(3):
        assert await any_shop.push_body(finished(any_shop, status)) is None
    assert await state_of(delivery) == end
    assert await any_shop.handler_of_last() == "send_result"
    assert await Interaction.filter(kind="event.templatesendjobfinish").count() == 1
    assert len((await Delivery.get(id=delivery.id)).trail) == 1


@pytest.mark.parametrize(("code", "end"), [("0", ("confirmed", "")), ("4", ("failed", "failed_afterwards"))])
async def test_a_notice_ends_as_wechat_says_in_xml(any_shop: Shop, code: str, end: tuple[str, str]) -> None:
    delivery = await delivery_of(any_shop, SHOP, "subscribe")
    assert await any_shop.push_body(notice_sent(any_shop, code)) is None
    assert await state_of(delivery) == end
    assert await any_shop.handler_of_last() == "grants"


@pytest.mark.parametrize(("code", "end"), [("0", ("confirmed", "")), ("43101", ("failed", "failed_afterwards"))])
async def test_a_notice_ends_as_wechat_says_in_json(any_shop: Shop, code: str, end: tuple[str, str]) -> None:
    delivery = await delivery_of(any_shop, MINI, "mini_subscribe")
    assert await any_shop.push_body(notice_sent_json(any_shop, code), MINI) is None
    assert await state_of(delivery) == end


@pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.SENT])
async def test_a_notice_without_an_id_is_confirmed_and_takes_no_second_grant(
    any_shop: Shop, state: DeliveryState
) -> None:
    delivery = await delivery_of(any_shop, SHOP, "subscribe", state=state, wechat_id="")
    await SubscriptionGrant.create(
        identity_id=delivery.identity_id, template_id="T1", stock=1, updated_at=any_shop.moment
    )
    await any_shop.push_body(notice_sent(any_shop, "0"))
    assert await state_of(delivery) == ("confirmed", "")
    assert (await SubscriptionGrant.get()).stock == 1 and await GrantEntry.all().count() == 0


async def test_a_word_about_nobodys_message_is_only_stored(shop: Shop) -> None:
    await shop.say("你好")
    assert await shop.push_body(finished(shop, "success")) is None
    assert await Delivery.all().count() == 0
    assert await shop.handler_of_last() == "send_result"
