"""``/metrics``: what the edge counted, and what only the database knows, read when asked."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from core.clock import Now
from core.ports import InteractionState
from delivery.overview import count_deliveries
from models import DeliveryState, Interaction

log = logging.getLogger(__name__)

_KEPT_S = 5.0
"""Counts are read at most this often, however many ask."""
_WAIT_S = 3.0


class DeskFigures(Protocol):
    """What the desk counts (``bot.edge.desk.Desk``)."""

    @property
    def in_work(self) -> int: ...

    @property
    def commits(self) -> tuple[int, int]:
        """Batches committed so far, and pushes in them."""

    @property
    def handler_errors(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Counts:
    """One reading of the database; ages in seconds."""

    is_read: bool = False
    unprojected: int = 0
    unprojected_age_s: float = 0.0
    received: int = 0
    deliveries: dict[DeliveryState, int] = field(default_factory=dict)


class MetricsResource(Collector):
    """Registers itself with ``registry``, which holds the edge's counters too."""

    def __init__(self, registry: CollectorRegistry, desk: DeskFigures, clock: Now) -> None:
        self._registry = registry
        self._desk = desk
        self._now = clock
        self._counts = Counts()
        self._read_at_s = float("-inf")
        self._lock = asyncio.Lock()
        registry.register(self)

    async def get(self, _: web.Request) -> web.Response:
        await self._refresh()
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def collect(self) -> Iterator[Metric]:
        batches, pushes = self._desk.commits
        yield CounterMetricFamily("zhiji_journal_commits", "Batches of pushes committed", value=batches)
        yield CounterMetricFamily("zhiji_journal_commit_pushes", "Pushes in those batches", value=pushes)
        yield CounterMetricFamily("zhiji_handler_errors", "Handlers that failed", value=self._desk.handler_errors)
        yield GaugeMetricFamily("zhiji_pushes_in_work", "Pushes not answered yet", value=self._desk.in_work)
        counts = self._counts
        yield GaugeMetricFamily("zhiji_database_up", "1 if the database answered", value=float(counts.is_read))
        if counts.is_read:
            yield from _read_from_database(counts)

    async def _refresh(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._lock:
            if loop.time() - self._read_at_s < _KEPT_S:
                return
            try:
                async with asyncio.timeout(_WAIT_S):
                    self._counts = await _read_counts(self._now())
            except Exception as error:
                log.warning("counts not read", extra={"error": type(error).__name__})
                self._counts = Counts()
            self._read_at_s = loop.time()


def _read_from_database(counts: Counts) -> Iterator[Metric]:
    yield GaugeMetricFamily("zhiji_projector_lag_rows", "Journal rows not projected yet", value=counts.unprojected)
    yield GaugeMetricFamily("zhiji_projector_lag_seconds", "Age of the oldest of them", value=counts.unprojected_age_s)
    yield GaugeMetricFamily("zhiji_pushes_received", "Pushes stored whose work is not finished", value=counts.received)
    deliveries = GaugeMetricFamily("zhiji_deliveries", "Deliveries by state", labels=["state"])
    for state in DeliveryState:
        deliveries.add_metric([state.value], counts.deliveries.get(state, 0))
    yield deliveries


async def _read_counts(now: datetime) -> Counts:
    waiting = Interaction.filter(is_projected=False)
    oldest = await waiting.order_by("id").only("id", "received_at").first()
    deliveries: Counter[DeliveryState] = Counter()
    for share in await count_deliveries():
        deliveries[share.state] += share.count
    return Counts(
        is_read=True,
        unprojected=await waiting.count(),
        unprojected_age_s=max(0.0, (now - oldest.received_at).total_seconds()) if oldest else 0.0,
        received=await Interaction.filter(state=InteractionState.RECEIVED).count(),
        deliveries=dict(deliveries),
    )
