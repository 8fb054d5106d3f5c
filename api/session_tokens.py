"""Session tokens of the mini program: who, until when, sealed with a key of our own; WeChat's ids are not in it."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

from api.problems import Unauthorised
from core.clock import from_epoch

_PURPOSE = b"zhiji mini session 1"
_LONGEST = 128


class SessionTokens:
    """``<identity id>.<ends at, Unix seconds>.<HMAC-SHA256 over both and the app id>``."""

    def __init__(self, secret_key: str, ttl: timedelta = timedelta(hours=24)) -> None:
        self._key = hmac.digest(secret_key.encode(), _PURPOSE, sha256)
        self._ttl = ttl

    def issue(self, app_id: str, identity_id: int, now: datetime) -> tuple[str, datetime]:
        """A token and when it ends."""
        ends = int((now + self._ttl).timestamp())
        return f"{identity_id}.{ends}.{self._seal(app_id, identity_id, ends)}", from_epoch(ends)

    def read(self, app_id: str, token: str, now: datetime) -> int:
        """The identity id; raises ``Unauthorised`` for a token that is not ours, another app's, or over."""
        identity, _, rest = token.partition(".")
        ends, _, seal = rest.partition(".")
        if len(token) > _LONGEST or not (_is_number(identity) and _is_number(ends)):
            raise Unauthorised("this is no session token")
        if not hmac.compare_digest(seal.encode(), self._seal(app_id, int(identity), int(ends)).encode()):
            raise Unauthorised("this session token is not valid here")
        if int(ends) <= now.timestamp():
            raise Unauthorised("the session has ended")
        return int(identity)

    def _seal(self, app_id: str, identity_id: int, ends: int) -> str:
        sealed = hmac.digest(self._key, f"{app_id}\0{identity_id}\0{ends}".encode(), sha256)
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= 18
