"""注销 and 删除我的信息: told how, kept as a request of its own, nothing erased by the chat."""

from __future__ import annotations

import pytest

from models import Customer, Task, TaskState
from tests.handlers.shop import HOTLINE, MINI, Shop, planned

BY_LEAVING = "您也可以自己操作：取消关注满30天后，您在本公众号的信息会自动删除，期间重新关注则保留。"
NOTED = "已记下您删除个人信息的请求，等待同事处理。"


@pytest.mark.parametrize(
    "words",
    [
        "注销", "我要注销。", "註銷帳號", "删除我的信息", "怎么删除我的信息？", "請問如何刪除個人資料",
        "DELETE_MY_DATA", "我要注销，把信息都删掉", "麻烦把我的会员资料全部删除", "我想删掉我的手机号信息",
        "能不能注销我的会员",
    ],
)  # fmt: skip
async def test_a_request_is_kept_and_the_way_is_told(shop: Shop, words: str) -> None:
    assert await shop.say(words) == f"{NOTED}\n{BY_LEAVING}"
    task = await Task.get()
    assert (task.kind, task.state, task.reason) == ("erasure", TaskState.OPEN, f"客户要求删除个人信息：“{words}”")
    assert (await Customer.get()).erased_at is None


async def test_it_is_kept_once_and_beside_a_request_for_a_person(any_shop: Shop) -> None:
    await any_shop.say("人工")
    await any_shop.say("注销")
    again = await any_shop.say("把我的数据都删了")
    assert again == f"您删除个人信息的请求已经记下，还在等待处理，不用重复发送。\n{BY_LEAVING}"
    assert sorted(await Task.all().values_list("kind", flat=True)) == ["erasure", "human"]


async def test_where_leaving_erases_at_once_that_is_said(hasty_shop: Shop) -> None:
    assert (await hasty_shop.say("注销")).endswith("取消关注后，您在本公众号的信息会立即删除。")


async def test_a_mini_program_has_nobody_to_unfollow(shop: Shop) -> None:
    assert await shop.push({"MsgType": "text", "Content": "注销"}, account=MINI) is None
    assert await planned() == [NOTED]


async def test_it_is_answered_where_requests_are_handed_to_customer_service_too(shop: Shop) -> None:
    assert (await shop.say("注销", account=HOTLINE)).startswith(NOTED)


@pytest.mark.parametrize("words", ["不要删除我的信息", "我不想注销会员", "删除我的位置", "会员信息在哪看", "订单信息"])
async def test_other_words_ask_for_no_erasure(shop: Shop, words: str) -> None:
    await shop.say(words)
    assert await Task.all().count() == 0
