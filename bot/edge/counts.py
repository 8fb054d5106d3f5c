"""What the edge counts, as Prometheus metrics; no label ever holds anything of a person."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.5, 5.0)
_MOST_KINDS = 100


class EdgeCounts(Collector):
    """Counters of the webhook: plain numbers while counting, metrics when somebody asks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._pushes: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        self._refused: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._url_checks: defaultdict[str, int] = defaultdict(int)
        self._latencies = [0] * (len(_BUCKETS_S) + 1)
        self._latency_sum_s = 0.0
        self._kinds: set[str] = set()
        registry.register(self)

    def pushed(self, account: str, kind: str, is_first: bool) -> None:
        self._pushes[account, self._known(kind), "answered" if is_first else "duplicate"] += 1

    def failed(self, account: str, kind: str) -> None:
        self._pushes[account, self._known(kind), "not_stored"] += 1

    def refused(self, account: str, reason: str) -> None:
        self._refused[account, reason] += 1

    def url_check(self, account: str) -> None:
        self._url_checks[account] += 1

    def latency(self, seconds: float) -> None:
        self._latencies[bisect_left(_BUCKETS_S, seconds)] += 1
        self._latency_sum_s += seconds

    def collect(self) -> Iterator[Metric]:
        """Read by the registry at each scrape."""
        pushes = CounterMetricFamily(
            "zhiji_pushes", "Pushes by account, kind and outcome", labels=["account", "kind", "outcome"]
        )
        for (account, kind, outcome), count in self._pushes.items():
            pushes.add_metric([account, kind, outcome], count)
        refused = CounterMetricFamily(
            "zhiji_pushes_refused", "Requests refused before anything was stored", labels=["account", "reason"]
        )
        for (account, reason), count in self._refused.items():
            refused.add_metric([account, str(reason)], count)
        checks = CounterMetricFamily("zhiji_url_checks", "URL checks answered", labels=["account"])
        for account, count in self._url_checks.items():
            checks.add_metric([account], count)
        yield from (pushes, refused, checks, self._latency_metric())

    def _latency_metric(self) -> Metric:
        buckets: list[tuple[str, float]] = []
        total = 0
        for limit, count in zip((*map(str, _BUCKETS_S), "+Inf"), self._latencies, strict=True):
            total += count
            buckets.append((limit, float(total)))
        seconds = HistogramMetricFamily("zhiji_push_seconds", "From request to answer")
        seconds.add_metric([], buckets, sum_value=self._latency_sum_s)
        return seconds

    def _known(self, kind: str) -> str:
        """Kinds beyond the first hundred share one label, so that nobody can grow the metrics without end."""
        if kind in self._kinds:
            return kind
        if len(self._kinds) < _MOST_KINDS:
            self._kinds.add(kind)
            return kind
        return "other"
