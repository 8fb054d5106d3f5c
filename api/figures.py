"""What only the database knows for ``/metrics``: how much waits, what became of deliveries, what is left of quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from core.ports import InteractionState
from delivery.limits.quotas import Quota, list_quotas
from delivery.overview import Share, count_deliveries
from guides.open_tasks import count_open_tasks
from models import DeliveryState, Interaction


@dataclass(frozen=True, slots=True)
class Figures:
    """One reading of the database; ages in seconds."""

    unprojected: int
    unprojected_age_s: float
    received: int
    deliveries: Sequence[Share]
    quotas: Sequence[Quota]
    tasks: Mapping[str, int]


async def read_figures(now: datetime) -> Figures:
    waiting = Interaction.filter(is_projected=False)
    oldest = await waiting.order_by("id").only("id", "received_at").first()
    return Figures(
        unprojected=await waiting.count(),
        unprojected_age_s=max(0.0, (now - oldest.received_at).total_seconds()) if oldest else 0.0,
        received=await Interaction.filter(state=InteractionState.RECEIVED).count(),
        deliveries=await count_deliveries(),
        quotas=await list_quotas(now),
        tasks=await count_open_tasks(),
    )


def tell(figures: Figures, account_keys: Mapping[str, str]) -> Iterator[Metric]:
    """The figures as metrics; ``account_keys``: our names of the apps."""
    yield GaugeMetricFamily("zhiji_projector_lag_rows", "Journal rows not projected yet", value=figures.unprojected)
    yield GaugeMetricFamily("zhiji_projector_lag_seconds", "Age of the oldest of them", value=figures.unprojected_age_s)
    yield GaugeMetricFamily("zhiji_pushes_received", "Pushes stored whose work is not finished", value=figures.received)
    yield _deliveries(figures.deliveries)
    tasks = GaugeMetricFamily("zhiji_tasks_open", "What customers wait for, by kind", labels=["kind"])
    for kind, count in figures.tasks.items():
        tasks.add_metric([kind], count)
    yield tasks
    labels = ["account", "api"]
    used = GaugeMetricFamily("zhiji_api_calls_used", "Calls of an API counted today (China time)", labels=labels)
    limit = GaugeMetricFamily("zhiji_api_calls_limit", "Calls of an API allowed a day", labels=labels)
    for quota in figures.quotas:
        whose = [account_keys.get(quota.app_id, quota.app_id), quota.api]
        used.add_metric(whose, quota.used)
        limit.add_metric(whose, quota.daily_limit)
    yield from (used, limit)


def _deliveries(shares: Sequence[Share]) -> Metric:
    """Every state has a line, also where no delivery is in it."""
    family = GaugeMetricFamily("zhiji_deliveries", "Deliveries by state and reason", labels=["state", "reason"])
    counts = {(state.value, ""): 0 for state in DeliveryState}
    counts |= {(share.state.value, share.reason): share.count for share in shares}
    for labels, count in counts.items():
        family.add_metric(labels, count)
    return family
