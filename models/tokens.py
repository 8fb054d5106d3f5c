"""Access tokens shared by all processes: one sealed row an app, fetched by whoever holds its lease."""

from __future__ import annotations

from tortoise.transactions import in_transaction

from core.clock import Now, now
from core.errors import Invalid
from core.tokens import StoredToken
from models import leases
from models.sealing import Sealer
from models.system import AccessToken

PURPOSE = "access token"


class SharedTokens:
    """Fills ``core.tokens.TokenStore`` from the database."""

    def __init__(self, secret_key: str, holder: str, clock: Now = now) -> None:
        self._sealer = Sealer(secret_key, PURPOSE)
        self._holder = holder
        self._now = clock

    async def load(self, app_id: str) -> StoredToken | None:
        row = await AccessToken.get_or_none(app_id=app_id)
        if row is None:
            return None
        try:
            token = self._sealer.open(row.token_cipher)
        except Invalid:
            return None  # sealed with an older secret key: a new one is fetched
        return StoredToken(token, row.fetched_at, row.expires_at)

    async def claim(self, app_id: str, for_s: float) -> int | None:
        return await leases.take(_lease(app_id), self._holder, for_s, self._now())

    async def save(self, app_id: str, token: StoredToken, fence: int) -> bool:
        row = {
            "token_cipher": self._sealer.seal(token.token),
            "fetched_at": token.fetched_at,
            "expires_at": token.expires_at,
        }
        async with in_transaction():
            if not await leases.is_held(_lease(app_id), self._holder, fence):
                return False
            await AccessToken.update_or_create(row, app_id=app_id)
            await leases.release(_lease(app_id), self._holder, fence, self._now())
        return True

    async def release(self, app_id: str, fence: int) -> None:
        await leases.release(_lease(app_id), self._holder, fence, self._now())


def _lease(app_id: str) -> str:
    return f"token:{app_id}"
