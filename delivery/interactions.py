"""The push that a delivery answers ends with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from core.ports import InteractionState
from models import DeliveryState, Interaction

_STATES = {
    DeliveryState.SENT: InteractionState.LATE_REPLIED,
    DeliveryState.CONFIRMED: InteractionState.LATE_REPLIED,
    DeliveryState.SUPPRESSED: InteractionState.EXPIRED,
    DeliveryState.FAILED: InteractionState.EXPIRED,
    DeliveryState.UNKNOWN: InteractionState.UNKNOWN,
}
_OPEN = (InteractionState.RECEIVED, InteractionState.UNKNOWN)


async def end_interactions(ends: Mapping[int, tuple[DeliveryState, str]]) -> None:
    """Moves pushes by how their deliveries ended, with what reason; one that was answered by itself stays so."""
    alike: defaultdict[tuple[DeliveryState, str], list[int]] = defaultdict(list)
    for interaction_id, end in ends.items():
        alike[end].append(interaction_id)
    for (state, reason), ids in alike.items():
        await Interaction.filter(id__in=ids, state__in=_OPEN).update(
            state=_STATES[state], reason=reason, lease_until=None
        )
