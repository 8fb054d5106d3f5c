"""Removal: somebody takes a tag off a person. It stays off until the person says something new that speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from core.errors import Invalid
from customers.audit import note
from customers.tagging.live import live_lexicon
from customers.tagging.score import TagKey
from customers.tagging.scoring import score_pairs
from models import CustomerTag, TagKind, TagRemoval
from models.dialect.locks import lock_customers

_LONGEST_REASON = 128


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken off: an automatic tag, a manual one, or both."""

    kinds: tuple[TagKind, ...]


def read_tag_key(words: str) -> TagKey:
    """``GROUP/TAG`` as its two names. Raises Invalid."""
    group, separator, name = words.partition("/")
    if not (group and separator and name):
        raise Invalid("tag", f"{words!r} is not a group and a tag", "write GROUP/TAG, as in colour/黑色")
    return group, name


async def remove_tag(customer_id: int, key: TagKey, at: datetime, actor: str, reason: str = "") -> Removed:
    """Takes a tag off a customer: a manual one goes, of an automatic one nothing said up to ``at`` counts any more.

    Raises Invalid, and changes nothing, where the customer does not have it.
    """
    if len(reason) > _LONGEST_REASON:
        raise Invalid("--reason", f"has {len(reason)} characters", f"write at most {_LONGEST_REASON}")
    async with in_transaction():
        await lock_customers([customer_id])
        rows = await CustomerTag.filter(customer_id=customer_id, tag__group=key[0], tag__name=key[1])
        if not rows:
            raise Invalid(
                "tag", f"{'/'.join(key)} is not on this customer", "show customer OPENID lists those that are"
            )
        kinds = tuple(sorted(row.kind for row in rows))
        for row in rows:
            await row.delete()
        tag_id = rows[0].tag_id
        if TagKind.AUTOMATIC in kinds:
            removed_at = max(at, *(row.last_at for row in rows))  # WeChat's clock may be ahead of ours
            await TagRemoval.update_or_create(
                {"removed_at": removed_at, "removed_by": actor, "reason": reason},
                customer_id=customer_id,
                tag_id=tag_id,
            )
            await score_pairs({(customer_id, tag_id)}, await live_lexicon())
        await note("tag.removed", f"customer:{customer_id}", at, actor, tag=tag_id, kinds=[str(kind) for kind in kinds])
    return Removed(kinds)


async def restore_tag(customer_id: int, key: TagKey, at: datetime, actor: str) -> bool:
    """Counts again what was said before the removal; whether that is enough for the customer to have had the tag.

    Raises Invalid, and changes nothing, where it was not removed.
    """
    async with in_transaction():
        await lock_customers([customer_id])
        removal = await TagRemoval.get_or_none(customer_id=customer_id, tag__group=key[0], tag__name=key[1])
        if removal is None:
            raise Invalid(
                "tag",
                f"{'/'.join(key)} was not removed from this customer",
                "tag why OPENID GROUP/TAG tells how it stands; a manual tag comes back with import customers",
            )
        await removal.delete()
        await score_pairs({(customer_id, removal.tag_id)}, await live_lexicon())
        await note("tag.restored", f"customer:{customer_id}", at, actor, tag=removal.tag_id)
        return await CustomerTag.exists(
            customer_id=customer_id, tag_id=removal.tag_id, kind=TagKind.AUTOMATIC, is_held=True
        )
