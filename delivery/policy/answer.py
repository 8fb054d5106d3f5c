"""What the policy answers: a decision with every check's figures, and what the send takes from limited stocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from core.reasons import Reason
from delivery.policy.windows import WindowKind
from delivery.trail import Trail


class Check(NamedTuple):
    """One question asked, with the figures it was decided by; a no says its reason, and when it may be a yes."""

    name: str
    is_passed: bool
    figures: Mapping[str, Any]
    reason: Reason | None = None
    again_at: datetime | None = None


class WindowUse(NamedTuple):
    """The window a send takes one from: ``opened_by`` is the journal id of what opened it."""

    kind: WindowKind
    opened_by: int
    limit: int


@dataclass(frozen=True, slots=True)
class Decision:
    """``choice`` is the number of the option it goes by, None where it may not go, for ``reason``.

    ``again_at`` is when the answer may be another, None where nobody can say. The checks end with the first that said
    no, and have one for each option asked. What the send takes: one of ``window``, one ``grant`` of that template, one
    slot of the customer's cap.
    """

    choice: int | None
    reason: Reason | None
    again_at: datetime | None
    checks: tuple[Check, ...]
    window: WindowUse | None = None
    grant: str | None = None
    needs_slot: bool = False

    def told(self) -> list[dict[str, Any]]:
        """The checks as they stand on a row's trail."""
        return [_told(check) for check in self.checks]


def _told(check: Check) -> dict[str, Any]:
    said: dict[str, Any] = {"name": check.name, "is_passed": check.is_passed}
    if check.reason is not None:
        said["reason"] = check.reason.value
    if check.figures:
        said.update(Trail.figures(check.figures))
    return said
