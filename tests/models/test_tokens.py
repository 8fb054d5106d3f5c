"""The shared token: sealed, fetched by one of all processes, saved only by who has the right."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.client.upkeep import list_callback_ips
from core.tokens import StoredToken
from models import AccessToken
from models.tokens import SharedTokens
from tests.wechat import SHOP_ID, Hands, open_caller, simulated_wechat

SECRET = "a-long-random-secret"
STABLE_TOKEN = "/cgi-bin/stable_token"


def token(hands: Hands, text: str = "T1") -> StoredToken:
    return StoredToken(text, hands(), hands() + timedelta(seconds=7200))


async def test_token_is_stored_sealed_and_found_by_the_others(database: str) -> None:
    hands = Hands()
    ours, theirs = SharedTokens(SECRET, "h1", hands), SharedTokens(SECRET, "h2", hands)
    assert await theirs.load("wx1") is None
    fence = await ours.claim("wx1", 20)
    assert fence is not None and await ours.save("wx1", token(hands), fence)
    assert await theirs.load("wx1") == token(hands)
    assert "T1" not in (await AccessToken.get(app_id="wx1")).token_cipher


async def test_right_to_fetch_is_one_processs_until_it_saves(database: str) -> None:
    hands = Hands()
    ours, theirs = SharedTokens(SECRET, "h1", hands), SharedTokens(SECRET, "h2", hands)
    fence = await ours.claim("wx1", 20)
    assert fence is not None and await theirs.claim("wx1", 20) is None
    assert await theirs.claim("wx2", 20) is not None
    await ours.save("wx1", token(hands), fence)
    assert await theirs.claim("wx1", 20) == fence + 1


async def test_process_that_lost_the_right_stores_nothing(database: str) -> None:
    hands = Hands()
    slow, quick = SharedTokens(SECRET, "h1", hands), SharedTokens(SECRET, "h2", hands)
    old = await slow.claim("wx1", 20)
    hands.moment += timedelta(seconds=20)
    new = await quick.claim("wx1", 20)
    assert old is not None and new is not None
    assert not await slow.save("wx1", token(hands, "OLD"), old)
    assert await quick.save("wx1", token(hands, "NEW"), new)
    assert not await slow.save("wx1", token(hands, "OLD"), old)
    stored = await quick.load("wx1")
    assert stored is not None and stored.token == "NEW"


async def test_given_up_right_is_free(database: str) -> None:
    hands = Hands()
    ours, theirs = SharedTokens(SECRET, "h1", hands), SharedTokens(SECRET, "h2", hands)
    fence = await ours.claim("wx1", 20)
    assert fence is not None
    await ours.release("wx1", fence)
    assert await theirs.claim("wx1", 20) is not None


async def test_token_sealed_with_another_secret_is_fetched_anew(database: str) -> None:
    hands = Hands()
    before, after = SharedTokens(SECRET, "h1", hands), SharedTokens("rotated secret", "h1", hands)
    fence = await before.claim("wx1", 20)
    assert fence is not None
    await before.save("wx1", token(hands), fence)
    assert await after.load("wx1") is None


async def test_hundred_cold_callers_in_four_processes_cause_one_fetch(database: str) -> None:
    async with (
        simulated_wechat() as wechat,
        open_caller(SharedTokens(SECRET, "h1")) as one,
        open_caller(SharedTokens(SECRET, "h2")) as two,
        open_caller(SharedTokens(SECRET, "h3")) as three,
        open_caller(SharedTokens(SECRET, "h4")) as four,
    ):
        callers = [caller for caller in (one, two, three, four) for _ in range(25)]
        tokens = await asyncio.gather(*(caller.tokens.get(wechat.shop) for caller in callers))
        assert len(set(tokens)) == 1 and wechat.calls(STABLE_TOKEN) == 1
        wechat.world.app(SHOP_ID).tokens.end_all()
        await asyncio.gather(*(list_callback_ips(caller.client, wechat.shop) for caller in callers))
        assert wechat.calls(STABLE_TOKEN) == 2


async def test_process_killed_while_it_fetched_is_replaced(database: str) -> None:
    hands = Hands()
    await SharedTokens(SECRET, "killed", hands).claim(SHOP_ID, 20)
    hands.moment += timedelta(seconds=20)
    async with simulated_wechat() as wechat, open_caller(SharedTokens(SECRET, "h2", hands)) as caller:
        assert await caller.tokens.get(wechat.shop)
