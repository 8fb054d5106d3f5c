"""One fetch for all who wait; a stale token is renewed once; nothing hammers WeChat."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.client.token import MemoryTokenStore, Tokens
from bot.client.upkeep import list_callback_ips
from core.errors import Retryable, Terminal
from core.tokens import StoredToken
from simulator.state.stocks import Act
from tests.wechat import Caller, Hands, ScriptedWeChat, SimulatedWeChat, hang, open_caller, says, shop_account

STABLE_TOKEN = "/cgi-bin/stable_token"
IPS = "/cgi-bin/getcallbackip"


async def test_hundred_cold_callers_cause_one_fetch(caller: Caller, wechat: SimulatedWeChat) -> None:
    tokens = await asyncio.gather(*(caller.tokens.get(wechat.shop) for _ in range(100)))
    assert len(set(tokens)) == 1
    assert wechat.calls(STABLE_TOKEN) == 1


async def test_hundred_cold_calls_cause_one_fetch(caller: Caller, wechat: SimulatedWeChat) -> None:
    await asyncio.gather(*(list_callback_ips(caller.client, wechat.shop) for _ in range(100)))
    assert wechat.calls(STABLE_TOKEN) == 1
    assert wechat.calls(IPS) >= 100  # a busy machine may break a connection, which is tried again


async def test_each_app_has_its_own_token(caller: Caller, wechat: SimulatedWeChat) -> None:
    assert await caller.tokens.get(wechat.shop) != await caller.tokens.get(wechat.mini)


async def test_token_ended_mid_flight_is_renewed_once_and_the_call_made_once_more(
    caller: Caller, wechat: SimulatedWeChat
) -> None:
    await list_callback_ips(caller.client, wechat.shop)
    wechat.world.app(wechat.shop.app_id).tokens.end_all()
    answers = await asyncio.gather(*(list_callback_ips(caller.client, wechat.shop) for _ in range(20)))
    assert answers == [("127.0.0.1",)] * 20
    assert wechat.calls(STABLE_TOKEN) == 2
    assert wechat.calls(IPS) == 1 + 20 + 20
    assert caller.failures == []


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_lasting_refusal_of_tokens_stays_cheap(caller: Caller, scripted: ScriptedWeChat, code: int) -> None:
    scripted.answers[IPS] = {"errcode": code, "errmsg": "no"}
    for _ in range(10):
        with pytest.raises(Retryable):
            await list_callback_ips(caller.client, scripted.shop)
    assert scripted.calls[STABLE_TOKEN] == 2
    assert scripted.calls[IPS] == 2 + 9


async def test_force_refresh_is_never_asked_for(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[IPS] = {"errcode": 40001}
    with pytest.raises(Retryable):
        await list_callback_ips(caller.client, scripted.shop)
    bodies = [body for body in scripted.bodies if b"client_credential" in body]
    assert len(bodies) == 2 and not any(b"force_refresh" in body for body in bodies)


async def test_newer_token_of_another_process_is_loaded_not_fetched(wechat: SimulatedWeChat) -> None:
    store = MemoryTokenStore()
    async with open_caller(store) as ours, open_caller(store) as theirs:
        await list_callback_ips(ours.client, wechat.shop)
        assert await theirs.tokens.get(wechat.shop) == await ours.tokens.get(wechat.shop)
        wechat.world.app(wechat.shop.app_id).tokens.end_all()
        await list_callback_ips(theirs.client, wechat.shop)
        await list_callback_ips(ours.client, wechat.shop)
    assert wechat.calls(STABLE_TOKEN) == 2


async def test_valid_token_is_served_while_the_next_is_fetched(wechat: SimulatedWeChat) -> None:
    hands = Hands()
    wechat.world.clock = hands.epoch
    for app in wechat.world.apps.values():
        app.tokens.clock = hands.epoch
    async with open_caller(clock=hands) as caller:
        old = await caller.tokens.get(wechat.shop)
        hands.moment += timedelta(seconds=7200 - 601)
        assert await caller.tokens.get(wechat.shop) == old
        assert wechat.calls(STABLE_TOKEN) == 1
        hands.moment += timedelta(seconds=601 - 299)
        wechat.world.knobs.fault_paths, wechat.world.knobs.slow_ms = (STABLE_TOKEN,), 50.0
        assert await caller.tokens.get(wechat.shop) == old  # not waited for
        await asyncio.sleep(0.2)
        assert await caller.tokens.get(wechat.shop) != old
        assert wechat.calls(STABLE_TOKEN) == 2


async def test_valid_token_outlives_a_failed_fetch_in_advance(scripted: ScriptedWeChat) -> None:
    hands = Hands()
    async with open_caller(clock=hands) as caller:
        assert await caller.tokens.get(scripted.shop) == "T1"
        hands.moment += timedelta(seconds=7000)
        scripted.answers[STABLE_TOKEN] = {"errcode": 40164, "errmsg": "invalid ip 1.2.3.4, not in whitelist"}
        for _ in range(50):
            assert await caller.tokens.get(scripted.shop) == "T1"
            await asyncio.sleep(0.002)
    assert scripted.calls[STABLE_TOKEN] == 2


async def test_short_rest_of_the_same_token_is_not_asked_for_again_at_once(scripted: ScriptedWeChat) -> None:
    hands = Hands()
    async with open_caller(clock=hands) as caller:
        scripted.answers[STABLE_TOKEN] = {"access_token": "T", "expires_in": 400}
        for _ in range(20):
            assert await caller.tokens.get(scripted.shop) == "T"
            hands.moment += timedelta(seconds=9)
        assert scripted.calls[STABLE_TOKEN] == 1


async def test_wrong_secret_is_not_tried_over_and_over(caller: Caller, wechat: SimulatedWeChat) -> None:
    account = shop_account(wechat.base, app_secret="wrong")
    for _ in range(5):
        with pytest.raises(Terminal) as caught:
            await list_callback_ips(caller.client, account)
        assert caught.value.code == 40125
    assert wechat.calls(STABLE_TOKEN) == 1


async def test_caller_who_gives_up_ends_the_fetch_for_nobody_else(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.world.knobs.fault_paths, wechat.world.knobs.slow_ms = (STABLE_TOKEN,), 100.0
    first = asyncio.create_task(caller.tokens.get(wechat.shop))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(caller.tokens.get(wechat.shop))
    await asyncio.sleep(0.02)
    first.cancel()
    assert await second
    assert wechat.calls(STABLE_TOKEN) == 1


async def test_failed_fetch_gives_the_right_to_fetch_back(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[STABLE_TOKEN] = says(502, b"")
    with pytest.raises(Retryable):
        await caller.tokens.get(scripted.shop)
    del scripted.answers[STABLE_TOKEN]
    assert await caller.tokens.get(scripted.shop) == "T1"


async def test_answer_without_a_token_is_no_token(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[STABLE_TOKEN] = {"access_token": "", "expires_in": 7200}
    with pytest.raises(Retryable, match="holds no token"):
        await caller.tokens.get(scripted.shop)


async def test_store_in_trouble_is_surely_not_sent(scripted: ScriptedWeChat) -> None:
    class Broken(MemoryTokenStore):
        async def load(self, app_id: str) -> StoredToken | None:
            raise OSError("disk gone")

    async with open_caller(Broken()) as caller:
        with pytest.raises(Retryable, match="its store failed"):
            await list_callback_ips(caller.client, scripted.shop)
    assert scripted.calls[IPS] == 0


async def test_fetch_that_hangs_ends_with_its_time_out(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[STABLE_TOKEN] = hang
    with pytest.raises(Retryable):
        await asyncio.wait_for(caller.tokens.get(scripted.shop), 2)


async def test_close_leaves_no_task(wechat: SimulatedWeChat) -> None:
    wechat.world.note(wechat.shop.app_id, "oA", Act.FOLLOW)
    wechat.world.knobs.fault_paths, wechat.world.knobs.slow_ms = (STABLE_TOKEN,), 200.0
    async with open_caller() as caller:
        waiting = asyncio.create_task(caller.tokens.get(wechat.shop))
        await asyncio.sleep(0.02)
        await Tokens.close(caller.tokens)
        with pytest.raises(asyncio.CancelledError):
            await waiting
