"""A code in a shop window: the store's doors, what is on offer there, a copy at once; nobody's guide is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from campaigns.coupons.claiming.pace import Crowds
from campaigns.coupons.offers.templates import add_template, step_template
from guides.binding import Bindings, Meeting
from guides.reception import Reception
from guides.scenes import Made, store_window
from models import Audit, Binding, Coupon, CouponPace, Following, Staff, Store
from tests.campaigns.coupons.offers import form
from tests.guides.brand import APP, T0, person, rules
from tests.handlers.shop import SHOP, Shop, open_shop, words_in


async def offer(shop: Shop, code: str, **changes: object) -> None:
    await add_template(form(code=code, **changes), "cli:test", T0)
    await step_template(code, "publish", "", "cli:test", T0)
    await shop.rooms.coupons.refresh()


async def hang(scene: str, store: str = "S1", template: str = "") -> None:
    await store_window(APP, store, template, scene, Made("t", "u", None), T0, "cli:test")


async def test_following_by_a_window_shows_its_doors_and_its_offers(any_shop: Shop) -> None:
    await offer(any_shop, "此店", title="满100减20", stores=["S1"])
    await offer(any_shop, "别店", title="满50减5", threshold=50, amount=5, stores=["S2"])
    await hang("s_S1")
    words = words_in(await any_shop.happen("subscribe", EventKey="qrscene_s_S1"))
    assert words == (
        "欢迎关注知音！\n您可以回复“附近门店”“营业时间”“我的导购”；想找人请回复“人工”。\n\n"
        "人民广场店\n今日10:00-22:00（营业中，22:00打烊）\n地址：南京西路1号\n电话：021-11111111\n\n"
        "这家店现在可以领取的优惠：\n\n"
        "【满100减20】满100元减20元\n可用门店：人民广场店\n不与其他券同用\n回复“领取满100减20”即可领取"
    )
    assert (await Following.get()).source == "scene:s_S1"
    assert await Coupon.all().count() == 0 == await Binding.all().count()
    assert (await Audit.get(action="binding.unbound")).detail["reason"] == (
        "扫描人民广场店的橱窗码“s_S1”；默认规则为不分配导购"
    )
    assert "券码" in await any_shop.say("领取满100减20")


async def test_a_window_with_a_coupon_gives_it_at_once_and_once(any_shop: Shop) -> None:
    await offer(any_shop, "橱窗券", stores=["S1"], radius_m=500)
    await hang("橱窗一", template="橱窗券")
    first = words_in(await any_shop.happen("subscribe", EventKey="qrscene_橱窗一"))
    copy = await Coupon.get()
    assert (copy.source, copy.state) == ("scene:橱窗一", "issued")
    assert "送您一张优惠券：\n【满100减20】满100元减20元\n券码：" in first
    assert "这家店现在可以领取的优惠" not in first
    again = words_in(await any_shop.happen("SCAN", EventKey="橱窗一"))
    assert again.startswith(
        "您好，欢迎来到人民广场店！\n\n每人限领1张，您已经领过了。回复“我的优惠券”可以查看已有的券。\n\n人民广场店\n今日"
    )
    assert await Coupon.all().count() == 1


@pytest.mark.parametrize("event", ["subscribe", "SCAN"])
async def test_three_pushes_of_one_scan_give_one_copy_and_one_answer(any_shop: Shop, event: str) -> None:
    await offer(any_shop, "橱窗券", per_person=3)
    await hang("橱窗一", template="橱窗券")
    key = "qrscene_橱窗一" if event == "subscribe" else "橱窗一"
    fields = {
        "ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 1780286400, "MsgType": "event", "Event": event,
        "EventKey": key,
    }  # fmt: skip
    answers = [await any_shop.take(fields, SHOP) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2] and "券码" in words_in(answers[0])
    assert await Coupon.all().count() == 1
    await any_shop.happen("SCAN", EventKey="橱窗一")
    assert await Coupon.all().count() == 2  # another scan asks again, as its rules allow


async def test_a_welcome_coupon_comes_along_and_is_not_offered_again(shop: Shop) -> None:
    await offer(shop, "见面礼", title="见面礼", on_follow=True)
    await offer(shop, "橱窗券", title="橱窗礼")
    await hang("橱窗一", template="橱窗券")
    words = words_in(await shop.happen("subscribe", EventKey="qrscene_橱窗一"))
    assert words.count("券码：") == 2 and "可以领取的优惠" not in words
    assert sorted([copy.source for copy in await Coupon.all()]) == ["follow", "scene:橱窗一"]


async def test_a_bound_customer_stays_with_their_guide(shop: Shop) -> None:
    await hang("s_S5", "S5")
    await shop.happen("subscribe", EventKey="qrscene_g_G1")
    shop.moment += timedelta(days=400)  # long after the protection ended
    words = words_in(await shop.happen("SCAN", EventKey="s_S5"))
    assert words.startswith("您好，欢迎来到静安店！人民广场店的导购小李继续为您服务。\n\n静安店\n")
    assert await Binding.all().count() == 1
    assert await Audit.filter(action__startswith="binding").count() == 0


async def test_who_has_no_guide_gets_the_least_loaded_of_that_store_where_the_brand_says_so(shop: Shop) -> None:
    await Staff.create(code="G3", name="小陈", role="guide", store=await Store.get(code="S5"))
    await hang("s_S5", "S5")
    least_loaded = Reception(Bindings(rules("least_loaded", "S1"), shop.rooms.stores))
    for openid, name in (("o1", "小王"), ("o2", "小陈")):
        meeting = await received(shop, least_loaded, openid)
        assert (meeting.guide_name, meeting.store_code) == (name, "S5")
    binding = await Binding.all().order_by("-id").first()
    assert binding is not None and binding.source == "default"
    assert binding.reason == (
        "扫描静安店的橱窗码“s_S5”；默认规则：扫码所在的门店静安店在岗导购2位，小陈服务客户最少（0位）"
    )


async def received(shop: Shop, reception: Reception, openid: str) -> Meeting:
    who = await person(openid, shop.moment)
    async with in_transaction():
        return await reception.follow(who, "s_S5")


async def test_a_window_that_goes_round_is_slowed_down(migrated_url: str) -> None:
    async with open_shop(migrated_url, crowds=Crowds(scene=2)) as shop:
        await offer(shop, "橱窗券", stock=9)
        await hang("橱窗一", template="橱窗券")
        answers = [words_in(await shop.happen("SCAN", f"o{n}", EventKey="橱窗一")) for n in range(3)]
        assert ["券码" in words for words in answers] == [True, True, False]
        assert "现在扫码领取的人太多，请过一分钟再试。" in answers[2]
        assert [pace.word for pace in await CouponPace.all()] == ["scene:橱窗一"]
