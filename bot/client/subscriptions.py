"""Subscription notices: what a person accepted once may be sent once; ``Terminal`` 43101 where nothing is left."""

from __future__ import annotations

from bot.client.client import WeChatClient
from bot.client.http import Api
from bot.client.payloads import Payload, msgid_of, notice_of, target_of
from core.accounts import Account

# No client id: a lost answer is never asked for again. Each try is counted on the delivery's row.
SUBSCRIBE_SEND = Api(
    "POST", "/cgi-bin/message/subscribe/bizsend", is_repeatable=False, tries=1, is_metered_by_caller=True
)
MINI_SUBSCRIBE_SEND = Api(
    "POST", "/cgi-bin/message/subscribe/send", is_repeatable=False, tries=1, is_metered_by_caller=True
)


async def send_subscribe(client: WeChatClient, account: Account, openid: str, payload: Payload) -> str:
    """An official account's notice: ``{"template_id", "data": {name: value}, "page"?, "miniprogram"?}``; its msgid.

    ``page`` is a web address, ``miniprogram`` ``{"appid", "pagepath"}``. The msgid is empty where WeChat names none.
    Raises ``Unknown`` where WeChat may have taken it; subscribe_msg_sent_event tells later whether it arrived.
    """
    body = notice_of(SUBSCRIBE_SEND, openid, payload) | target_of(SUBSCRIBE_SEND, payload, "page", "miniprogram")
    return msgid_of(await client.call(account, SUBSCRIBE_SEND, body=body))


async def send_mini_subscribe(client: WeChatClient, account: Account, openid: str, payload: Payload) -> str:
    """A mini program's notice: as ``send_subscribe``, but ``page`` is one of its own pages and there is no other."""
    body = notice_of(MINI_SUBSCRIBE_SEND, openid, payload) | target_of(MINI_SUBSCRIBE_SEND, payload, "page")
    return msgid_of(await client.call(account, MINI_SUBSCRIBE_SEND, body=body))
