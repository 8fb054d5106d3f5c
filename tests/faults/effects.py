"""Effects happen once and in order: a small model of the shop is played over the journal and compared."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.databases import Rows
from tests.faults.grounds import GUIDES
from tests.faults.people import HUMAN, MY_GUIDE, RESUME, STOP
from tests.faults.reading import Journal, Row
from tests.faults.run import Run

_WITHOUT_SCENE = re.compile("您的专属导购是(?:.*的导购|导购)?(.+?)。")
_NAMES = {f"g_{code}": name for code, name in GUIDES.items()}


@dataclass(slots=True)
class _Person:
    """What must be known of a person after the rows seen so far."""

    guide: str = ""
    is_following: bool = False
    stretches: int = 0
    consents: list[int] = field(default_factory=list)
    has_asked: bool = False
    notes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def sees(self, row: Row) -> None:
        """One row more; what it was answered has to fit what the rows before it did."""
        wish = str(row.fields.get("Content") or row.fields.get("EventKey") or "")
        match row.kind:
            case "event.subscribe":
                self.stretches += not self.is_following
                self.is_following = True
                self._meets(row, wish.removeprefix("qrscene_"))
            case "event.scan":
                self._meets(row, wish)
            case "event.unsubscribe":
                self.stretches += not self.is_following  # one whose beginning nobody saw
                self.is_following = False
            case "text" | "event.click" if wish == MY_GUIDE:
                self._says(row, self.guide or "还没有专属导购")
            case "text" if wish in (STOP, RESUME):
                self.consents.append(row.id)
            case "text" if wish == HUMAN:
                self._says(row, "您之前的请求已经记下" if self.has_asked else "已记下您的请求")
                self.has_asked = True
            case _:
                pass

    def _meets(self, row: Row, scene: str) -> None:
        if not scene:
            if not self.guide and (found := _WITHOUT_SCENE.search(row.words or "")):
                self.guide = found[1]
        elif not self.guide:
            self.guide = _NAMES[scene]
        else:
            self.notes["binding.own_scene" if self.guide == _NAMES[scene] else "binding.kept"] += 1
        self._says(row, self.guide)

    def _says(self, row: Row, words: str) -> None:
        if row.words is None or words not in row.words:
            self.faults.append(f"row {row.id} ({row.kind}, {row.state}) does not say {words}: {row.words}")


def check_effects(run: Run, journal: Journal) -> None:
    """Followings, bindings, consents, requests and audit lines are those of the rows, once each."""
    people: dict[str, _Person] = defaultdict(_Person)
    for row in journal.rows:
        if row.openid and row.handler:  # what no handler could be run for has no effect
            people[row.openid].sees(row)
    run.count(bound=sum(bool(person.guide) for person in people.values()), consents=len(journal.consents))
    run.promise_none(
        "later messages see what earlier ones did", [fault for person in people.values() for fault in person.faults]
    )
    _compare(run, "follows", {o: p.stretches for o, p in people.items()}, Counter(_openids(journal.followings)))
    open_now = Counter(f["openid"] for f in journal.followings if f["open_slot"] is not None)
    _compare(run, "follows still", {o: int(p.is_following) for o, p in people.items()}, open_now)
    _compare(run, "is bound", {o: int(bool(p.guide)) for o, p in people.items()}, Counter(_openids(journal.bindings)))
    bound_to = {b["openid"]: GUIDES.get(b["code"]) for b in journal.bindings if b["primary_slot"] is not None}
    run.promise_none(
        "everyone is bound to the guide they were told",
        [(o, p.guide) for o, p in people.items() if p.guide in GUIDES.values() and bound_to.get(o) != p.guide],
    )
    by_row = Counter(consent["interaction_id"] for consent in journal.consents)
    consents = {row: 1 for person in people.values() for row in person.consents}
    _compare(run, "consented", consents, by_row)
    _compare(
        run, "asked for a person", {o: int(p.has_asked) for o, p in people.items()}, Counter(_openids(journal.tasks))
    )
    noted = Counter((audit["openid"], audit["action"]) for audit in journal.audits)
    _compare(run, "was noted down", {(o, a): n for o, p in people.items() for a, n in p.notes.items()}, noted)


def _openids(rows: Rows) -> list[str]:
    return [row["openid"] for row in rows]


def _compare(run: Run, what: str, wanted: Mapping[object, int], found: Mapping[object, int]) -> None:
    """The same counts on both sides; what is missing counts as none."""
    differ = [
        f"{key}: {found.get(key, 0)} instead of {wanted.get(key, 0)}"
        for key in wanted.keys() | found.keys()
        if wanted.get(key, 0) != found.get(key, 0)
    ]
    run.promise_none(f"each person {what} as often as they said so", differ)
