"""Counts a day while it is played and sums it up; people of the flash hour are told by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from simulator.actions import Action
from simulator.phone import Told
from simulator.push import Outcome

_FAULTS_SHOWN = 10


class Tally:
    """``pushes`` counts distinct bodies; copies pushed on purpose and repeats after failures are counted apart."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.latencies_s: list[float] = []
        self.rush: dict[int, tuple[str, bool]] = {}

    def pushed(self, action: Action, outcomes: Sequence[Outcome], got: bool = False) -> None:
        """One push and its copies; the first outcome is the push. ``got``: the answer held a coupon code."""
        self.kinds[action.kind.value] += 1
        self.counts["pushes"] += 1
        self.counts["duplicates_pushed"] += len(outcomes) - 1
        self.counts["acknowledged"] += outcomes[0].is_acknowledged
        self.counts["replies_inline"] += outcomes[0].answer.is_reply
        self.answers[outcomes[0].answer.kind] += 1
        heard = [outcome.answer for outcome in outcomes if outcome.is_acknowledged]
        self.counts["copies_answered_otherwise"] += sum(answer != heard[0] for answer in heard[1:])
        if action.rush:
            self.rush[action.person.number] = (
                action.person.name,
                self.rush.get(action.person.number, ("", False))[1] or got,
            )
            self.counts["flash_pushes"] += len(outcomes)
        for outcome in outcomes:
            self.counts["retries"] += outcome.attempts - 1
            if outcome.is_acknowledged:
                self.latencies_s.append(outcome.latency_s)
            if outcome.fault:
                self._failed(f"{action.kind.value}: {outcome.fault}")

    def told(self, action: Action, told: Told) -> None:
        """One request of a mini program."""
        self.kinds[action.kind.value] += 1
        self.counts["mini_requests"] += 1
        if not told.is_done:
            self._failed(f"{action.kind.value}: {told.fault}")

    def broke(self, action: Action, fault: str) -> None:
        """The simulator itself could not do its part."""
        self._failed(f"{action.kind.value}: {fault}")

    def summary(self, seconds: float) -> dict[str, Any]:
        names = (
            "pushes",
            "duplicates_pushed",
            "retries",
            "acknowledged",
            "replies_inline",
            "copies_answered_otherwise",
            "mini_requests",
            "errors",
            "messages_received",
        )
        slow_first = sorted(self.latencies_s)
        return {
            **{name: self.counts[name] for name in names},
            "p50_ms": _percentile_ms(slow_first, 0.50),
            "p99_ms": _percentile_ms(slow_first, 0.99),
            "max_ms": _percentile_ms(slow_first, 1.0),
            "seconds": round(seconds, 3),
            "by_kind": dict(self.kinds),
            "by_answer": dict(self.answers),
            "flash": {
                "pushes": self.counts["flash_pushes"],
                "got": [name for name, got in self.rush.values() if got],
                "late": [name for name, got in self.rush.values() if not got],
            },
            "faults": dict(self.faults.most_common(_FAULTS_SHOWN)),
        }

    def _failed(self, fault: str) -> None:
        self.counts["errors"] += 1
        self.faults[fault[:200]] += 1


def _percentile_ms(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000, 2)
