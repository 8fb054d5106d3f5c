"""Where WeChat will push: the address, whether it answers as WeChat wants, and what changes once it is entered."""

from __future__ import annotations

import secrets
import time
from urllib.parse import urlsplit

import aiohttp

from bot.channels.signature import sign
from bot.edge.webhook import PREFIX
from commands.checks.finding import Finding, green, red, yellow
from core.accounts import Account, AccountKind

WAIT_S = 5.0
"""WeChat waits no longer for the answer to its URL check."""

_PORTS = {"http": 80, "https": 443}
_MOST_READ = 200


async def check_push_address(session: aiohttp.ClientSession, account: Account, public_url: str) -> list[Finding]:
    """The address, asked just as WeChat's console asks it, and what goes with it."""
    part = f"{account.key}: push address"
    if not public_url:
        remedy = 'set public_url = "https://your.host" (SCRM_PUBLIC_URL): what WeChat calls, through your proxy'
        return [yellow(part, f"not known: https://…{PREFIX}{account.key}", remedy), *_what_changes(account)]
    address = f"{public_url}{PREFIX}{account.key}"
    fault = await _find_fault(session, account, address)
    found = [red(part, f"{address} {fault[0]}", fault[1])] if fault else [_answered(part, account, address)]
    return [*found, *_port(account, public_url), _domain(account, public_url), *_what_changes(account)]


def _answered(part: str, account: Account, address: str) -> Finding:
    place = "设置与开发 > 基本配置" if account.kind is AccountKind.OFFICIAL_ACCOUNT else "开发管理 > 消息推送"
    remedy = f"enter it with token and aes_key, mode {account.mode}, in the console: {place}"
    return green(part, f"{address} answered the signed URL check", remedy)


async def _find_fault(session: aiohttp.ClientSession, account: Account, address: str) -> tuple[str, str] | None:
    """What is wrong with the answer to a signed URL check, and the remedy; None where it is right."""
    timestamp, nonce, echo = str(int(time.time())), secrets.token_hex(8), secrets.token_hex(8)
    signature = sign(account.token, timestamp, nonce)
    query = {"timestamp": timestamp, "nonce": nonce, "echostr": echo, "signature": signature}
    try:
        async with session.get(
            address, params=query, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=WAIT_S)
        ) as answer:
            body = await answer.content.read(_MOST_READ)
            return _judge(answer.status, body.decode("utf-8", "replace"), echo)
    except aiohttp.ClientSSLError as error:
        return f"has no certificate to trust ({type(error).__name__})", "install the whole chain: fullchain.pem"
    except TimeoutError:
        return f"does not answer within {WAIT_S:.0f} s", "look at firewall and proxy: WeChat waits no longer"
    except (aiohttp.ClientError, OSError) as error:
        remedy = "start it: python main.py serve; then look at DNS, proxy (deploy/nginx.conf) and firewall"
        return f"cannot be reached ({type(error).__name__})", remedy


def _judge(status: int, body: str, echo: str) -> tuple[str, str] | None:
    if status == 200 and body == echo:
        return None
    if status == 200:
        return "answers with other words than Zhiji's", "let the proxy pass /hooks/ on as it is: deploy/nginx.conf"
    if status == 403:
        return f"refuses the signature ({body})", "the process there runs with another token or clock: restart it"
    if 300 <= status < 400:
        return f"answers {status}, a redirect: WeChat follows none", "set public_url to where it leads"
    if status in (502, 503, 504):
        return f"answers {status}: the proxy finds no Zhiji behind it", "start it: python main.py serve"
    remedy = "let the proxy pass /hooks/ on as it is (deploy/nginx.conf), and serve this account there"
    return f"answers {status}", remedy


def _port(account: Account, public_url: str) -> list[Finding]:
    parts = urlsplit(public_url)
    part = f"{account.key}: public_url"
    if (parts.port or _PORTS[parts.scheme]) != _PORTS[parts.scheme]:
        return [yellow(part, f"port {parts.port}: WeChat calls ports 80 and 443 only", "serve it through a proxy")]
    if parts.scheme == "http":
        return [yellow(part, "http: everybody on the way can read the pushes", "serve it by https")]
    return []


def _domain(account: Account, public_url: str) -> Finding:
    parts = urlsplit(public_url)
    part, host = f"{account.key}: domain", f"{parts.scheme}://{parts.netloc}"
    if account.kind is AccountKind.MINI_PROGRAM:
        remedy = f"add {host} to request合法域名 (开发管理 > 开发设置 > 服务器域名)"
        return green(part, "the mini-program may only call domains entered in its console", remedy)
    remedy = f"should the console offer MP_verify_….txt: save it so that {host}/MP_verify_….txt shows it"
    return green(part, "a verification file proves that the domain is yours (deploy/nginx.conf serves it)", remedy)


def _what_changes(account: Account) -> list[Finding]:
    """Official accounts only: a mini-program has neither menu nor auto-replies of the console."""
    if account.kind is not AccountKind.OFFICIAL_ACCOUNT:
        return []
    detail = "the moment it is switched on, the console's own auto-replies and menu are switched off"
    remedy = (
        f"before: main.py menu pull {account.key} menu.json, and copy the auto-replies for main.py keywords import; "
        f"after: main.py menu push {account.key} menu.json"
    )
    return [yellow(f"{account.key}: server push", detail, remedy)]
