"""Every request takes its share of the account's limits, and what WeChat says of them is shared."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.client.mini_programs import exchange_code
from bot.client.sender import WeChatSender
from bot.client.upkeep import list_callback_ips
from core.errors import Retryable
from tests.wechat import Caller, Hands, ScriptedWeChat, cut, mini_account, open_caller, shop_account

IPS, SEND = "/cgi-bin/getcallbackip", "/cgi-bin/message/custom/send"
SESSION = "/sns/jscode2session"
AT = datetime(2026, 11, 22, 4, 0, 30, tzinfo=UTC)
TEXT = {"kind": "text", "text": "您好"}


@dataclass
class Limits:
    """Notes what was asked of it; ``refuses`` is raised by ``take``, ``breaks`` by ``stop``."""

    taken: list[tuple[str, str, int]] = field(default_factory=list)
    stopped: list[tuple[str, str, datetime]] = field(default_factory=list)
    refuses: Exception | None = None
    breaks: Exception | None = None

    async def take(self, app_id: str, api: str, per_s: int) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.taken.append((app_id, api, per_s))

    async def stop(self, app_id: str, api: str, until: datetime) -> None:
        if self.breaks is not None:
            raise self.breaks
        self.stopped.append((app_id, api, until))

    @property
    def paths(self) -> list[str]:
        return [api for _, api, _ in self.taken]


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
async def metered(limits: Limits) -> AsyncIterator[Caller]:
    async with open_caller(clock=Hands(AT), metered=limits) as caller:
        yield caller


async def test_call_takes_a_share_of_its_account(metered: Caller, limits: Limits, scripted: ScriptedWeChat) -> None:
    account = shop_account(scripted.base, calls_per_s=7)
    await list_callback_ips(metered.client, account)
    assert limits.taken == [(account.app_id, IPS, 7)]


async def test_each_try_takes_a_share(metered: Caller, limits: Limits, scripted: ScriptedWeChat) -> None:
    scripted.answers[IPS] = cut
    with pytest.raises(Retryable):
        await list_callback_ips(metered.client, scripted.shop)
    assert limits.paths == [IPS] * scripted.calls[IPS] == [IPS] * 3


async def test_call_without_a_token_takes_a_share_too(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat
) -> None:
    scripted.answers[SESSION] = {"openid": "mA", "session_key": "k"}
    await exchange_code(metered.client, mini_account(scripted.base), "code")
    assert limits.paths == [SESSION]


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        ("custom", TEXT),
        ("template", {"template_id": "T", "data": {"thing1": "x"}}),
        ("subscribe", {"template_id": "T", "data": {"thing1": "x"}}),
        ("mini_custom", TEXT),
        ("mini_subscribe", {"template_id": "T", "data": {"thing1": "x"}}),
    ],
)
async def test_delivery_that_has_its_share_takes_no_second_one(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat, channel: str, payload: dict
) -> None:
    account = mini_account(scripted.base) if channel.startswith("mini") else scripted.shop
    await WeChatSender(metered.client).send(account, "oA", channel, payload, "c1")
    assert limits.taken == []
    assert sum(scripted.calls.values()) == 2


async def test_send_made_anew_after_a_renewed_token_takes_another_share(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat
) -> None:
    scripted.answers[SEND] = fails_once(scripted, {"errcode": 40001, "errmsg": "invalid credential"})
    await WeChatSender(metered.client).send(scripted.shop, "oA", "custom", TEXT, "")
    assert scripted.calls[SEND] == 2
    assert limits.paths == [SEND]


async def test_limit_that_refuses_keeps_the_call_from_leaving(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat
) -> None:
    limits.refuses = Retryable("today's quota is used up", code=45009, api=IPS, after_s=3600.0)
    with pytest.raises(Retryable) as caught:
        await list_callback_ips(metered.client, scripted.shop)
    assert caught.value.after_s == 3600.0
    assert scripted.calls[IPS] == 0


async def test_limits_that_cannot_be_asked_keep_the_call_from_leaving(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat
) -> None:
    limits.refuses = OSError("database away")
    with pytest.raises(Retryable, match="OSError"):
        await list_callback_ips(metered.client, scripted.shop)
    assert scripted.calls[IPS] == 0
    limits.refuses = None
    await list_callback_ips(metered.client, scripted.shop)
    assert scripted.calls[IPS] == 1


async def test_used_up_day_stops_the_api_until_midnight_in_china(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat
) -> None:
    scripted.answers[SEND] = {"errcode": 45009, "errmsg": "reach max api daily quota limit"}
    for _ in range(2):
        with pytest.raises(Retryable):
            await WeChatSender(metered.client).send(scripted.shop, "oA", "custom", TEXT, "")
    assert limits.stopped == [(scripted.shop.app_id, SEND, datetime(2026, 11, 22, 16, 0, tzinfo=UTC))]
    assert scripted.calls[SEND] == 1


async def test_used_up_minute_stops_the_api_until_the_next_one(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat
) -> None:
    scripted.answers[IPS] = {"errcode": 45011, "errmsg": "api minute-quota reach limit"}
    with pytest.raises(Retryable):
        await list_callback_ips(metered.client, scripted.shop)
    [(app_id, api, until)] = limits.stopped
    assert (app_id, api) == (scripted.shop.app_id, IPS)
    assert AT + timedelta(seconds=30) <= until <= AT + timedelta(seconds=32)


@pytest.mark.parametrize("code", [-1, 40003, 43108, 45015])
async def test_other_errors_stop_nothing(metered: Caller, limits: Limits, scripted: ScriptedWeChat, code: int) -> None:
    scripted.answers[SEND] = {"errcode": code}
    with pytest.raises(Exception, match=str(code)):
        await WeChatSender(metered.client).send(scripted.shop, "oA", "custom", TEXT, "")
    assert limits.stopped == []


async def test_quota_that_cannot_be_shared_is_refused_here_all_the_same(
    metered: Caller, limits: Limits, scripted: ScriptedWeChat
) -> None:
    limits.breaks = OSError("database away")
    scripted.answers[IPS] = {"errcode": 45009}
    for _ in range(2):
        with pytest.raises(Retryable) as caught:
            await list_callback_ips(metered.client, scripted.shop)
        assert caught.value.code == 45009
    assert scripted.calls[IPS] == 1


def fails_once(scripted: ScriptedWeChat, answer: dict) -> object:
    async def respond(request: web.Request) -> web.Response:
        return web.json_response(answer if scripted.calls[request.path] == 1 else {"errcode": 0})

    return respond
