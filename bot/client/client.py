"""One call to WeChat, start to end: token, request, errors by the table, one renewal, a bounded repeat."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.client.errors import find_error, is_stale, stops_api
from bot.client.http import Answer, Api, Body, WeChatHttp
from bot.client.token import STABLE_TOKEN, Tokens
from core.accounts import Account
from core.clock import Now, now
from core.errors import ChannelError, Retryable
from core.ports import Metered

log = logging.getLogger(__name__)

RecordFailure = Callable[[str, str, int, str], Awaitable[None]]
"""Told of each failed call: app id, API, WeChat's code (0: none came), cause and remedy; nothing about a person."""

_PATIENCE_S = 2.0
"""A call waits inside itself only this long; what must wait longer is for the caller to plan."""


async def _forget(app_id: str, api: str, code: int, detail: str) -> None:
    return None


class Unmetered:
    """Fills ``core.ports.Metered`` where nobody shares the limits: a command that makes a call or two."""

    async def take(self, app_id: str, api: str, per_s: int) -> None:
        return None

    async def stop(self, app_id: str, api: str, until: datetime) -> None:
        return None


class WeChatClient:
    """Calls for any account; each API family's file builds on ``call`` and ``fetch_picture``."""

    def __init__(
        self,
        http: WeChatHttp,
        tokens: Tokens,
        record_failure: RecordFailure = _forget,
        clock: Now = now,
        metered: Metered | None = None,
    ) -> None:
        self.http = http
        self._tokens = tokens
        self._record_failure = record_failure
        self._now = clock
        self._metered: Metered = metered or Unmetered()
        self._stopped: dict[tuple[str, str], tuple[Retryable, float]] = {}

    async def call(
        self, account: Account, api: Api, query: Mapping[str, str] | None = None, body: Body = None
    ) -> dict[str, Any]:
        """WeChat's answer to a call that succeeded; raises the ``ChannelError`` family.

        A stale token is renewed once and the call made once more; what surely was not done is tried again, up to
        ``api.tries`` times in all. Each request takes its share of the account's limits.
        """
        return (await self._told(account, api, query or {}, body)).fields

    async def fetch_picture(self, account: Account, api: Api, body: Body = None) -> bytes:
        """The picture an API gives that ``gives_picture``; otherwise as ``call``."""
        return (await self._told(account, api, {}, body)).picture

    async def check_token(self, account: Account) -> None:
        """Raises what keeps the account from having an access token."""
        try:
            await self._token(account)
        except ChannelError as error:
            await self._record(account, None, error)
            raise

    async def _told(self, account: Account, api: Api, query: Mapping[str, str], body: Body) -> Answer:
        """The answer; a failure is told to whoever records them."""
        try:
            return await self._try(account, api, query, body)
        except ChannelError as error:
            await self._record(account, api, error)
            raise

    async def _try(self, account: Account, api: Api, query: Mapping[str, str], body: Body) -> Answer:
        for number in range(1, api.tries + 1):
            try:
                return await self._once(account, api, query, body)
            except Retryable as error:
                if number == api.tries or error.after_s > _PATIENCE_S or is_stale(error):
                    raise
            await asyncio.sleep(0.2 * 2**number * (0.5 + random.random()))  # noqa: S311
        raise AssertionError("unreachable")

    async def _once(self, account: Account, api: Api, query: Mapping[str, str], body: Body) -> Answer:
        self._refuse_early(account, api)
        has_share = api.is_metered_by_caller
        if not api.needs_token:
            return await self._ask(account, api, query, body, has_share)
        token = await self._token(account)
        try:
            return await self._ask(account, api, {**query, "access_token": token}, body, has_share)
        except Retryable as error:
            if not is_stale(error):
                raise
        token = await self._token(account, failed=token)
        # A share that the caller took went with the first request.
        return await self._ask(account, api, {**query, "access_token": token}, body, has_share=False)

    async def _ask(self, account: Account, api: Api, query: Mapping[str, str], body: Body, has_share: bool) -> Answer:
        """One request within the limits, and what its answer means."""
        if not has_share:
            await self._take_share(account, api)
        answer = await self.http.exchange(account, api, query, body)
        at = self._now()
        error = find_error(api.path, answer.fields, at)
        if error is None:
            return answer
        if isinstance(error, Retryable) and stops_api(error):
            await self._stop(account, error, at)
        raise error

    async def _take_share(self, account: Account, api: Api) -> None:
        try:
            await self._metered.take(account.app_id, api.path, account.calls_per_s)
        except ChannelError:
            raise
        except Exception as error:
            # The limits' own trouble (database away): nothing was sent, and its error type is none of ours.
            raise Retryable(f"the limits cannot be asked ({type(error).__name__})", api=api.path) from error

    async def _stop(self, account: Account, error: Retryable, at: datetime) -> None:
        """Remembers, here and for every process, that the API says no to everyone for a while."""
        self._stopped[account.app_id, error.api] = (error, time.monotonic() + error.after_s)
        try:
            await self._metered.stop(account.app_id, error.api, at + timedelta(seconds=error.after_s))
        except Exception as trouble:
            log.warning("a used-up quota could not be shared", extra={"error": type(trouble).__name__})

    async def _token(self, account: Account, failed: str = "") -> str:
        try:
            return await (self._tokens.renew(account, failed) if failed else self._tokens.get(account))
        except ChannelError:
            raise
        except Exception as error:
            # The store's own trouble (database away): nothing was sent, and its error type is none of ours.
            raise Retryable(
                f"no access token: its store failed ({type(error).__name__})", api=STABLE_TOKEN.path
            ) from error

    def _refuse_early(self, account: Account, api: Api) -> None:
        """Raises without a call while a used-up quota has not been reset."""
        error, until = self._stopped.get((account.app_id, api.path), (None, 0.0))
        if error is None:
            return
        left_s = until - time.monotonic()
        if left_s <= 0:
            del self._stopped[account.app_id, api.path]
            return
        raise Retryable(error.detail, code=error.code, api=error.api, raw=error.raw, after_s=left_s)

    async def _record(self, account: Account, api: Api | None, error: ChannelError) -> None:
        path = error.api or (api.path if api else "")
        log.warning("call to WeChat failed", extra={"account": account.key, "api": path, "code": error.code})
        try:
            await self._record_failure(account.app_id, path, error.code, error.detail)
        except Exception as trouble:
            log.warning("a failed call could not be recorded", extra={"error": type(trouble).__name__})
