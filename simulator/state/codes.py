"""One-time codes a mini program hands out: wx.login and the phone button."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.refusals import Refusal

LIFE_S = 300.0


@dataclass(slots=True)
class OneTimeCodes:
    """Codes of one app id by purpose ("login", "phone"); each lives five minutes and works once."""

    clock: Callable[[], float]
    waiting: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def mint(self, purpose: str, openid: str) -> str:
        code = "0" + secrets.token_urlsafe(23)[:31]
        self.waiting[code] = (purpose, openid, self.clock() + LIFE_S)
        return code

    def redeem(self, purpose: str, code: str) -> str:
        """The openid behind a code; raises 40163 when it was used, 40029 when unknown, over or for something else."""
        if code in self.used:
            raise Refusal(40163)
        known, openid, ends_at = self.waiting.get(code, ("", "", 0.0))
        if known != purpose or ends_at <= self.clock():
            raise Refusal(40029)
        del self.waiting[code]
        self.used.add(code)
        return openid
