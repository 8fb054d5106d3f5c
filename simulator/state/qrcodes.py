"""QR codes with a scene: tickets made by an app id, and what a phone reads from them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.refusals import Refusal

PERMANENT_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class QrCode:
    """One code; ``ends_at`` is None for a permanent one."""

    ticket: str
    scene: str
    ends_at: float | None

    @property
    def url(self) -> str:
        return "http://weixin.qq.com/q/" + hashlib.sha256(self.ticket.encode()).hexdigest()[:22]


@dataclass(slots=True)
class QrCodes:
    """The codes of one app id by ticket, and the newest living one by scene."""

    app_id: str
    clock: Callable[[], float]
    by_ticket: dict[str, QrCode] = field(default_factory=dict)
    by_scene: dict[str, QrCode] = field(default_factory=dict)
    permanent: int = 0
    made: int = 0

    def create(self, scene: str, expire_s: int | None) -> QrCode:
        """A code for ``scene``; ``expire_s`` None makes a permanent one, and the same scene gets the same one again."""
        if expire_s is None:
            known = self.by_scene.get(scene)
            if known is not None and known.ends_at is None:
                return known
            if self.permanent >= PERMANENT_LIMIT:
                raise Refusal(45029)
            self.permanent += 1
        self.made += 1
        ends_at = None if expire_s is None else self.clock() + expire_s
        code = QrCode(self._ticket(scene), scene, ends_at)
        self.by_ticket[code.ticket] = self.by_scene[scene] = code
        return code

    def find(self, ticket: str) -> QrCode | None:
        """The code of a ticket unless it is unknown or over."""
        code = self.by_ticket.get(ticket)
        return code if code and (code.ends_at is None or code.ends_at > self.clock()) else None

    def scenes(self) -> dict[str, str]:
        """Scene → ticket of every code that can be scanned now."""
        return {scene: code.ticket for scene, code in self.by_scene.items() if self.find(code.ticket)}

    def _ticket(self, scene: str) -> str:
        digest = hashlib.sha512(f"{self.app_id}/{scene}/{self.made}".encode()).digest()
        return "gQ" + base64.urlsafe_b64encode(digest).decode()[:86] + "AA=="
