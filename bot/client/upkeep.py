"""What ``check`` asks of an account: does its token work, from where do we call, what is it allowed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.client.client import WeChatClient
from bot.client.http import Api
from core.accounts import Account, AccountKind
from core.errors import ChannelError, Terminal

_CALLBACK_IPS = Api("GET", "/cgi-bin/getcallbackip", is_repeatable=True)
_QUOTA = Api("POST", "/cgi-bin/openapi/quota/get", is_repeatable=True)

_BOTH = (
    ("customer-service messages", "/cgi-bin/message/custom/send"),
    ("pictures in messages", "/cgi-bin/media/upload"),
)
_OFFICIAL = (
    *_BOTH,
    ("people's information", "/cgi-bin/user/info"),
    ("list of followers", "/cgi-bin/user/get"),
    ("QR codes with a scene", "/cgi-bin/qrcode/create"),
    ("menu", "/cgi-bin/menu/create"),
    ("template messages", "/cgi-bin/message/template/send"),
    ("subscription notices", "/cgi-bin/message/subscribe/bizsend"),
)
_MINI = (
    *_BOTH,
    ("phone numbers", "/wxa/business/getuserphonenumber"),
    ("subscription notices", "/cgi-bin/message/subscribe/send"),
    ("mini-program codes", "/wxa/getwxacodeunlimit"),
    ("links to pages", "/wxa/generate_urllink"),
)


@dataclass(frozen=True, slots=True)
class Capability:
    """One API: how many calls a day, and how many of them were made today. ``fault`` says why it is not open."""

    name: str
    path: str
    daily_limit: int
    used: int
    fault: str = ""

    @property
    def is_open(self) -> bool:
        return not self.fault


async def list_callback_ips(client: WeChatClient, account: Account) -> tuple[str, ...]:
    """The addresses WeChat pushes from; the cheapest call that proves token and IP allow-list."""
    answer = await client.call(account, _CALLBACK_IPS)
    return tuple(str(address) for address in answer.get("ip_list", ()))


async def list_capabilities(client: WeChatClient, account: Account) -> list[Capability]:
    """What the account may call, by asking for each quota; a missing right is told, not raised."""
    names = _MINI if account.kind is AccountKind.MINI_PROGRAM else _OFFICIAL
    return [await _capability(client, account, name, path) for name, path in names]


async def _capability(client: WeChatClient, account: Account, name: str, path: str) -> Capability:
    try:
        answer = await client.call(account, _QUOTA, body={"cgi_path": path})
    except Terminal as error:
        return Capability(name, path, 0, 0, _fault(error))
    quota = answer.get("quota", {})
    limit, used = int(quota.get("daily_limit", 0)), int(quota.get("used", 0))
    return Capability(name, path, limit, used, "" if limit else "the account has no calls a day")


def _fault(error: ChannelError) -> str:
    return f"{error.code} {error.detail}" if error.code else error.detail
