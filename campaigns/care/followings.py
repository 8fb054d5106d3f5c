"""Whether a stretch of following that a message refers to still lasts."""

from __future__ import annotations

from collections.abc import Mapping

from models import Following


async def find_ended(ids: Mapping[int, str]) -> set[int]:
    """The keys whose following (its id as text) has ended or is gone."""
    asked = {int(text) for text in ids.values() if text.isdecimal()}
    lasting = await Following.filter(id__in=asked, open_slot__isnull=False).values_list("id", flat=True)
    open_ids = {str(found) for found in lasting}
    return {key for key, text in ids.items() if text not in open_ids}
