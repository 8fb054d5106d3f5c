"""Calls to WeChat that failed, for operators: which, when, why and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.clock import now
from models import FailedCall


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed call. ``code`` is WeChat's, 0 where none came; ``detail`` is cause and remedy."""

    at: datetime
    app_id: str
    api: str
    code: int
    detail: str


async def record_failed_call(app_id: str, api: str, code: int, detail: str) -> None:
    """Fills the client's ``RecordFailure``; never called inside a transaction."""
    await FailedCall.create(at=now(), app_id=app_id, api=api[:64], code=code, detail=detail[:255])


async def list_failed_calls(limit: int = 50) -> list[Failure]:
    """The newest first."""
    rows = await FailedCall.all().order_by("-id").limit(limit)
    return [Failure(row.at, row.app_id, row.api, row.code, row.detail) for row in rows]
