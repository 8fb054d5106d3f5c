"""Access tokens of one app id: the stable one, the classic ones, and how they end."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.refusals import Refusal
from simulator.state.knobs import Knobs

FORCED_PER_DAY = 20
FORCED_PAUSE_S = 30.0


@dataclass(slots=True)
class TokenBook:
    """Issues and judges tokens. A token that ended is remembered, so that it is answered 42001 and not 40001."""

    clock: Callable[[], float]
    knobs: Knobs
    ends_at: dict[str, float] = field(default_factory=dict)
    stable: str = ""
    classic: str = ""
    issued: int = 0
    uses: int = 0
    forced_at: list[float] = field(default_factory=list)

    def issue_stable(self, force: bool = False) -> tuple[str, int]:
        """The stable token and its remaining seconds; the same one until shortly before it ends."""
        now = self.clock()
        if force:
            self._force(now)
        if self.ends_at.get(self.stable, 0.0) - self._overlap_s() <= now:
            self.stable = self._issue(now)
        return self.stable, int(self.ends_at[self.stable] - now)

    def issue_classic(self) -> tuple[str, int]:
        """A new token from ``GET token``; the one before lives on for the overlap only."""
        now = self.clock()
        if self.classic in self.ends_at:
            self.ends_at[self.classic] = min(self.ends_at[self.classic], now + self._overlap_s())
        self.classic = self._issue(now)
        return self.classic, int(self.knobs.token_life_s)

    def check(self, token: str) -> None:
        """Passes a living token; raises 41001, 40001 or 42001."""
        if not token:
            raise Refusal(41001)
        ends_at = self.ends_at.get(token)
        if ends_at is None:
            raise Refusal(40001)
        if ends_at <= self.clock():
            raise Refusal(42001)
        self.uses += 1
        if (every := self.knobs.token_ends_after_calls) and self.uses % every == 0:
            self.end_all(forget=True)
            raise Refusal(40001)

    def end_all(self, forget: bool = False) -> None:
        """Ends every token now: answered 42001 from here on, or 40001 when forgotten."""
        self.ends_at = {} if forget else dict.fromkeys(self.ends_at, 0.0)

    def _issue(self, now: float) -> str:
        self.issued += 1
        token = f"{self.issued}_{secrets.token_urlsafe(96)}"
        self.ends_at[token] = now + self.knobs.token_life_s
        return token

    def _force(self, now: float) -> None:
        self.forced_at = [at for at in self.forced_at if at > now - 86400]
        if len(self.forced_at) >= FORCED_PER_DAY:
            raise Refusal(45009)
        if not self.forced_at or now - self.forced_at[-1] >= FORCED_PAUSE_S:
            self.forced_at.append(now)
            self.ends_at[self.stable] = 0.0

    def _overlap_s(self) -> float:
        return min(self.knobs.token_overlap_s, self.knobs.token_life_s / 4)
