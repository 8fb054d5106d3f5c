"""Quick ways to put people and what they do into the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.ports import InteractionState, Subject
from customers.identities import ensure_person
from models import Identity, Interaction

APP, MINI = "wx_official", "wx_mini"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

on_postgres = pytest.mark.parametrize(
    "migrated_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""For what SQLite's one writer makes impossible."""


def at(minutes: float = 0.0, days: float = 0.0) -> datetime:
    """So long after noon."""
    return NOON + timedelta(minutes=minutes, days=days)


async def meet(openid: str, app_id: str = APP, moment: datetime = NOON) -> Subject:
    """Somebody does something for the first time: the subject of an empty event."""
    return await act(openid, "event.view", {}, app_id, moment)


async def say(openid: str, words: str, moment: datetime = NOON, app_id: str = APP) -> Subject:
    """Somebody writes; the row awaits projection."""
    return await act(openid, "text", {"FromUserName": openid, "Content": words}, app_id, moment)


async def act(
    openid: str, kind: str, fields: dict[str, Any], app_id: str = APP, moment: datetime = NOON, **columns: Any
) -> Subject:
    """A journal row as the journal writes it."""
    person = await ensure_person(app_id, openid, moment)
    values: dict[str, Any] = {"state": InteractionState.ANSWERED, "received_at": moment, **columns}
    row = await Interaction.create(
        message_key=uuid4().hex,
        app_id=app_id,
        identity_id=person.identity_id,
        kind=kind,
        occurred_at=moment,
        fields_=fields,
        **values,
    )
    return Subject(row.id, person.identity_id, person.customer_id, app_id, openid, moment)


async def customer_of(openid: str, app_id: str = APP) -> int:
    return (await Identity.get(app_id=app_id, openid=openid)).customer_id
