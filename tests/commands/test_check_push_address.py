"""`main.py check` asks the public address just as WeChat's console will, and says what is wrong with the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from tests.commands.installation import TOKEN, Background, Installation
from tests.wechat import serving

Answer = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Front:
    """What stands at the public address; ``asked`` are the paths that were called."""

    answer: Answer
    asked: list[str]
    base: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return await self.answer(request)


async def echo(request: web.Request) -> web.Response:
    """As WeChat's documents say, checked by another implementation."""
    query = request.query
    try:
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
    except InvalidSignatureException:
        return web.Response(status=403, text="bad_signature")
    return web.Response(text=query["echostr"])


def says(status: int, text: str = "", **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, headers=headers)

    return answer


@asynccontextmanager
async def open_front() -> AsyncIterator[Front]:
    front = Front(echo, [])
    app = web.Application()
    app.router.add_get("/{path:.*}", front.hear)
    async with serving(app) as front.base:
        yield front


@pytest.fixture
def front(background: Background) -> Front:
    return background.enter(open_front())


def test_an_address_that_answers_as_wechat_wants_is_green(brand: Installation, front: Front) -> None:
    ran = brand.run("check", SCRM_PUBLIC_URL=front.base + "/")
    state, detail, remedy = ran.checks["shop: push address"]
    assert (state, detail) == ("green", f"{front.base}/hooks/shop answered the signed URL check")
    assert remedy == "enter it with token and aes_key, mode safe, in the console: 设置与开发 > 基本配置"
    assert ran.checks["mini: push address"][0] == "green"
    assert sorted(front.asked) == ["/hooks/mini", "/hooks/shop"]
    assert ran.code == 0


def test_without_a_public_url_it_says_what_to_set(brand: Installation) -> None:
    state, detail, remedy = brand.run("check").checks["shop: push address"]
    assert (state, detail) == ("yellow", "not known: https://…/hooks/shop")
    assert remedy.startswith('set public_url = "https://your.host" (SCRM_PUBLIC_URL)')


def test_a_process_with_another_token_is_red(brand: Installation, front: Front) -> None:
    ran = brand.run("check", SCRM_PUBLIC_URL=front.base, SCRM_ACCOUNTS__SHOP__TOKEN="anotherToken9")
    assert ran.parts("red") == ["shop: push address"]
    assert ran.checks["shop: push address"][1].endswith("refuses the signature (bad_signature)")


@pytest.mark.parametrize(
    ("answer", "words", "remedy"),
    [
        (says(200, "<html>login</html>"), "answers with other words than Zhiji's", "let the proxy pass /hooks/ on"),
        (says(301, Location="https://elsewhere"), "answers 301, a redirect: WeChat follows none", "set public_url"),
        (says(404), "answers 404", "let the proxy pass /hooks/ on"),
        (says(502), "answers 502: the proxy finds no Zhiji behind it", "start it: python main.py serve"),
    ],
)
def test_any_other_answer_is_red_with_its_remedy(
    brand: Installation, front: Front, answer: Answer, words: str, remedy: str
) -> None:
    front.answer = answer
    ran = brand.run("check", SCRM_PUBLIC_URL=front.base)
    assert (ran.code, ran.parts("red")) == (1, ["shop: push address", "mini: push address"])
    _, detail, told = ran.checks["shop: push address"]
    assert detail == f"{front.base}/hooks/shop {words}"
    assert told.startswith(remedy)


def test_an_address_nobody_listens_at_is_red(brand: Installation) -> None:
    ran = brand.run("check", SCRM_PUBLIC_URL="http://127.0.0.1:9")
    assert ran.parts("red") == ["shop: push address", "mini: push address"]
    assert ran.checks["shop: push address"][2].startswith("start it: python main.py serve")


def test_an_address_without_tls_behind_https_is_red(brand: Installation, front: Front) -> None:
    ran = brand.run("check", SCRM_PUBLIC_URL=front.base.replace("http:", "https:"))
    assert ran.parts("red") == ["shop: push address", "mini: push address"]
    assert front.asked == []


def test_a_port_wechat_does_not_call_is_yellow(brand: Installation, front: Front) -> None:
    state, detail, _ = brand.run("check", SCRM_PUBLIC_URL=front.base).checks["shop: public_url"]
    assert (state, detail) == ("yellow", f"port {front.base.rpartition(':')[2]}: WeChat calls ports 80 and 443 only")


def test_the_domains_own_steps_are_told(brand: Installation, front: Front) -> None:
    found = brand.run("check", SCRM_PUBLIC_URL=front.base).checks
    assert f"{front.base}/MP_verify_….txt" in found["shop: domain"][2]
    assert found["mini: domain"][2] == f"add {front.base} to request合法域名 (开发管理 > 开发设置 > 服务器域名)"
