"""Visitors: whose session a request of the mini program carries."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from api.mini_session import get_mini_program
from api.problems import Unauthorised
from api.session_tokens import SessionTokens
from core.accounts import Account
from core.clock import Now
from core.errors import Missing
from customers.behaviour import Visitor, get_visitor


class Visitors:
    """Reads ``Authorization: Bearer <session token>`` for the account of the path."""

    def __init__(self, accounts: Mapping[str, Account], tokens: SessionTokens, clock: Now) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._now = clock

    async def of(self, request: web.Request) -> Visitor:
        """The person behind the session. Raises ``Missing`` for a foreign account, ``Unauthorised`` without a session
        that holds here and now, or once the person was erased."""
        account = get_mini_program(self._accounts, request)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorised("no session token: Authorization: Bearer …")
        identity_id = self._tokens.read(account.app_id, token.strip(), self._now())
        try:
            return await get_visitor(account.app_id, identity_id)
        except Missing as missing:
            raise Unauthorised(str(missing)) from None
