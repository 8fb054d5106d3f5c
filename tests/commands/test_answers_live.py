"""Answers imported beside a running service are given by it, with the endpoint for other words away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import messages
from simulator.push import open_pusher
from simulator.state.stocks import Act
from tests.commands.installation import SHOP_ID, Background, Installation, WeChat
from tests.commands.serving_process import Served
from tests.commands.test_answers import FILE, imported


@pytest.fixture
def installation(brand: Installation, tmp_path: Path) -> Installation:
    nobody = {
        "SCRM_ANSWERS__REPHRASE_URL": "http://127.0.0.1:9/v1",
        "SCRM_ANSWERS__REPHRASE_MODEL": "small",
        "SCRM_ANSWERS__REPHRASE_KEY": "sk-9f8e7d6c5b4a",
    }
    return brand.twin(tmp_path, **nobody)


@pytest.fixture
def served(installation: Installation) -> Iterator[Served]:
    served = Served(installation)
    yield served
    assert served.end() == 0


def said(background: Background, served: Served, wechat: WeChat, words: str, created: int) -> str:
    account = wechat.accounts["shop"]
    wechat.world.note(SHOP_ID, "oASKS", Act.MESSAGE)
    head = {"ToUserName": account.original_id, "FromUserName": "oASKS", "CreateTime": created}

    async def one() -> str:
        async with open_pusher(served.base) as pusher:
            outcome = await pusher.push(account, {**head, **messages.text(words), "MsgId": created})
            return outcome.answer.text

    return str(background.run(one()))


def test_an_import_is_noticed_by_the_running_service(
    background: Background, served: Served, wechat: WeChat, installation: Installation
) -> None:
    moment = int(time.time())
    assert said(background, served, wechat, "这件羽绒服能机洗吗", moment).startswith("您的留言收到了")
    imported(installation, FILE)
    until = time.monotonic() + 20
    words, asked = "", 0
    while words != "请手洗,不要机洗" and time.monotonic() < until:
        time.sleep(0.3)
        asked += 1
        words = said(background, served, wechat, "这件羽绒服能机洗吗", moment + asked)
    assert words == "请手洗,不要机洗"
    groups = installation.run("answers", "unanswered").json["groups"]
    assert groups == []  # what was asked in vain has its answer by now
    assert "羽绒服" not in served.log and "sk-9f8e" not in served.log
