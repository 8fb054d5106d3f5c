"""A mini program's own calls: who logged in, and which phone number was shared."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.client.client import WeChatClient
from bot.client.http import Api
from core.accounts import Account
from core.errors import Terminal

# A code works once: after a lost answer it is used up, and the mini program must ask for a new one.
_SESSION = Api("GET", "/sns/jscode2session", is_repeatable=False, needs_token=False)
_PHONE = Api("POST", "/wxa/business/getuserphonenumber", is_repeatable=False)


@dataclass(frozen=True, slots=True)
class MiniSession:
    """Who a wx.login code belongs to. ``session_key`` never leaves the server; ``unionid`` is empty if not bound."""

    openid: str
    unionid: str
    session_key: str = field(repr=False)


async def exchange_code(client: WeChatClient, account: Account, code: str) -> MiniSession:
    """The person behind a ``wx.login`` code (jscode2session); ``Terminal`` 40029/40163: ask for a new code."""
    query = {
        "appid": account.app_id,
        "secret": account.app_secret,
        "js_code": code,
        "grant_type": "authorization_code",
    }
    answer = await client.call(account, _SESSION, query)
    openid, session_key = answer.get("openid"), answer.get("session_key")
    if not isinstance(openid, str) or not openid or not isinstance(session_key, str):
        raise Terminal("the answer names nobody", api=_SESSION.path)
    return MiniSession(openid, str(answer.get("unionid") or ""), session_key)


async def get_phone_number(client: WeChatClient, account: Account, code: str) -> str:
    """The number behind a phone button's code, as ``+<country code><number>``."""
    answer = await client.call(account, _PHONE, body={"code": code})
    info = answer.get("phone_info")
    if not isinstance(info, dict) or not info.get("purePhoneNumber"):
        raise Terminal("the answer holds no number", api=_PHONE.path)
    return f"+{info.get('countryCode') or '86'}{info['purePhoneNumber']}"
