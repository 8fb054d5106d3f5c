"""What a person was answered already, so that nobody is told the same thing every few seconds."""

from __future__ import annotations

from datetime import datetime

from models import Interaction


async def was_answered(app_id: str, openid: str, kind: str, since: datetime) -> bool:
    """True if a push of this kind by this person got words since then."""
    answered = Interaction.filter(identity__app_id=app_id, identity__openid=openid, kind=kind)
    return await answered.filter(occurred_at__gte=since, reply__isnull=False).exists()
