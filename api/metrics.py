"""``/metrics``: what the edge counted, and what only the database knows, read when asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from api.figures import Figures, read_figures, tell
from core.accounts import Account
from core.clock import Now

log = logging.getLogger(__name__)

_KEPT_S = 5.0
"""Figures are read at most this often, however many ask."""
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

    @property
    def is_storing(self) -> bool: ...


class MetricsResource(Collector):
    """Registers itself with ``registry``, which holds the edge's counters too."""

    def __init__(
        self, registry: CollectorRegistry, desk: DeskFigures, accounts: Mapping[str, Account], clock: Now
    ) -> None:
        self._registry = registry
        self._desk = desk
        self._account_keys = {account.app_id: key for key, account in accounts.items()}
        self._now = clock
        self._figures: Figures | None = None
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
        figures = self._figures
        yield GaugeMetricFamily("zhiji_database_up", "1 if the database answered", value=float(figures is not None))
        if figures is not None:
            yield from tell(figures, self._account_keys)

    async def _refresh(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._lock:
            if loop.time() - self._read_at_s < _KEPT_S:
                return
            try:
                async with asyncio.timeout(_WAIT_S):
                    self._figures = await read_figures(self._now())
            except Exception as error:
                log.warning("figures not read", extra={"error": type(error).__name__})
                self._figures = None
            self._read_at_s = loop.time()
