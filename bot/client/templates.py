"""Template messages of an official account: service notices, once for each client id."""

from __future__ import annotations

from bot.client.client import WeChatClient
from bot.client.http import Api
from bot.client.payloads import Payload, msgid_of, notice_of, target_of
from core.accounts import Account

# Asked again with the same client id it sends nothing anew, but only its caller knows for how long that holds.
TEMPLATE_SEND = Api("POST", "/cgi-bin/message/template/send", is_repeatable=False, tries=1, is_metered_by_caller=True)


async def send_template(
    client: WeChatClient, account: Account, openid: str, payload: Payload, client_id: str = ""
) -> str:
    """Sends ``{"template_id", "data": {name: value}, "url"?, "miniprogram"?: {"appid", "pagepath"}}``; its msgid.

    WeChat sends one ``client_id`` to one person once in ten minutes; empty for none. Raises ``Unknown`` where WeChat
    may have taken it. TEMPLATESENDJOBFINISH tells later whether it arrived.
    """
    body = notice_of(TEMPLATE_SEND, openid, payload) | target_of(TEMPLATE_SEND, payload, "url", "miniprogram")
    if client_id:
        body["client_msg_id"] = client_id
    return msgid_of(await client.call(account, TEMPLATE_SEND, body=body))
