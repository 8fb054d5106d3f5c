"""The house in figures: how many people, pushes and tags, and what is still to be done."""

from __future__ import annotations

from typing import Any

from tortoise.functions import Count

from core.ports import InteractionState
from models import Binding, Customer, CustomerTag, Delivery, Interaction


async def count_all() -> dict[str, Any]:
    """Counts for ``show totals``: states and deliveries by name, ``pushes`` without mini-program page events, ``tags``
    gained and not refused or lost again."""
    states = Interaction.annotate(count=Count("id")).group_by("state").values("state", "count")
    deliveries = Delivery.annotate(count=Count("id")).group_by("state").values("state", "count")
    received = Interaction.filter(state=InteractionState.RECEIVED)
    return {
        "interactions": await Interaction.all().count(),
        "pushes": await Interaction.exclude(kind__startswith="mini.").count(),
        "states": {str(row["state"].value): row["count"] for row in await states},
        "customers": await Customer.filter(erased_at__isnull=True).count(),
        "bound": await Binding.filter(primary_slot__isnull=False).count(),
        "tags": await CustomerTag.filter(is_held=True).count(),
        "deliveries": {str(row["state"].value): row["count"] for row in await deliveries},
        "unfinished": await received.count(),
        "unprojected": await Interaction.filter(is_projected=False).count(),
    }
