"""Why a customer has a tag, does not have it any more, or never got it: everything stored that bears on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.errors import Missing
from customers.audit import note
from customers.tagging.arithmetic import score_of
from customers.tagging.live import live_lexicon
from customers.tagging.score import TagKey, list_held
from customers.tagging.shown import Known, read_known, tell_known
from customers.tagging.store import words_of
from models import CustomerTag, Interaction, TagKind, TagRemoval


async def tell_why(customer_id: int, key: TagKey, now: datetime, actor: str) -> dict[str, Any]:
    """One tag of one customer: ``is_held`` now, ``outdone_by`` a better tag of its exclusive group, ``evidence`` and
    ``arithmetic`` as on the card, who ``removed`` it, and since when it is set by hand.

    Evidence that does not count is there with the reason. Raises Missing where nothing bears on it. That somebody
    asked is written into the audit.
    """
    lexicon = await live_lexicon()
    known = await read_known(customer_id, lexicon)
    rows = {row.kind: row for row in await CustomerTag.filter(customer_id=customer_id, **_names(key))}
    removal = await TagRemoval.get_or_none(customer_id=customer_id, **_names(key))
    if key not in known and not rows and removal is None:
        raise Missing(f"{'/'.join(key)} has nothing to do with this customer: show customer OPENID lists their tags")
    await note("tag.seen", f"customer:{customer_id}", now, actor)
    scored = {each: score for each, tag in known.items() if (score := score_of(tag.said, tag.by)) is not None}
    held = list_held(scored, lexicon, now)
    better = [name for group, name in held if group == key[0] and name != key[1]]
    is_outdone = key not in held and key[0] in lexicon.groups and lexicon.groups[key[0]].exclusive
    automatic, manual = rows.get(TagKind.AUTOMATIC), rows.get(TagKind.MANUAL)
    return {
        "customer_id": customer_id,
        "group": key[0],
        "name": key[1],
        "is_held": key in held or manual is not None,
        "outdone_by": better[0] if is_outdone and better and key in scored and scored[key].is_held else None,
        "score": automatic.score if automatic else None,
        "lexicon_version": automatic.lexicon_version if automatic else None,
        **await _evidence(known.get(key), now),
        "removed": _removed(removal),
        "manual_since": manual.since.isoformat() if manual else None,
    }


async def _evidence(known: Known | None, now: datetime) -> dict[str, Any]:
    if known is None:
        return {"evidence": [], "arithmetic": None}
    ids = {row.interaction_id for row in known.rows}
    words = {row.id: words_of(row.kind, row.fields_) for row in await Interaction.filter(id__in=list(ids))}
    return tell_known(known, words, now)


def _removed(removal: TagRemoval | None) -> dict[str, str] | None:
    if removal is None:
        return None
    return {"at": removal.removed_at.isoformat(), "by": removal.removed_by, "reason": removal.reason}


def _names(key: TagKey) -> dict[str, Any]:
    return {"tag__group": key[0], "tag__name": key[1]}
