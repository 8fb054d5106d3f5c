"""The errors of the house: one tree, translated only at the bot, HTTP and delivery boundaries.

ZhijiError
├── Refused        the business says no: a code, and figures for the words
├── Invalid        input is wrong: names the field and the remedy
├── Missing        what was asked for does not exist
├── Busy           nothing was done; try again
└── ChannelError   WeChat said no, or nothing
    ├── Retryable  surely not done, may be repeated
    ├── Terminal   final for this call
    └── Unknown    may have been done: never repeated by itself
"""

from __future__ import annotations


class ZhijiError(Exception):
    """Root of every error this product raises on purpose."""


class Refused(ZhijiError):
    """A rule of the business says no; ``code`` is stable, ``params`` carry the figures."""

    def __init__(self, code: str, words: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words
        self.params = params


class Invalid(ZhijiError):
    """Input that cannot be accepted: which field, what is wrong, what to do."""

    def __init__(self, field: str, detail: str, remedy: str = "") -> None:
        super().__init__(f"{field}: {detail}" + (f" — {remedy}" if remedy else ""))
        self.field = field
        self.detail = detail
        self.remedy = remedy


class Missing(ZhijiError):
    """What was asked for does not exist."""


class Busy(ZhijiError):
    """Nothing was done and nothing is wrong: try again in a moment."""


class ChannelError(ZhijiError):
    """A call to WeChat did not succeed. ``code`` is WeChat's errcode, or 0 where none came."""

    def __init__(self, detail: str, *, code: int = 0, api: str = "", raw: str = "") -> None:
        super().__init__(f"{api} {code} {detail}".strip())
        self.detail = detail
        self.code = code
        self.api = api
        self.raw = raw


class Retryable(ChannelError):
    """Surely not done; ``after_s`` is the shortest wait before another try, in seconds."""

    def __init__(self, detail: str, *, code: int = 0, api: str = "", raw: str = "", after_s: float = 1.0) -> None:
        super().__init__(detail, code=code, api=api, raw=raw)
        self.after_s = after_s


class Terminal(ChannelError):
    """Final for this call; ``reason`` is a stable word for the delivery row."""

    def __init__(
        self, detail: str, *, code: int = 0, api: str = "", raw: str = "", reason: str = "refused_by_channel"
    ) -> None:
        super().__init__(detail, code=code, api=api, raw=raw)
        self.reason = reason


class Unknown(ChannelError):
    """The request was written and no sound answer came: it may have been done."""
