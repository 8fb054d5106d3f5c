"""A request that surely was not written may be repeated; one that was, and got no sound answer, is unknown."""

from __future__ import annotations

import socket

import pytest

from bot.client.http import MAX_ANSWER_BYTES, Api, WeChatHttp
from core.errors import Retryable, Terminal, Unknown
from tests.wechat import QUICK, Caller, ScriptedWeChat, cut, hang, says, shop_account

SEND = Api("POST", "/send", is_repeatable=False, needs_token=False, tries=1)
READ = Api("GET", "/read", is_repeatable=True, needs_token=False)


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


async def test_refused_connection_is_surely_not_sent(caller: Caller) -> None:
    with pytest.raises(Retryable, match="no connection"):
        await caller.http.exchange(shop_account(closed_port()), SEND, {}, {"a": 1})


async def test_unresolvable_host_is_surely_not_sent(caller: Caller) -> None:
    with pytest.raises(Retryable, match="no connection"):
        await caller.http.exchange(shop_account("http://nowhere.invalid"), SEND, {}, {"a": 1})


async def test_connect_time_out_is_surely_not_sent(caller: Caller) -> None:
    # A listener whose queue is full: the handshake never ends.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(8)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            base = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with pytest.raises(Retryable, match="no connection"):
                await caller.http.exchange(shop_account(base), SEND, {}, {"a": 1})
        finally:
            for filler in fillers:
                filler.close()


@pytest.mark.parametrize(
    "answer",
    [cut, hang, says(502, b"Bad Gateway"), says(200, b"<html>"), says(200, b"[1]"), says(200, b""), says(302, b"{}")],
    ids=["cut", "hang", "502", "html", "list", "empty", "redirect"],
)
async def test_no_sound_answer_to_a_send_is_unknown_and_to_a_read_may_be_repeated(
    caller: Caller, scripted: ScriptedWeChat, answer: object
) -> None:
    scripted.answers |= {"/send": answer, "/read": answer}
    with pytest.raises(Unknown):
        await caller.http.exchange(scripted.shop, SEND, {}, {"a": 1})
    assert scripted.calls["/send"] == 1
    with pytest.raises(Retryable, match="no sound answer"):
        await caller.http.exchange(scripted.shop, READ, {})


async def test_answer_without_end_is_cut_off(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers["/send"] = says(200, b" " * (MAX_ANSWER_BYTES + 1))
    with pytest.raises(Unknown, match="too large"):
        await caller.http.exchange(scripted.shop, SEND, {}, {"a": 1})


async def test_connection_closed_between_two_sends_is_no_sound_answer_not_a_silent_repeat(
    caller: Caller, scripted: ScriptedWeChat
) -> None:
    await caller.http.exchange(scripted.shop, SEND, {}, {"a": 1})
    scripted.answers["/send"] = cut
    with pytest.raises(Unknown):
        await caller.http.exchange(scripted.shop, SEND, {}, {"a": 2})
    assert scripted.calls["/send"] == 2


async def test_chinese_goes_out_as_utf8_not_as_escapes(caller: Caller, scripted: ScriptedWeChat) -> None:
    await caller.http.exchange(scripted.shop, SEND, {}, {"content": "您好"})
    assert scripted.bodies == ['{"content": "您好"}'.encode()]


async def test_errors_never_carry_the_token(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers["/send"] = cut
    with pytest.raises(Unknown) as caught:
        await caller.http.exchange(scripted.shop, SEND, {"access_token": "SECRET-TOKEN"}, {"a": 1})
    assert "SECRET-TOKEN" not in repr(caught.value) + str(caught.value.__cause__)
    assert caught.value.__suppress_context__


async def test_address_that_is_none_is_a_fault_of_the_settings(caller: Caller) -> None:
    with pytest.raises(Terminal) as caught:
        await caller.http.exchange(shop_account("http://"), SEND, {}, {})
    assert caught.value.reason == "misconfigured"


async def test_clock_offset_is_read_from_answers(caller: Caller, scripted: ScriptedWeChat) -> None:
    assert caller.http.clock_offset_s(scripted.shop) is None
    await caller.http.exchange(scripted.shop, READ, {})
    offset_s = caller.http.clock_offset_s(scripted.shop)
    assert offset_s is not None and abs(offset_s) < 3


async def test_use_outside_async_with_is_an_error() -> None:
    with pytest.raises(RuntimeError):
        await WeChatHttp(QUICK).exchange(shop_account("http://127.0.0.1"), SEND, {}, {})
