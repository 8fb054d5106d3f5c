"""Reads what the policy asks about one delivery, at the moment of sending."""

from __future__ import annotations

from datetime import datetime

from core.accounts import Account, AccountKind
from customers.erasing_tables import ERASED_OPENID
from delivery.claims import Claimed
from delivery.policy import ACT_WINDOW, MESSAGE_WINDOW, Facts
from models import Following, Identity, Interaction

MESSAGE_KINDS = ("text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage")
"""What a customer sends; each opens the long window."""

ACTS = {
    AccountKind.OFFICIAL_ACCOUNT: ("event.subscribe", "event.scan", "event.click"),
    AccountKind.MINI_PROGRAM: ("event.user_enter_tempsession",),
}
"""What else opens a window, a short one."""


async def read_facts(row: Claimed, account: Account, at: datetime) -> Facts:
    """The facts of one row. The window is read from the journal, which no projection lags behind."""
    identity = await Identity.get(id=row.identity_id).only("openid")
    last_message_at = await _last(row.identity_id, MESSAGE_KINDS, at - MESSAGE_WINDOW)
    return Facts(
        at=at,
        expires_at=row.expires_at,
        channel=row.channel,
        openid=identity.openid,
        is_erased=identity.openid.startswith(ERASED_OPENID),
        has_left=account.kind is AccountKind.OFFICIAL_ACCOUNT and await _has_left(row.identity_id),
        last_message_at=last_message_at,
        last_act_at=None if last_message_at else await _last(row.identity_id, ACTS[account.kind], at - ACT_WINDOW),
    )


async def _has_left(identity_id: int) -> bool:
    """True for one who followed and left; one whose follow we never saw may well be following."""
    slots = await Following.filter(identity_id=identity_id).values_list("open_slot", flat=True)
    return bool(slots) and all(slot is None for slot in slots)


async def _last(identity_id: int, kinds: tuple[str, ...], since: datetime) -> datetime | None:
    rows = Interaction.filter(identity_id=identity_id, kind__in=kinds, occurred_at__gt=since)
    newest = await rows.order_by("-occurred_at").only("id", "occurred_at").first()
    return newest.occurred_at if newest else None
