"""Subscription events in each shape they come in, and authorisation taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from delivery.grants import GrantTake, find_stock, take_grants
from models import Customer, Delivery, DeliveryState, Identity, Interaction, SubscriptionGrant
from tests.handlers.shop import MINI, Shop


def xml(event: str, wrapper: str, *items: dict[str, str], created: int = 1780279200) -> str:
    lists = "".join(f"<List>{''.join(f'<{k}>{v}</{k}>' for k, v in item.items())}</List>" for item in items)
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>{created}</CreateTime>"
        f"<MsgType>event</MsgType><Event>{event}</Event><{wrapper}>{lists}</{wrapper}></xml>"
    )


def accept(template: str) -> dict[str, str]:
    return {"TemplateId": template, "SubscribeStatusString": "accept", "PopupScene": "0"}


def reject(template: str) -> dict[str, str]:
    return {"TemplateId": template, "SubscribeStatusString": "reject"}


def sent(template: str, code: str, wechat_id: str = "17") -> dict[str, str]:
    return {"TemplateId": template, "MsgID": wechat_id, "ErrorCode": code, "ErrorStatus": "x"}


async def stocks() -> dict[str, int]:
    return {row.template_id: row.stock for row in await SubscriptionGrant.all()}


async def popup(shop: Shop, *items: dict[str, str], created: int = 1780279200) -> None:
    body = xml("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", *items, created=created)
    assert await shop.push_body(body) is None


async def test_each_accept_adds_one_and_a_refusal_none(any_shop: Shop) -> None:
    await popup(any_shop, accept("T1"), reject("T2"))
    await popup(any_shop, accept("T1"), accept("T2"), created=1780279201)
    assert await stocks() == {"T1": 2, "T2": 1}


async def test_a_popup_pushed_three_times_counts_once(any_shop: Shop) -> None:
    for _ in range(3):
        await popup(any_shop, accept("T1"))
    assert await stocks() == {"T1": 1}
    assert await Interaction.all().count() == 1


@pytest.mark.parametrize(
    "nested",
    [
        {"List": [accept("T1")]},
        {"List": accept("T1")},
        {"SubscribeMsgPopupEvent": [accept("T1")]},
        {"SubscribeMsgPopupEvent": {"List": [accept("T1")]}},
        {"SubscribeMsgPopupEvent": accept("T1")},
    ],
)
async def test_json_shapes(shop: Shop, nested: dict[str, Any]) -> None:
    fields = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 1780279200, "MsgType": "event"}
    body = json.dumps(fields | {"Event": "subscribe_msg_popup_event"} | nested)
    assert await shop.push_body(body, MINI) is None
    assert await stocks() == {"T1": 1}


@pytest.mark.parametrize("nested", [{}, {"List": []}, {"List": "accept"}, {"List": [{"TemplateId": ""}, "x", None]}])
async def test_nonsense_changes_no_stock_and_is_stored(shop: Shop, nested: dict[str, Any]) -> None:
    await shop.happen("subscribe_msg_popup_event", account=MINI, **nested)
    assert await stocks() == {}
    assert await shop.handler_of_last() == "grants"


async def test_a_template_id_too_long_for_any_is_left_out(shop: Shop) -> None:
    await popup(shop, accept("T" * 129), accept("T1"))
    assert await stocks() == {"T1": 1}


async def test_refusal_in_the_settings_empties_the_stock(shop: Shop) -> None:
    await popup(shop, accept("T1"), accept("T2"))
    await shop.push_body(xml("subscribe_msg_change_event", "SubscribeMsgChangeEvent", reject("T1"), reject("T9")))
    assert await stocks() == {"T1": 0, "T2": 1}


@pytest.mark.parametrize(("code", "left"), [("0", 1), ("43101", 0), ("3", 0), ("4", 2)])
async def test_a_sent_notice_of_another_system_takes_one(shop: Shop, code: str, left: int) -> None:
    await popup(shop, accept("T1"))
    await popup(shop, accept("T1"), created=1780279201)
    await shop.push_body(xml("subscribe_msg_sent_event", "SubscribeMsgSentEvent", sent("T1", code)))
    assert await stocks() == {"T1": left}


async def test_a_sent_notice_of_ours_was_taken_when_it_was_sent(shop: Shop) -> None:
    await popup(shop, accept("T1"))
    identity = await Identity.get().prefetch_related("customer")
    assert await take_grants([GrantTake(1, identity.id, "T1")], shop.moment) == {1}
    await popup(shop, accept("T1"), created=1780279201)
    await Delivery.create(
        occurrence="x",
        customer=identity.customer,
        identity=identity,
        app_id=identity.app_id,
        channel="subscribe",
        options=[],
        state=DeliveryState.SENT,
        created_at=shop.moment,
        due_at=shop.moment,
        expires_at=shop.moment,
        wechat_id="17",
        trail=[],
    )
    await shop.push_body(xml("subscribe_msg_sent_event", "SubscribeMsgSentEvent", sent("T1", "0", "17")))
    assert await stocks() == {"T1": 1}


async def test_an_empty_stock_gives_nothing_and_never_goes_below_zero(shop: Shop) -> None:
    await popup(shop, accept("T1"))
    identity = await Identity.get()
    takes = [GrantTake(number, identity.id, "T1") for number in range(3)]
    assert [await take_grants([take], shop.moment) for take in takes] == [{0}, set(), set()]
    assert await find_stock(identity.id, "T1") == 0
    assert await find_stock(identity.id, "T2") == 0


def platform(event: str, **fields: str) -> dict[str, str]:
    return {"MsgType": "event", "Event": event, "OpenID": "o1", "AppID": "wx_mini", **fields}


async def test_revoked_phone_is_erased_and_the_rest_stays(shop: Shop) -> None:
    await shop.push({"MsgType": "text", "Content": "你好"}, account=MINI)
    await Customer.all().update(phone_cipher="c", phone_hash="h", name="王女士")
    assert await shop.push(platform("user_authorization_revoke", RevokeInfo="8"), "oPlatform", MINI) is None
    customer = await Customer.get()
    assert (customer.phone_cipher, customer.phone_hash, customer.name) == ("", None, "王女士")


async def test_cancellation_erases_the_person(shop: Shop) -> None:
    await shop.push({"MsgType": "text", "Content": "你好"}, account=MINI)
    await Customer.all().update(name="王女士")
    assert await shop.push(platform("user_authorization_cancellation"), "oPlatform", MINI) is None
    assert (await Identity.get()).openid.startswith("erased:")
    assert (await Customer.get()).name == ""
    assert [row.fields_ for row in await Interaction.all()] == [{}, {}]


async def test_changed_profile_data_is_only_stored(shop: Shop) -> None:
    await shop.push({"MsgType": "text", "Content": "你好"}, account=MINI)
    assert await shop.push(platform("user_info_modified"), "oPlatform", MINI) is None
    assert await shop.handler_of_last() == "user_info_modified"
    assert (await Identity.get()).openid == "o1"
