"""How each table's rows pass from a folded customer to the one that is kept."""

from __future__ import annotations

from collections.abc import Iterable

from core.clock import local
from core.reasons import Reason
from customers.consent import list_consenting
from customers.person_tables import Folding, folds
from customers.places import forget_places
from customers.tagging.live import live_lexicon
from customers.tagging.scoring import score_customers
from models import (
    Binding,
    Consent,
    ContactSlot,
    CustomerTag,
    Delivery,
    DeliveryState,
    Identity,
    Merge,
    Place,
    Purpose,
    TagKind,
    TagRemoval,
    Task,
    TaskState,
)

_UNSENT = DeliveryState.PLANNED
_OCCURRENCE_LENGTH = 128


@folds("identity")
async def _identities(both: Folding) -> None:
    """Interactions, followings, counters and evidence hang on identities: they all come along."""
    await Identity.filter(customer_id=both.folded_id).update(customer_id=both.kept_id)


@folds("customer_merge")
async def _earlier_merges(both: Folding) -> None:
    await Merge.filter(kept_id=both.folded_id).update(kept_id=both.kept_id)


@folds("binding")
async def _bindings(both: Folding) -> None:
    """Of two active primary bindings the older holds; the other ends and stays as history."""
    active = await Binding.filter(primary_slot__in=[both.kept_id, both.folded_id]).order_by("since", "id")
    for younger in active[1:]:
        younger.until, younger.primary_slot = max(both.at, younger.since), None
        younger.end_reason = f"客户资料合并为一人，保留更早的绑定（{local(active[0].since)} 起）"
        await younger.save(update_fields=["until", "primary_slot", "end_reason"])
    for holder in active[:1]:
        holder.primary_slot = both.kept_id
        await holder.save(update_fields=["primary_slot"])
    await Binding.filter(customer_id=both.folded_id).update(customer_id=both.kept_id)


@folds("place")
async def _places(both: Folding) -> None:
    """The newer place holds."""
    known = await Place.filter(customer_id__in=[both.kept_id, both.folded_id]).order_by("-captured_at", "id")
    for outdated in known[1:]:
        await outdated.delete()
    for newest in known[:1]:
        newest.customer_id = both.kept_id
        await newest.save(update_fields=["customer_id"])


@folds("consent")
async def _consents(both: Folding) -> None:
    """The ledgers become one, whose newest line holds. A place kept against it goes."""
    agreed = await list_consenting([both.kept_id, both.folded_id], Purpose.LOCATION)
    await Consent.filter(customer_id=both.folded_id).update(customer_id=both.kept_id)
    if agreed and not await list_consenting([both.kept_id], Purpose.LOCATION):
        identities = await Identity.filter(customer_id=both.kept_id).only("id")
        await forget_places(both.kept_id, [identity.id for identity in identities])


@folds("contact_slot")
async def _slots(both: Folding) -> None:
    """What either was sent counts for the one they are: a slot stays taken until the later of the two."""
    kept = {(slot.contact_class, slot.slot): slot for slot in await ContactSlot.filter(customer_id=both.kept_id)}
    for slot in await ContactSlot.filter(customer_id=both.folded_id):
        same = kept.get((slot.contact_class, slot.slot))
        if same is None:
            await ContactSlot.filter(id=slot.id).update(customer_id=both.kept_id)
        elif slot.taken_until > same.taken_until:
            await ContactSlot.filter(id=same.id).update(taken_until=slot.taken_until, delivery_id=slot.delivery_id)
    await ContactSlot.filter(customer_id=both.folded_id).delete()


@folds("tag_removal")
async def _removals(both: Folding) -> None:
    """What was taken off either stays off the one they are, from the later day on."""
    kept = {row.tag_id: row for row in await TagRemoval.filter(customer_id=both.kept_id)}
    for row in await TagRemoval.filter(customer_id=both.folded_id):
        same = kept.get(row.tag_id)
        if same is not None and same.removed_at >= row.removed_at:
            await row.delete()
            continue
        if same is not None:
            await same.delete()
        row.customer_id = both.kept_id
        await row.save(update_fields=["customer_id"])


@folds("customer_tag")
async def _tags(both: Folding) -> None:
    """Manual tags are joined; automatic ones are scored anew from the evidence of both, less what was taken off."""
    mine = {row.tag_id: row for row in await CustomerTag.filter(customer_id=both.kept_id, kind=TagKind.MANUAL)}
    theirs = await CustomerTag.filter(customer_id=both.folded_id)
    for row in theirs:
        known = mine.get(row.tag_id)
        if row.kind is TagKind.AUTOMATIC:
            await row.delete()
        elif known is None:
            row.customer_id = both.kept_id
            await row.save(update_fields=["customer_id"])
        else:
            known.since, known.last_at = min(known.since, row.since), max(known.last_at, row.last_at)
            await known.save(update_fields=["since", "last_at"])
            await row.delete()
    await score_customers([both.kept_id], await live_lexicon())


@folds("task")
async def _tasks(both: Folding) -> None:
    """Of two open requests of one kind the older stays open; whoever serves now is the one to answer."""
    for task in await Task.filter(customer_id=both.folded_id):
        task.customer_id = both.kept_id
        if task.open_key is not None:
            await _rekey(task, both)
        await task.save(update_fields=["customer_id", "open_key", "state", "closed_at"])
    holder = await Binding.get_or_none(primary_slot=both.kept_id, guide__left_at__isnull=True)
    if holder is not None:
        await Task.filter(customer_id=both.kept_id, state=TaskState.OPEN).update(guide_id=holder.guide_id)


async def _rekey(task: Task, both: Folding) -> None:
    key = _key_for(str(task.open_key), both)
    if key == task.open_key:
        return
    rival = await Task.get_or_none(open_key=key)
    if rival is None:
        task.open_key = key
    elif (rival.created_at, rival.id) <= (task.created_at, task.id):
        _lapse(task, both)
    else:
        _lapse(rival, both)
        await rival.save(update_fields=["open_key", "state", "closed_at"])
        task.open_key = key


def _key_for(open_key: str, both: Folding) -> str:
    """Keys that end with the customer's id pass to the one kept; others are of something else than a person."""
    kind, separator, whose = open_key.rpartition(":")
    return f"{kind}{separator}{both.kept_id}" if whose == str(both.folded_id) else open_key


def _lapse(task: Task, both: Folding) -> None:
    task.open_key, task.state, task.closed_at = None, TaskState.LAPSED, both.at


@folds("delivery")
async def _deliveries(both: Folding) -> None:
    """One occurrence reaches one person once: a second row that has not left yet is suppressed, and says why."""
    rows = await Delivery.filter(customer_id=both.folded_id).order_by("id").select_for_update()
    rivals = await (
        Delivery.filter(customer_id=both.kept_id, occurrence__in=[row.occurrence for row in rows])
        .order_by("id")
        .select_for_update()
    )
    by_occurrence = {rival.occurrence: rival for rival in rivals}
    for row in rows:
        rival = by_occurrence.get(row.occurrence)
        row.customer_id = both.kept_id
        if rival is not None:
            for extra in _superfluous(row, rival):
                _suppress(extra, both)
            await rival.save(update_fields=["state", "reason", "closed_at", "trail"])
            suffix = f"~{row.id}"
            row.occurrence = row.occurrence[: _OCCURRENCE_LENGTH - len(suffix)] + suffix
        await row.save(update_fields=["customer_id", "occurrence", "state", "reason", "closed_at", "trail"])


def _superfluous(row: Delivery, rival: Delivery) -> Iterable[Delivery]:
    """Those not sent yet, but one of two when neither is. One that asks again for a lost answer may have arrived."""
    unsent = [each for each in (row, rival) if each.state is _UNSENT and each.started_at is None]
    if len(unsent) < 2:
        other = rival if unsent == [row] else row
        return unsent if other.state not in (DeliveryState.FAILED, DeliveryState.SUPPRESSED) else []
    return [max(unsent, key=lambda each: (each.created_at, each.id))]


def _suppress(row: Delivery, both: Folding) -> None:
    row.state, row.reason, row.closed_at = DeliveryState.SUPPRESSED, Reason.MERGED_SAME_OCCURRENCE, both.at
    told: dict[str, object] = {
        "at": both.at.isoformat(timespec="milliseconds"),
        "event": "suppressed",
        "reason": Reason.MERGED_SAME_OCCURRENCE.value,
    }
    row.trail = [*row.trail, told]
