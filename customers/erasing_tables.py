"""How each table of this room, and of those below, forgets a person."""

from __future__ import annotations

import secrets
from typing import Any

from tortoise.expressions import F

from core.reasons import Reason
from customers.person_tables import Erasing, erases
from customers.tagging.live import live_lexicon
from customers.tagging.scoring import score_customers
from models import (
    Binding,
    Consent,
    ContactSlot,
    Customer,
    CustomerTag,
    Delivery,
    DeliveryState,
    FollowerImport,
    Following,
    GrantEntry,
    Identity,
    Merge,
    MessageReading,
    MessageWindow,
    Place,
    Profile,
    StatedAttribute,
    SubscriptionGrant,
    TagEvidence,
    TagRemoval,
    Task,
    TaskState,
)
from models.dialect.traces import cut_links, empty_rows, owed_to

ERASED_OPENID = "erased:"
"""What the openid of an erased identity begins with; the rest is random."""
_END_REASON = "客户资料已删除"


@erases("follower_import")
async def _imports(what: Erasing) -> None:
    """An import that stands at this very follower begins again, which makes nobody twice."""
    openids = await Identity.filter(id__in=what.identity_ids).values_list("openid", flat=True)
    await FollowerImport.filter(next_openid__in=openids).update(next_openid="")


@erases("interaction")
async def _interactions(what: Erasing) -> None:
    """What was said and answered goes; that something happened, and when, stays as a number."""
    await empty_rows(what.identity_ids, Reason.ERASED.value)


@erases("tag_evidence")
async def _evidence(what: Erasing) -> None:
    await TagEvidence.filter(identity_id__in=what.identity_ids).delete()


@erases("stated_attribute")
async def _attributes(what: Erasing) -> None:
    await StatedAttribute.filter(identity_id__in=what.identity_ids).delete()


@erases("message_reading")
async def _readings(what: Erasing) -> None:
    await MessageReading.filter(identity_id__in=what.identity_ids).delete()


@erases("tag_removal")
async def _removals(what: Erasing) -> None:
    if what.is_whole:
        await TagRemoval.filter(customer_id=what.customer_id).delete()


@erases("customer_tag")
async def _tags(what: Erasing) -> None:
    if what.is_whole:
        await CustomerTag.filter(customer_id=what.customer_id).delete()
    else:
        await score_customers([what.customer_id], await live_lexicon())


@erases("profile")
async def _profiles(what: Erasing) -> None:
    await Profile.filter(identity_id__in=what.identity_ids).delete()


@erases("place")
async def _places(what: Erasing) -> None:
    """A person's one place may come from any of their identities, so it goes with each."""
    await Place.filter(customer_id=what.customer_id).delete()


@erases("following")
async def _followings(what: Erasing) -> None:
    mine = Following.filter(identity_id__in=what.identity_ids)
    await mine.filter(until__isnull=True).update(until=what.at)
    await mine.update(open_slot=None, erase_due_at=None)


@erases("subscription_grant")
async def _grants(what: Erasing) -> None:
    await SubscriptionGrant.filter(identity_id__in=what.identity_ids).delete()


@erases("grant_entry")
async def _grant_entries(what: Erasing) -> None:
    await GrantEntry.filter(identity_id__in=what.identity_ids).delete()


@erases("message_window")
async def _windows(what: Erasing) -> None:
    await MessageWindow.filter(identity_id__in=what.identity_ids).delete()


@erases("contact_slot")
async def _slots(what: Erasing) -> None:
    """Who is forgotten in part still gets no more messages than the cap allows."""
    if what.is_whole:
        await ContactSlot.filter(customer_id=what.customer_id).delete()


@erases("delivery")
async def _deliveries(what: Erasing) -> None:
    """What has not left is suppressed; what may have is unknown, neither asked for again nor written to any more.

    Of every row only its state and times stay.
    """
    mine = Delivery.filter(identity_id__in=what.identity_ids)
    is_open = mine.filter(state__in=[DeliveryState.PLANNED, DeliveryState.CLAIMED])
    ends: dict[str, Any] = {
        "reason": Reason.ERASED,
        "closed_at": what.at,
        "fence": F("fence") + 1,
        "lease_until": None,
    }
    await is_open.filter(started_at__isnull=True).update(state=DeliveryState.SUPPRESSED, **ends)
    await is_open.filter(started_at__isnull=False).update(state=DeliveryState.UNKNOWN, **ends)
    await cut_links("delivery", what.identity_ids)
    await mine.update(customer_id=what.heir_id, options=[], taken={}, trail=[], wechat_id="")


@erases("consent")
async def _consents(what: Erasing) -> None:
    await cut_links("consent", what.identity_ids)
    if what.is_whole:
        await Consent.filter(customer_id=what.customer_id).delete()


@erases("binding")
async def _bindings(what: Erasing) -> None:
    """A guide's history keeps that there was a customer, and no longer why."""
    await cut_links("binding", what.identity_ids)
    if what.is_whole:
        mine = Binding.filter(customer_id=what.customer_id)
        await mine.filter(until__isnull=True).update(until=what.at, end_reason=_END_REASON)
        await mine.update(primary_slot=None, reason="")


@erases("task")
async def _tasks(what: Erasing) -> None:
    """The words of a request go with whose they were."""
    if what.is_whole:
        mine = Task.filter(customer_id=what.customer_id)
    else:
        mine = Task.filter(id__in=await owed_to("task", what.identity_ids))
    ids = await mine.values_list("id", flat=True)
    await cut_links("task", what.identity_ids)
    words = Task.filter(id__in=ids)
    await words.filter(state__in=[TaskState.OPEN, TaskState.SNOOZED]).update(state=TaskState.LAPSED, closed_at=what.at)
    await words.update(reason="", open_key=None)


@erases("customer_merge")
async def _merges(what: Erasing) -> None:
    if what.is_whole:
        await Merge.filter(kept_id=what.customer_id).delete()


@erases("identity")
async def _identities(what: Erasing) -> None:
    """Rows stay so that what hangs on them can be counted; nobody finds them by an openid again."""
    for identity_id in what.identity_ids:
        await Identity.filter(id=identity_id).update(
            openid=ERASED_OPENID + secrets.token_hex(16), unionid=None, customer_id=what.heir_id
        )


@erases("customer")
async def _customers(what: Erasing) -> None:
    if what.is_whole:
        await Customer.filter(id=what.customer_id).update(
            name="",
            gender="",
            birthday="",
            city="",
            time_zone="",
            member_no=None,
            phone_cipher="",
            phone_hash=None,
            erased_at=what.at,
        )
