"""Sends deliveries through WeChat: the one way out of the house."""

from __future__ import annotations

from typing import Any

from bot.client.client import WeChatClient
from bot.client.messages import send_custom
from core.accounts import Account
from core.channels import Channel
from core.errors import Terminal
from core.reasons import Reason


class WeChatSender:
    """Fills ``core.ports.Sender`` for customer-service messages of both kinds of account."""

    def __init__(self, client: WeChatClient) -> None:
        self._client = client

    async def send(self, account: Account, openid: str, channel: str, payload: dict[str, Any], client_id: str) -> str:
        if channel not in (Channel.CUSTOM, Channel.MINI_CUSTOM):
            raise Terminal(f"no way to send by {channel!r}", reason=Reason.MALFORMED)
        await send_custom(self._client, account, openid, payload)
        return ""  # WeChat names no id for these
