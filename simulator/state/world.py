"""One WeChat: its apps, the people in them, its clock and its mishaps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Account
from simulator.config import Config
from simulator.openids import openid_of, unionid_of
from simulator.refusals import Refusal
from simulator.state.codes import OneTimeCodes
from simulator.state.knobs import Dice, Knobs
from simulator.state.ledger import Ledger
from simulator.state.media import MediaStore
from simulator.state.people import Known
from simulator.state.qrcodes import QrCodes
from simulator.state.quotas import Quotas
from simulator.state.stocks import Act
from simulator.state.tokens import TokenBook

# People who followed before the simulator started must not be the people of any day.
_BEFORE = -1


@dataclass(slots=True)
class App:
    """Everything WeChat keeps for one app id."""

    account: Account
    tokens: TokenBook
    quotas: Quotas
    qrcodes: QrCodes
    codes: OneTimeCodes
    media: MediaStore
    people: dict[str, Known] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    sent: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    sending: set[str] = field(default_factory=set)

    def person(self, openid: str) -> Known:
        """Who an openid is; raises 40003."""
        known = self.people.get(openid)
        if known is None:
            raise Refusal(40003)
        return known

    def know(self, openid: str) -> Known:
        """Who an openid is, made known now if it was not."""
        return self.people.setdefault(openid, Known(openid))


class World:
    """The whole platform; ``clock`` answers seconds since 1970, real time unless a test brings its own."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.knobs = Knobs()
        self.knobs.turn(config.knobs)
        self.dice = Dice(self.knobs)
        self.ledger = Ledger()
        self.webhook = config.webhook
        self.apps = {account.app_id: self._app(account) for account in config.accounts}

    def turn(self, changes: Mapping[str, Any]) -> None:
        """Turns knobs; the dice are thrown anew from the seed. Raises ValueError, changing nothing."""
        self.knobs.turn(changes)
        self.dice = Dice(self.knobs)

    def app(self, app_id: str) -> App:
        """The app of an app id; raises 41002 or 40013."""
        if not app_id:
            raise Refusal(41002)
        if app_id not in self.apps:
            raise Refusal(40013)
        return self.apps[app_id]

    def register(self, app_id: str, person: Mapping[str, Any]) -> None:
        """Tells who is behind an openid: ``unionid``, ``phone``, ``unionid_late``."""
        known = self.app(app_id).know(str(person["openid"]))
        known.unionid = str(person.get("unionid", ""))
        known.phone = str(person.get("phone", ""))
        known.unionid_late = bool(person.get("unionid_late", False))

    def note(self, app_id: str, openid: str, act: Act, *, scene: str = "", template: str = "") -> None:
        """A person did something: follows change, windows open, grants grow."""
        app, now = self.app(app_id), self.clock()
        known = app.know(openid)
        known.did(act, now, scene=scene, template=template)
        known.stock.refill(app.account.kind, act, now)

    def unionid(self, app: App, known: Known) -> str:
        """The unionid an API shows now: none for an app that is not bound, nor before it became visible."""
        is_early = self.clock() < known.first_at + self.knobs.unionid_after_s
        return "" if not app.account.bound or known.unionid_late or is_early else known.unionid

    def _app(self, account: Account) -> App:
        app = App(
            account,
            TokenBook(self.clock, self.knobs),
            Quotas(self.clock, self.knobs),
            QrCodes(account.app_id, self.clock),
            OneTimeCodes(self.clock),
            MediaStore(self.clock),
        )
        for number in range(account.followers):
            known = app.know(openid_of(account.app_id, _BEFORE, number))
            known.unionid = unionid_of(_BEFORE, number)
            known.did(Act.FOLLOW, self.clock() - 86400 * (1 + number % 700))
        return app
