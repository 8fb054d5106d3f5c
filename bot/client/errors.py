"""Turns what WeChat answers into the errors of the house."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.client.codes import MEANINGS, SUCCESS, Meaning, Reaction
from core.clock import BRAND_ZONE
from core.errors import ChannelError, Retryable, Terminal
from core.reasons import Reason

_DETAIL_CHARS = 255
_EGRESS_IP = re.compile(r"invalid ip ([0-9a-fA-F.:]*[0-9a-fA-F])")
_FIELD = re.compile(r"\bdata\.(\w{1,40})\.value\b")
_REQUEST_ID = re.compile(r"rid: ?[0-9a-f-]+")
# openids, tokens and phone numbers have no word breaks; WeChat's own words do.
_PERSONAL = re.compile(r"[A-Za-z0-9_\-]{20,}|\d{7,}")


def find_error(api: str, answer: Mapping[str, Any], at: datetime) -> ChannelError | None:
    """The error an answer stands for, or None. A code nobody knows is ``Terminal`` with the raw words kept."""
    code = answer.get("errcode", 0)
    if code in SUCCESS:
        return None
    raw = str(answer.get("errmsg", ""))
    if not isinstance(code, int):
        return Terminal(f"errcode is no number: {_harmless(str(code))}", api=api, raw=raw)
    meaning = MEANINGS.get(code)
    if meaning is None:
        return Terminal(_detail(f"unknown code: {_harmless(raw)}"), code=code, api=api, raw=raw)
    detail = _detail(_words(meaning, raw))
    match meaning.reaction:
        case Reaction.FINAL:
            return Terminal(detail, code=code, api=api, raw=raw, reason=meaning.reason)
        case Reaction.NEXT_DAY:
            return Retryable(detail, code=code, api=api, raw=raw, after_s=until_next_day_s(at))
        case Reaction.A_MINUTE_ON:
            return Retryable(detail, code=code, api=api, raw=raw, after_s=60.0 + 2.0 * _random.random())
        case Reaction.NEXT_MINUTE:
            return Retryable(detail, code=code, api=api, raw=raw, after_s=60.0 - at.second + 2.0 * _random.random())
        case Reaction.RETRY | Reaction.RENEW_TOKEN:
            return Retryable(detail, code=code, api=api, raw=raw)


def is_stale(error: ChannelError) -> bool:
    """True where a newer access token may help."""
    meaning = MEANINGS.get(error.code)
    return meaning is not None and meaning.reaction is Reaction.RENEW_TOKEN


def stops_api(error: ChannelError) -> bool:
    """True where the same API will say no to everyone until ``after_s`` has passed."""
    meaning = MEANINGS.get(error.code)
    return meaning is not None and meaning.reaction in (Reaction.NEXT_DAY, Reaction.NEXT_MINUTE)


def is_misconfigured(error: ChannelError) -> bool:
    """True where nothing of this account works until somebody mends its settings."""
    return isinstance(error, Terminal) and error.reason == Reason.MISCONFIGURED


def find_egress_ip(raw: str) -> str | None:
    """Our own address as WeChat saw it, from the words of a 40164."""
    found = _EGRESS_IP.search(raw)
    return found.group(1) if found else None


def until_next_day_s(at: datetime) -> float:
    """Seconds until quotas are reset: 00:00 in China."""
    local = at.astimezone(BRAND_ZONE)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - local).total_seconds()


def _words(meaning: Meaning, raw: str) -> str:
    field = _FIELD.search(raw)
    what = find_egress_ip(raw) or (field.group(1) if field else "")
    place = f" ({what})" if what else ""
    request = _REQUEST_ID.search(raw)
    return f"{meaning.cause}{place} — {meaning.remedy}" + (f" [{request.group()}]" if request else "")


def _harmless(raw: str) -> str:
    """WeChat's words without what could name a person; its request id stays, their support asks for it."""
    request = _REQUEST_ID.search(raw)
    return _PERSONAL.sub("…", _REQUEST_ID.sub("", raw)).strip() + (f" [{request.group()}]" if request else "")


def _detail(words: str) -> str:
    return words if len(words) <= _DETAIL_CHARS else words[: _DETAIL_CHARS - 1] + "…"


_random = random.Random()  # noqa: S311 - spreads load, hides nothing
