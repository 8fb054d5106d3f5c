"""Consent: a ledger of what a person agreed to or withdrew; the newest line of a purpose holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType

from tortoise.transactions import in_transaction

from core.ports import Subject
from customers.places import forget_places
from models import Consent, Identity, Purpose
from models.dialect.locks import lock_customers


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What a person is told before they agree. Changed words need a new version."""

    version: str
    words: str


CONSENT_TEXTS = MappingProxyType(
    {
        Purpose.MARKETING: ConsentText(
            "marketing-1", "同意我们通过微信向您发送新品、活动和优惠信息。回复“退订”可随时停止。"
        ),
        Purpose.LOCATION: ConsentText(
            "location-1",
            "同意我们保存您的大致位置（精确到街区，到期自动删除），用于推荐附近门店和优惠。回复“撤回位置”可随时撤回并删除。",
        ),
    }
)


async def grant(who: Subject, purpose: Purpose, channel: str) -> None:
    """Writes down that a person agrees to the present text of a purpose."""
    await _write(who, purpose, channel, is_granted=True)


async def withdraw(who: Subject, purpose: Purpose, channel: str) -> None:
    """Writes down that a person withdraws. Withdrawn location also deletes what is kept of it, in the same commit."""
    async with in_transaction():
        await lock_customers([who.customer_id])
        await _write(who, purpose, channel, is_granted=False)
        if purpose is Purpose.LOCATION:
            identities = await Identity.filter(customer_id=who.customer_id).only("id")
            await forget_places(who.customer_id, [identity.id for identity in identities])


async def is_granted(customer_id: int, purpose: Purpose) -> bool:
    """True while a person's newest word on a purpose is yes; never asked is no."""
    return customer_id in await list_consenting([customer_id], purpose)


async def list_consenting(customer_ids: Collection[int], purpose: Purpose) -> set[int]:
    """Those of these customers whose newest word on a purpose is yes."""
    if not customer_ids:
        return set()
    lines = Consent.filter(customer_id__in=list(customer_ids), purpose=purpose).order_by("at", "id")
    newest = dict(await lines.values_list("customer_id", "is_granted"))
    return {customer_id for customer_id, granted in newest.items() if granted}


async def has_withdrawn(customer_id: int, purpose: Purpose) -> bool:
    """True while a person's newest word on a purpose is no; never asked is not no."""
    newest = await Consent.filter(customer_id=customer_id, purpose=purpose).order_by("-at", "-id").first()
    return newest is not None and not newest.is_granted


async def has_location_consent(app_id: str, openid: str) -> bool:
    """True if the person agreed to have a coarse place kept; unknown people did not."""
    mine = Consent.filter(purpose=Purpose.LOCATION, customer__identities__app_id=app_id)
    newest = await mine.filter(customer__identities__openid=openid).order_by("-at", "-id").first()
    return newest is not None and newest.is_granted


async def _write(who: Subject, purpose: Purpose, channel: str, *, is_granted: bool) -> None:
    await Consent.create(
        customer_id=who.customer_id,
        purpose=purpose,
        is_granted=is_granted,
        text_version=CONSENT_TEXTS[purpose].version,
        channel=channel,
        interaction_id=who.interaction_id or None,
        at=who.at,
    )
