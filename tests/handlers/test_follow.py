"""Following, scanning again, leaving."""

from __future__ import annotations

from datetime import timedelta

from models import Binding, Following, Identity, Interaction
from tests.handlers.shop import Shop, words_in

CAN_ASK = "您可以回复“附近门店”“营业时间”“我的导购”；想找人请回复“人工”。"


async def test_follow_with_a_guides_code_binds_and_names_guide_and_store(any_shop: Shop) -> None:
    reply = await any_shop.happen("subscribe", EventKey="qrscene_g_G1", Ticket="t")
    assert words_in(reply) == f"欢迎关注知音！您的专属导购是人民广场店的导购小李。\n{CAN_ASK}"
    binding = await Binding.get(primary_slot__isnull=False).prefetch_related("guide")
    assert (binding.guide.code, binding.source) == ("G1", "scan")
    assert (await Following.get()).source == "scene:g_G1"


async def test_follow_without_a_code_works_without_a_guide(shop: Shop) -> None:
    assert words_in(await shop.happen("subscribe", EventKey="")) == f"欢迎关注知音！\n{CAN_ASK}"
    assert await Binding.all().count() == 0
    assert (await Following.get()).source == ""


async def test_follow_with_an_unknown_code_still_welcomes(shop: Shop) -> None:
    reply = await shop.happen("subscribe", EventKey="qrscene_nobody")
    assert words_in(reply) == f"欢迎关注知音！\n{CAN_ASK}"
    assert await Binding.all().count() == 0


async def test_a_repeated_follow_acts_once_and_answers_alike(shop: Shop) -> None:
    fields = {
        "ToUserName": "gh_1",
        "FromUserName": "o1",
        "CreateTime": 1780279200,
        "MsgType": "event",
        "Event": "subscribe",
        "EventKey": "qrscene_g_G1",
    }
    first = await shop.take(fields, shop.rooms.accounts["shop"])
    assert await shop.take(fields, shop.rooms.accounts["shop"]) == first
    assert (await Following.all().count(), await Binding.all().count()) == (1, 1)


async def test_scan_tells_what_changed_and_what_did_not(shop: Shop) -> None:
    await shop.happen("subscribe", EventKey="")
    bound = words_in(await shop.happen("SCAN", EventKey="g_G1"))
    assert bound == f"您好！从现在起，人民广场店的导购小李为您服务。\n{CAN_ASK}"
    own = words_in(await shop.happen("SCAN", EventKey="g_G1"))
    assert own == f"您好！人民广场店的导购小李继续为您服务。\n{CAN_ASK}"
    kept = words_in(await shop.happen("SCAN", EventKey="g_G2"))
    assert kept == f"您好！您的导购仍是人民广场店的导购小李，这次扫码不会更换。\n{CAN_ASK}"
    assert await Binding.all().count() == 1


async def test_scan_of_another_guide_after_protection_wins(shop: Shop) -> None:
    await shop.happen("subscribe", EventKey="qrscene_g_G1")
    shop.moment += timedelta(days=91)
    assert words_in(await shop.happen("SCAN", EventKey="g_G2")).startswith("您好！从现在起，静安店的导购小王为您服务。")


async def test_scan_of_a_code_nobody_knows(shop: Shop) -> None:
    assert words_in(await shop.happen("SCAN", EventKey="poster-7")) == f"您好，欢迎来到知音！\n{CAN_ASK}"


async def test_unfollow_is_silent_and_starts_the_grace(shop: Shop) -> None:
    await shop.happen("subscribe", EventKey="")
    assert await shop.happen("unsubscribe", EventKey="") is None
    following = await Following.get()
    assert following.until == shop.moment
    assert following.erase_due_at == shop.moment + timedelta(days=30)


async def test_unfollow_without_grace_erases_the_identity_with_what_it_said(hasty_shop: Shop) -> None:
    await hasty_shop.happen("subscribe", EventKey="")
    await hasty_shop.say("我的导购")
    assert await hasty_shop.happen("unsubscribe", EventKey="") is None
    assert (await Identity.get()).openid.startswith("erased:")
    rows = await Interaction.all().order_by("id")
    assert [(row.kind, row.fields_, row.reply) for row in rows] == [
        ("event.subscribe", {}, None),
        ("text", {}, None),
        ("event.unsubscribe", {}, None),
    ]


async def test_an_event_about_nobody_is_stored_and_does_nothing(shop: Shop) -> None:
    assert await shop.happen("unsubscribe", openid="") is None
    assert await shop.happen("subscribe", openid="gh_0") is None
    assert await shop.handler_of_last() == "fallback"
    assert await Following.all().count() == 0
