"""A place sent brings the offers good there: the nearest store of each, one tap to take, whole links only."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bot.channels.render import MAX_TEXT_BYTES, Address, render_xml
from models import Store
from models.revisions import bump
from tests.campaigns.coupons.offers import publish
from tests.handlers.shop import MINI, Shop, planned, words_in
from tests.handlers.test_stores import MAP, NEAR_SQUARE, NOT_KEPT, SQUARE_OPEN


async def offer(shop: Shop, **changes: object) -> str:
    """``满减20``, 20 yuan off from 100, with changes."""
    code = await publish(**{"valid_days": 365, **changes})
    await shop.rooms.coupons.refresh()
    return code


async def ask_here(shop: Shop, openid: str = "o1") -> str:
    """300 m north of 人民广场店, noon."""
    return words_in(await shop.push(NEAR_SQUARE, openid))


async def test_place_brings_the_offers_good_near_it_each_with_its_nearest_store(any_shop: Shop) -> None:
    await offer(any_shop)
    await offer(any_shop, code="徐汇八折", title="徐汇八折", kind="percent", amount=None, percent=20, stores=["S2"])
    await offer(any_shop, code="西湖礼", title="西湖礼", stores=["S3"])  # 160 km away
    await offer(any_shop, code="虹桥礼", title="虹桥礼", stores=["S4"])  # nobody knows where that is
    assert await ask_here(any_shop) == (
        f"离您最近、正在营业的门店：\n\n{SQUARE_OPEN}\n\n附近可以领取的优惠：\n\n"
        "【满100减20】满100元减20元\n不与其他券同用\n可用门店：人民广场店（约300米）\n"
        '<a href="weixin://bizmsgmenu?msgmenucontent=领取满100减20&msgmenuid=1">点此领取</a>\n\n'
        "【徐汇八折】满100元8折\n不与其他券同用\n可用门店：徐家汇店（约5.8公里） "
        f'<a href="{MAP}31.195000,121.437000;title:%E5%BE%90%E5%AE%B6%E6%B1%87%E5%BA%97;'
        'addr:%E4%B8%8A%E6%B5%B7%E5%B8%82&referer=zhiji">地图</a>\n'
        '<a href="weixin://bizmsgmenu?msgmenucontent=领取徐汇八折&msgmenuid=1">点此领取</a>'
        f"\n\n{NOT_KEPT}"
    )


async def test_one_tap_takes_the_offer(shop: Shop) -> None:
    await offer(shop)
    link = re.search(r'weixin://bizmsgmenu\?msgmenucontent=([^"&]+)&msgmenuid=(\d+)"', await ask_here(shop))
    assert link is not None
    tapped = {"MsgType": "text", "Content": link[1], "bizmsgmenuid": link[2]}
    assert words_in(await shop.push(tapped)).startswith("领取成功！\n【满100减20】")


async def test_offer_with_a_radius_is_named_within_it_only(shop: Shop) -> None:
    await offer(shop, code="近", title="三百五十米", radius_m=350)
    await offer(shop, code="更近", title="二百米", radius_m=200)
    words = await ask_here(shop)
    assert "【三百五十米】" in words and "二百米" not in words


async def test_what_is_gone_or_was_taken_is_left_out(any_shop: Shop) -> None:
    await offer(any_shop, code="一张", title="只有一张", stock=1)
    await offer(any_shop)
    assert "【只有一张】" in await ask_here(any_shop)
    await any_shop.say("领取只有一张", "o2")
    await any_shop.say("领取满100减20")
    assert "可以领取" not in await ask_here(any_shop)
    assert "【满100减20】" in await ask_here(any_shop, "o3")


async def test_many_long_offers_leave_every_link_whole_and_the_notice_in_place(shop: Shop) -> None:
    for number in range(9):
        await offer(shop, code=f"长{number}", title=f"第{number}份优惠" + "长" * 50, radius_m=5000)
    words = await ask_here(shop)
    assert len(words.encode()) <= MAX_TEXT_BYTES and words.endswith(NOT_KEPT)
    assert words.count("<a ") == words.count("</a>") == 4
    assert f"还有一些没有列出。\n\n{NOT_KEPT}" in words


async def test_links_reach_the_phone_whole_and_a_title_writes_no_xml(shop: Shop) -> None:
    title = '买]]><a href="x">&送'
    await offer(shop, code="怪券", title=title)
    reply = await shop.push(NEAR_SQUARE)
    sent = render_xml(reply, Address("o1", "gh_1", 1))  # type: ignore[arg-type]
    content = ElementTree.fromstring(sent).findtext("Content")
    assert content == words_in(reply)
    assert f"【{title}】" in content  # the words as HQ wrote them; the link names the offer by its code
    assert '<a href="weixin://bizmsgmenu?msgmenucontent=领取怪券&msgmenuid=1">点此领取</a>' in content


async def test_two_offers_of_one_title_are_told_apart_by_their_codes(shop: Shop) -> None:
    await offer(shop, code="一")
    await offer(shop, code="二")
    words = await ask_here(shop)
    assert "msgmenucontent=领取满100减20&" in words and "msgmenucontent=领取二&" in words


async def test_without_any_stores_place_nothing_is_called_near(shop: Shop) -> None:
    await offer(shop)
    await Store.all().update(latitude=None, longitude=None)
    await bump("stores")
    words = await ask_here(shop)
    assert words.startswith("暂时查不到门店的地图位置。") and "满100减20" not in words


async def test_a_mini_programs_chat_has_no_links(any_shop: Shop) -> None:
    await offer(any_shop)
    assert await any_shop.push({"MsgType": "text", "Content": "附近优惠"}, "m1", MINI) is None
    [words] = await planned()
    assert "回复“领取满100减20”即可领取" in words and "<a " not in words


async def test_an_offer_is_taken_in_a_mini_programs_chat(any_shop: Shop) -> None:
    await offer(any_shop)
    await any_shop.push({"MsgType": "text", "Content": "领取满100减20"}, "m1", MINI)
    [words] = await planned()
    assert words.startswith("领取成功！\n【满100减20】")
