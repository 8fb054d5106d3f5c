"""The access token of each app: one fetch for all who wait, in this process and in the others."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.client.errors import find_error, is_misconfigured
from bot.client.http import Api, WeChatHttp
from core.accounts import Account
from core.clock import Now, now
from core.errors import ChannelError, Retryable, Terminal
from core.tokens import StoredToken, TokenStore

log = logging.getLogger(__name__)

STABLE_TOKEN = Api("POST", "/cgi-bin/stable_token", is_repeatable=True, needs_token=False)

CLAIM_S = 20.0
"""How long one process may take to fetch before another tries: longer than the time-outs of one request."""

EARLY_S = (300.0, 600.0)
"""A token is renewed when less than a number drawn from here remains, so that processes do not all ask at once."""

REFUSED_S = 30.0
"""After WeChat refused our secret or address nobody asks again for this long: wrong secrets get frozen."""

RENEWAL_PAUSE_S = 5.0
"""A token WeChat calls stale is fetched anew at most this often an app, so that a lasting refusal stays cheap."""

_LEAST_LEFT_S = 5.0
_POLL_S = 0.1


@dataclass(slots=True)
class _Known:
    """What this process knows of one app's token."""

    token: StoredToken
    renew_at: datetime


class Tokens:
    """Access tokens by app id. A token that is still valid is served while the next one is fetched."""

    def __init__(self, http: WeChatHttp, store: TokenStore, clock: Now = now) -> None:
        self._http = http
        self._store = store
        self._now = clock
        self._known: dict[str, _Known] = {}
        self._flights: dict[str, asyncio.Task[str]] = {}
        self._refused: dict[str, tuple[Terminal, float]] = {}
        self._renewed_at: dict[str, float] = {}

    async def get(self, account: Account) -> str:
        """A token that is valid now. Raises ``Retryable`` or ``Terminal`` where none can be had."""
        known = self._known.get(account.app_id)
        moment = self._now()
        if known is None or known.token.left_s(moment) <= _LEAST_LEFT_S:
            return await self._fly(account, "")
        if moment >= known.renew_at and account.app_id not in self._flights:
            # Not asked again before this, should the fetch fail.
            known.renew_at = moment + timedelta(seconds=10.0 + 10.0 * random.random())  # noqa: S311
            self._start(account, known.token.token).add_done_callback(_note_failure)
        return known.token.token

    async def renew(self, account: Account, failed: str) -> str:
        """A newer token than ``failed``, which WeChat called stale: another process's, or one fetched now."""
        known = self._known.get(account.app_id)
        if known is not None and known.token.token != failed:
            return known.token.token
        token = await self._fly(account, failed, is_stale=True)
        # A fetch joined under way may have begun before anybody knew that its token was stale.
        return token if token != failed else await self._fly(account, failed, is_stale=True)

    async def close(self) -> None:
        """Ends fetches under way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _fly(self, account: Account, known: str, *, is_stale: bool = False) -> str:
        """Joins the fetch under way or starts one; a caller who gives up ends it for nobody else."""
        flight = self._flights.get(account.app_id)
        if flight is None or flight.done():
            flight = self._start(account, known, is_stale=is_stale)
        return await asyncio.shield(flight)

    def _start(self, account: Account, known: str, *, is_stale: bool = False) -> asyncio.Task[str]:
        flight = asyncio.get_running_loop().create_task(self._find_newer(account, known, is_stale))
        self._flights[account.app_id] = flight
        flight.add_done_callback(lambda done: self._land(account.app_id, done))
        return flight

    def _land(self, app_id: str, flight: asyncio.Task[str]) -> None:
        if self._flights.get(app_id) is flight:
            del self._flights[app_id]
        if not flight.cancelled():
            flight.exception()  # asked for, so that a fetch nobody waits for any more makes no noise

    async def _find_newer(self, account: Account, than: str, is_stale: bool) -> str:
        """The stored token where it is newer, else the one fetched under a claim that only one process holds."""
        deadline = time.monotonic() + CLAIM_S + 5.0
        while time.monotonic() < deadline:
            if (stored := await self._load_newer(account, than)) is not None:
                return self._keep(account, stored)
            self._refuse_early(account, is_stale)
            fence = await self._store.claim(account.app_id, CLAIM_S)
            if fence is not None:
                return await self._fetch_under(account, than, fence, is_stale)
            await asyncio.sleep(_POLL_S * (0.5 + random.random()))  # noqa: S311
        raise Retryable("another process has been fetching the token for too long", api=STABLE_TOKEN.path)

    async def _load_newer(self, account: Account, than: str) -> StoredToken | None:
        stored = await self._store.load(account.app_id)
        if stored is None or stored.token == than or stored.left_s(self._now()) <= _LEAST_LEFT_S:
            return None
        known = self._known.get(account.app_id)
        if known is not None and known.token.token == than and stored.fetched_at <= known.token.fetched_at:
            return None
        return stored

    def _refuse_early(self, account: Account, is_stale: bool) -> None:
        """Raises without a call where the answer would be the same as a moment ago."""
        refusal, until = self._refused.get(account.app_id, (None, 0.0))
        if refusal is not None and time.monotonic() < until:
            raise Terminal(refusal.detail, code=refusal.code, api=refusal.api, raw=refusal.raw, reason=refusal.reason)
        since_s = time.monotonic() - self._renewed_at.get(account.app_id, float("-inf"))
        if is_stale and since_s < RENEWAL_PAUSE_S:
            raise Retryable("a token fetched just now is called stale", api=STABLE_TOKEN.path, after_s=RENEWAL_PAUSE_S)

    async def _fetch_under(self, account: Account, than: str, fence: int, is_stale: bool) -> str:
        saved = False
        try:
            # Whoever held the claim before may have stored one between our look and our claim.
            stored = await self._load_newer(account, than)
            if stored is None:
                stored = await self._fetch(account)
                if is_stale:
                    self._renewed_at[account.app_id] = time.monotonic()
                saved = await self._store.save(account.app_id, stored, fence)
            return self._keep(account, stored)
        finally:
            if not saved:
                await self._store.release(account.app_id, fence)

    async def _fetch(self, account: Account) -> StoredToken:
        """Normal mode, never ``force_refresh``: WeChat allows that 20 times a day."""
        at = self._now()
        body = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret}
        answer = (await self._http.exchange(account, STABLE_TOKEN, {}, body)).fields
        error = find_error(STABLE_TOKEN.path, answer, at)
        token, expires_in = answer.get("access_token"), answer.get("expires_in")
        if error is None and isinstance(token, str) and token and isinstance(expires_in, int):
            self._refused.pop(account.app_id, None)
            return StoredToken(token, at, at + timedelta(seconds=expires_in))
        error = error or Retryable("the answer holds no token", api=STABLE_TOKEN.path)
        if isinstance(error, Terminal) and is_misconfigured(error):
            self._refused[account.app_id] = (error, time.monotonic() + REFUSED_S)
        raise error

    def _keep(self, account: Account, stored: StoredToken) -> str:
        # WeChat gives the same token again until five minutes before its end: a short rest is halved, not skipped.
        left_s = stored.left_s(self._now())
        early_s = min(random.uniform(*EARLY_S), left_s / 2)  # noqa: S311
        self._known[account.app_id] = _Known(stored, stored.expires_at - timedelta(seconds=early_s))
        return stored.token


class MemoryTokenStore:
    """Keeps tokens in this process: for one that stands alone, such as ``check`` before there is a database."""

    def __init__(self) -> None:
        self._tokens: dict[str, StoredToken] = {}
        self._fences: dict[str, int] = {}
        self._held: set[str] = set()

    async def load(self, app_id: str) -> StoredToken | None:
        return self._tokens.get(app_id)

    async def claim(self, app_id: str, for_s: float) -> int | None:
        if app_id in self._held:
            return None
        self._held.add(app_id)
        self._fences[app_id] = self._fences.get(app_id, 0) + 1
        return self._fences[app_id]

    async def save(self, app_id: str, token: StoredToken, fence: int) -> bool:
        if app_id not in self._held or self._fences[app_id] != fence:
            return False
        self._tokens[app_id] = token
        self._held.discard(app_id)
        return True

    async def release(self, app_id: str, fence: int) -> None:
        if self._fences.get(app_id) == fence:
            self._held.discard(app_id)


def _note_failure(flight: asyncio.Task[str]) -> None:
    """The valid token goes on being served, so a fetch in advance that fails is only told."""
    if not flight.cancelled() and (error := flight.exception()) is not None:
        code = error.code if isinstance(error, ChannelError) else 0
        log.warning("renewing an access token failed", extra={"error": type(error).__name__, "code": code})
