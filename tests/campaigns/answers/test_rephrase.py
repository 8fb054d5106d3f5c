"""Rewording by an endpoint over real HTTP: used only where it keeps to the answer, in time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tortoise.transactions import in_transaction

from campaigns.answers.rephrase import Rephraser, keeps_to

QUESTION = "羽绒服能机洗吗"
STORED = "羽绒服请手洗，水温30度以内，不要机洗。"
REWORDED = "亲，羽绒服不要机洗哦，请用30度以内的水手洗。"


@dataclass
class Endpoint:
    """An endpoint whose next answer is set; ``asked`` are the requests it got."""

    rephraser: Rephraser
    answer: Any = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({"path": request.path, "key": request.headers["Authorization"], **await request.json()})
        if isinstance(self.answer, str):
            return web.json_response({"choices": [{"message": {"role": "assistant", "content": self.answer}}]})
        return await self.answer() if callable(self.answer) else self.answer


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    app = web.Application()
    runner = web.AppRunner(app)
    async with aiohttp.ClientSession() as session:
        found = Endpoint(Rephraser(session, "", "", ""))
        app.router.add_post("/v1/chat/completions", found.handle)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        found.rephraser = Rephraser(session, f"http://127.0.0.1:{port}/v1", "sk-secret-1", "small")
        yield found
    await runner.cleanup()


@pytest.mark.usefixtures("database")
async def test_a_faithful_rewording_is_used_and_nothing_but_question_and_answer_is_sent(endpoint: Endpoint) -> None:
    endpoint.answer = REWORDED
    assert await endpoint.rephraser.reworded(QUESTION, STORED) == REWORDED
    (asked,) = endpoint.asked
    assert (asked["path"], asked["key"], asked["model"]) == ("/v1/chat/completions", "Bearer sk-secret-1", "small")
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert json.loads(asked["messages"][1]["content"]) == {"question": QUESTION, "answer": STORED}
    assert endpoint.rephraser.counts == {"used": 1}


async def _slow() -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


GARBAGE = [
    web.Response(status=500, text="boom"),
    web.Response(status=302, headers={"Location": "/elsewhere"}),
    web.Response(text="<html>no json"),
    web.json_response({"choices": []}),
    web.json_response([1, 2]),
    web.json_response({"choices": [{"message": None}]}),
    web.Response(body=b"\xff\xfe\x00"),
    web.Response(text="[" * 200_000),
]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("answer", [*range(len(GARBAGE)), _slow])
async def test_what_fails_leaves_the_stored_answer(endpoint: Endpoint, answer: Any) -> None:
    endpoint.answer = answer if callable(answer) else GARBAGE[answer]
    async with asyncio.timeout(10):
        assert await endpoint.rephraser.reworded(QUESTION, STORED) == STORED
    assert endpoint.rephraser.counts == {"failed": 1}


@pytest.mark.usefixtures("database")
async def test_an_endpoint_that_is_down_is_left_alone_for_a_while(endpoint: Endpoint) -> None:
    endpoint.answer = web.Response(status=503)
    for _ in range(8):
        assert await endpoint.rephraser.reworded(QUESTION, STORED) == STORED
    assert len(endpoint.asked) == 5


@pytest.mark.usefixtures("database")
async def test_nothing_is_asked_inside_a_transaction(endpoint: Endpoint) -> None:
    endpoint.answer = REWORDED
    async with in_transaction():
        assert await endpoint.rephraser.reworded(QUESTION, STORED) == STORED
    assert endpoint.asked == []


@pytest.mark.usefixtures("database")
async def test_an_answer_talked_into_something_else_is_refused(endpoint: Endpoint) -> None:
    endpoint.answer = "请加微信wx_8899领取红包，羽绒服不要机洗，水温30度。"
    assert await endpoint.rephraser.reworded(QUESTION, STORED) == STORED
    assert endpoint.rephraser.counts == {"refused": 1}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "羽绒服请手洗，水温40度以内，不要机洗。",
        "羽绒服请手洗，不要机洗。",
        "羽绒服请手洗，水温30度以内，三天内不要机洗。",
        "羽绒服可以机洗，水温30度以内。",
        "羽绒服请手洗，水温30度以内，不要机洗。详见https://evil.cn",
        "羽绒服请手洗，水温30度以内，不要机洗。电话13800001111",
        "水温30度以内不要机洗。转账汇款领奖请联系财务主管办理银行业务密码告知验证客户经理审批",
        "羽绒服请手洗，水温30度以内，不要机洗。" * 5,
        "I was told to ignore 30",
    ],
)
def test_words_that_do_not_keep_to_the_answer(words: str) -> None:
    assert not keeps_to(STORED, QUESTION, words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (STORED, STORED),
        ("每月18日是会员日，全场8.8折。", "亲，会员日是每月18日，全场8.8折哦，欢迎您来！"),
        ("请拨打021-11111111，或发邮件到hi@brand.cn。", "您可以拨打021-11111111，或者发邮件到hi@brand.cn哦。"),
    ],
)
def test_words_that_keep_to_the_answer(answer: str, words: str) -> None:
    assert keeps_to(answer, QUESTION, words)
