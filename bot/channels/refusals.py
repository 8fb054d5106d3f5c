"""Why a push is turned away: one typed refusal with its HTTP status and a short stable word for the metrics."""

from __future__ import annotations

from enum import StrEnum

from core.errors import ZhijiError


class Reason(StrEnum):
    """Stable words: they are label values of metrics and appear in logs."""

    BAD_SIGNATURE = "bad_signature"
    BAD_TIMESTAMP = "bad_timestamp"
    NOT_ENCRYPTED = "not_encrypted"
    WRONG_APPID = "wrong_appid"
    UNDECIPHERABLE = "undecipherable"
    TOO_LARGE = "too_large"
    DOCTYPE = "doctype"
    BAD_XML = "bad_xml"
    BAD_JSON = "bad_json"
    TOO_COMPLEX = "too_complex"
    NOT_A_PUSH = "not_a_push"
    BAD_CREATE_TIME = "bad_create_time"


_FORBIDDEN = frozenset((Reason.BAD_SIGNATURE, Reason.BAD_TIMESTAMP, Reason.NOT_ENCRYPTED, Reason.WRONG_APPID))


class PushRefused(ZhijiError):
    """A request that is no genuine push of this account; ``detail`` is ours, never the sender's words."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail

    @property
    def status(self) -> int:
        """HTTP status to answer with: 403 not from WeChat or not for us, 413 too large, else 400."""
        if self.reason in _FORBIDDEN:
            return 403
        return 413 if self.reason is Reason.TOO_LARGE else 400


class WrongAppId(PushRefused):
    """Deciphered well, but meant for another app id."""

    def __init__(self) -> None:
        super().__init__(Reason.WRONG_APPID, "the ciphertext names another app id")
