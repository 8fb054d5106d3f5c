"""One call, start to end: what is repeated, what is not, and what operators are told."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.client.messages import send_custom
from bot.client.mini_programs import exchange_code
from bot.client.upkeep import list_callback_ips
from core.errors import Retryable, Terminal, Unknown
from tests.wechat import Caller, ScriptedWeChat, cut, mini_account, open_caller, says, scripted_wechat

IPS = "/cgi-bin/getcallbackip"
SEND = "/cgi-bin/message/custom/send"
SESSION = "/sns/jscode2session"
TEXT = {"kind": "text", "text": "您好"}


def fails_first(times: int, answer: web.Response | dict) -> object:
    left = [times]

    async def respond(request: web.Request) -> web.Response:
        if left[0]:
            left[0] -= 1
            return web.json_response(answer) if isinstance(answer, dict) else web.Response(status=502)
        return web.json_response({"errcode": 0, "ip_list": ["1.1.1.1"], "openid": "o", "session_key": "k"})

    return respond


async def test_read_is_repeated_until_it_works(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[IPS] = fails_first(2, {"errcode": -1, "errmsg": "system error"})
    assert await list_callback_ips(caller.client, scripted.shop) == ("1.1.1.1",)
    assert scripted.calls[IPS] == 3 and caller.failures == []


async def test_read_is_given_up_after_three_tries(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[IPS] = says(502, b"")
    with pytest.raises(Retryable):
        await list_callback_ips(caller.client, scripted.shop)
    assert scripted.calls[IPS] == 3
    assert caller.failures == [(scripted.shop.app_id, IPS, 0, "no sound answer (HTTP 502)")]


async def test_lost_answer_to_a_send_is_never_asked_for_again(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[SEND] = cut
    with pytest.raises(Unknown):
        await send_custom(caller.client, scripted.shop, "oA", TEXT)
    assert scripted.calls[SEND] == 1


async def test_busy_send_is_left_to_the_delivery_to_repeat(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[SEND] = {"errcode": -1, "errmsg": "system error"}
    with pytest.raises(Retryable):
        await send_custom(caller.client, scripted.shop, "oA", TEXT)
    assert scripted.calls[SEND] == 1


async def test_used_up_code_is_not_tried_after_a_lost_answer_but_after_a_busy_one(
    caller: Caller, scripted: ScriptedWeChat
) -> None:
    mini = mini_account(scripted.base)
    scripted.answers[SESSION] = cut
    with pytest.raises(Unknown):
        await exchange_code(caller.client, mini, "code")
    assert scripted.calls[SESSION] == 1
    scripted.answers[SESSION] = fails_first(1, {"errcode": -1})
    assert (await exchange_code(caller.client, mini, "code")).openid == "o"
    assert scripted.calls[SESSION] == 3


@pytest.mark.parametrize("code", [45009, 45011])
async def test_used_up_quota_stops_that_api_and_no_other(caller: Caller, scripted: ScriptedWeChat, code: int) -> None:
    scripted.answers[SEND] = {"errcode": code, "errmsg": "reach limit"}
    for _ in range(5):
        with pytest.raises(Retryable) as caught:
            await send_custom(caller.client, scripted.shop, "oA", TEXT)
        assert caught.value.code == code and caught.value.after_s > 0
    assert scripted.calls[SEND] == 1
    await list_callback_ips(caller.client, scripted.shop)
    assert scripted.calls[IPS] == 1


async def test_failure_is_told_with_cause_and_remedy(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[SEND] = {"errcode": 45015, "errmsg": "response out of time limit rid: 65a0-1b2c"}
    with pytest.raises(Terminal):
        await send_custom(caller.client, scripted.shop, "oSECRETPERSON", TEXT)
    words = (
        "the person has not written for 48 hours — send only after the person wrote, followed, scanned or tapped"
        " the menu [rid: 65a0-1b2c]"
    )
    assert caller.failures == [(scripted.shop.app_id, SEND, 45015, words)]


async def test_failure_to_get_a_token_is_told_under_its_own_name(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers["/cgi-bin/stable_token"] = {"errcode": 40164, "errmsg": "invalid ip 203.0.113.9, not in whitelist"}
    with pytest.raises(Terminal):
        await list_callback_ips(caller.client, scripted.shop)
    with pytest.raises(Terminal):
        await caller.client.check_token(scripted.shop)
    assert [(api, code) for _, api, code, _ in caller.failures] == [("/cgi-bin/stable_token", 40164)] * 2
    assert "203.0.113.9" in caller.failures[0][3]


async def test_failure_that_cannot_be_recorded_hides_nothing() -> None:
    async with scripted_wechat() as scripted, open_caller() as caller:

        async def broken(*_: object) -> None:
            raise OSError("disk full")

        scripted.answers[SEND] = {"errcode": 45015}
        client = type(caller.client)(caller.http, caller.tokens, broken)
        with pytest.raises(Terminal):
            await send_custom(client, scripted.shop, "oA", TEXT)


async def test_same_client_id_again_is_success(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[SEND] = {"errcode": 45065, "errmsg": "clientmsgid exist"}
    await send_custom(caller.client, scripted.shop, "oA", TEXT)
    assert caller.failures == []


async def test_log_names_neither_person_nor_words_nor_token(
    caller: Caller, scripted: ScriptedWeChat, caplog: pytest.LogCaptureFixture
) -> None:
    scripted.answers[SEND] = cut
    with caplog.at_level(0), pytest.raises(Unknown):
        await send_custom(caller.client, scripted.shop, "oSECRETPERSON", {"kind": "text", "text": "私密"})
    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    told = "".join(repr(vars(record)) + record.getMessage() for record in ours)
    assert "call to WeChat failed" in told
    for secret in ("oSECRETPERSON", "私密", "T1", "shop-secret"):
        assert secret not in told
