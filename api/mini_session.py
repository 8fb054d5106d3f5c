"""``POST /mini/{account}/session``: a wx.login code becomes a customer's session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from api.bodies import read_object
from api.personal import personal
from api.session_tokens import SessionTokens
from core.accounts import Account, AccountKind
from core.clock import Now
from core.errors import Invalid, Missing
from customers.identities import ensure_person, learn_unionid

_LONGEST_CODE = 128


class MiniSession(Protocol):
    """Who a code belongs to; ``unionid`` is empty where the app is bound to no Open Platform account."""

    @property
    def openid(self) -> str: ...

    @property
    def unionid(self) -> str: ...


class MiniLogin(Protocol):
    """Asks WeChat (jscode2session)."""

    async def exchange(self, account: Account, code: str) -> MiniSession:
        """Raises the ``ChannelError`` family."""


class SessionResource:
    def __init__(self, accounts: Mapping[str, Account], login: MiniLogin, tokens: SessionTokens, clock: Now) -> None:
        self._accounts = accounts
        self._login = login
        self._tokens = tokens
        self._now = clock

    async def post(self, request: web.Request) -> web.Response:
        """``{"code"}`` → ``{"token", "expires_at", "customer_id"}``; WeChat's own ids and keys stay here."""
        account = get_mini_program(self._accounts, request)
        code = (await read_object(request)).get("code")
        if not isinstance(code, str) or not 0 < len(code) <= _LONGEST_CODE:
            raise Invalid("code", "is missing or no code", "send what wx.login gave")
        session = await self._login.exchange(account, code)
        now = self._now()
        person = await ensure_person(account.app_id, session.openid, now)
        customer_id = person.customer_id
        if session.unionid:
            customer_id = await learn_unionid(person.identity_id, session.unionid, now)
        token, ends_at = self._tokens.issue(account.app_id, person.identity_id, now)
        return personal({"token": token, "expires_at": ends_at.isoformat(), "customer_id": customer_id})


def get_mini_program(accounts: Mapping[str, Account], request: web.Request) -> Account:
    """The account of the path; raises ``Missing`` unless it is a mini program of ours."""
    account = accounts.get(request.match_info["account"])
    if account is None or account.kind is not AccountKind.MINI_PROGRAM:
        raise Missing("no mini program has this name")
    return account
