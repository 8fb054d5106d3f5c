"""Five seconds, three repeats, each signed and encrypted anew; the answer is the last one."""

import dataclasses

import pytest

from simulator import events, messages
from simulator.accounts import Mode
from simulator.push import Patience, UrlRefused, open_pusher
from simulator.reading import Answer

QUICK = Patience(timeout_s=0.3, retries=3, pause_s=0.01)


def hello(config, key="shop"):
    return events.addressed(config.account(key), "oPerson", 1_790_000_000, messages.text("你好"), msg_id=7)


async def push(config, shop, key="shop", patience=QUICK):
    async with open_pusher(shop.base, patience) as pusher:
        return await pusher.push(config.account(key), hello(config, key))


async def test_an_answer_ends_the_push(config, shop):
    outcome = await push(config, shop)
    assert (outcome.status, outcome.attempts, outcome.answer) == (200, 1, Answer("text", "欢迎光临"))
    assert outcome.is_acknowledged and len(shop.raw) == 1


async def test_a_server_error_is_repeated_with_the_same_words_in_a_new_envelope(config, shop):
    shop.failures = [500, 503]
    outcome = await push(config, shop)
    assert (outcome.status, outcome.attempts) == (200, 3)
    assert len({query["nonce"] for query in shop.queries}) == 3
    assert len({query["msg_signature"] for query in shop.queries}) == 3
    assert len(set(shop.raw)) == 3
    assert [fields["MsgId"] for fields in shop.got] == ["7"]


async def test_four_failures_end_the_push_unacknowledged(config, shop):
    shop.failures = [500] * 9
    outcome = await push(config, shop)
    assert (outcome.status, outcome.attempts, outcome.answer) == (500, 4, Answer("none"))
    assert not outcome.is_acknowledged and len(shop.failures) == 5


async def test_a_slow_answer_is_cut_off_and_repeated(config, shop):
    shop.delays = [2.0]
    outcome = await push(config, shop)
    assert (outcome.status, outcome.attempts) == (200, 2)
    assert outcome.latency_s < 0.3


async def test_nobody_listening_is_four_attempts(config, shop):
    shop.base = "http://127.0.0.1:9"
    outcome = await push(config, shop)
    assert (outcome.status, outcome.attempts) == (0, 4)
    assert outcome.fault.startswith("ClientConnectorError")


async def test_a_malformed_answer_is_not_repeated(config, shop):
    shop.accounts["shop"] = dataclasses.replace(config.account("shop"), mode=Mode.PLAIN)
    outcome = await push(config, shop)
    assert (outcome.status, outcome.attempts, outcome.answer.kind) == (200, 1, "malformed")
    assert "must be encrypted" in outcome.fault


async def test_success_and_nothing_at_all_both_acknowledge(config, shop):
    shop.says = ""
    assert (await push(config, shop)).answer == Answer("success")
    shop.failures = [204]
    outcome = await push(config, shop)
    assert (outcome.is_acknowledged, outcome.attempts, outcome.answer) == (True, 1, Answer("empty"))


async def test_a_mini_program_is_pushed_json(config, shop):
    outcome = await push(config, shop, key="mini")
    assert outcome.answer == Answer("success")
    assert shop.got[0]["Content"] == "你好" and shop.got[0]["MsgId"] == 7


async def test_the_url_check_wants_its_echostr_back(config, shop):
    async with open_pusher(shop.base, QUICK) as pusher:
        await pusher.check_url(config.account("shop"))
        pusher.base = shop.base + "/nowhere"
        with pytest.raises(UrlRefused, match="HTTP 404"):
            await pusher.check_url(config.account("shop"))
