"""Sends deliveries through WeChat: the one way out of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from bot.client.client import WeChatClient
from bot.client.http import Api
from bot.client.messages import CUSTOM_SEND, send_custom
from bot.client.payloads import Payload
from bot.client.subscriptions import MINI_SUBSCRIBE_SEND, SUBSCRIBE_SEND, send_mini_subscribe, send_subscribe
from bot.client.templates import TEMPLATE_SEND, send_template
from core.accounts import Account
from core.channels import Channel
from core.errors import Terminal
from core.reasons import Reason

_Send = Callable[[WeChatClient, Account, str, Payload, str], Awaitable[str]]


class _Way(NamedTuple):
    """How a channel leaves: the API whose limits it uses, and the call."""

    api: Api
    send: _Send


class WeChatSender:
    """Fills ``core.ports.Sender`` for every channel that goes through WeChat."""

    def __init__(self, client: WeChatClient) -> None:
        self._client = client

    async def send(self, account: Account, openid: str, channel: str, payload: dict[str, Any], client_id: str) -> str:
        way = _find_way(channel)
        kind = Channel(channel).account_kind
        if kind is not account.kind:
            # WeChat would call it a missing right, which stops the whole account.
            raise Terminal(
                f"{channel} goes through a {kind}, not a {account.kind}", api=way.api.path, reason=Reason.MALFORMED
            )
        return await way.send(self._client, account, openid, payload, client_id)


def api_of(channel: str) -> str:
    """The path of the API a channel uses, under which its calls are counted. Raises ``Terminal`` where it has none."""
    return _find_way(channel).api.path


def _find_way(channel: str) -> _Way:
    way = _WAYS.get(channel)
    if way is None:
        raise Terminal(f"no way to send by {channel!r}", reason=Reason.MALFORMED)
    return way


async def _custom(client: WeChatClient, account: Account, openid: str, payload: Payload, client_id: str) -> str:
    await send_custom(client, account, openid, payload)
    return ""  # WeChat names no id for these


async def _subscribe(client: WeChatClient, account: Account, openid: str, payload: Payload, client_id: str) -> str:
    return await send_subscribe(client, account, openid, payload)


async def _mini_subscribe(client: WeChatClient, account: Account, openid: str, payload: Payload, client_id: str) -> str:
    return await send_mini_subscribe(client, account, openid, payload)


_WAYS: Mapping[str, _Way] = {
    Channel.CUSTOM: _Way(CUSTOM_SEND, _custom),
    Channel.MINI_CUSTOM: _Way(CUSTOM_SEND, _custom),
    Channel.TEMPLATE: _Way(TEMPLATE_SEND, send_template),
    Channel.SUBSCRIBE: _Way(SUBSCRIBE_SEND, _subscribe),
    Channel.MINI_SUBSCRIBE: _Way(MINI_SUBSCRIBE_SEND, _mini_subscribe),
}
