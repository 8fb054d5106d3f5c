"""The promises, each checked against what was pushed, what lies in the database and what reached people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simulator.accounts import Account, Format
from tests.faults.pushing import Sent
from tests.faults.reading import Journal, Row
from tests.faults.run import Run

ENDS = {"answered", "late_replied", "expired", "unknown"}
NEED_A_REASON = {"expired", "unknown"}
_PLACES = ("Latitude", "Longitude", "Precision")


def check_all(run: Run, sent: Sequence[Sent], journal: Journal) -> None:
    """Everything that has to hold whatever was done to the processes; the figures go with it."""
    rows = by_sign(journal.rows)
    check_stored(run, sent, rows)
    check_answers(run, sent, rows)
    check_ends(run, journal.rows)
    check_order(run, sent, journal.rows)
    check_words(run, journal)


def by_sign(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.sign].append(row)
    return found


def check_stored(run: Run, sent: Sequence[Sent], rows: Mapping[tuple[str, ...], list[Row]]) -> None:
    acknowledged = [each for each in sent if each.acknowledged]
    run.count(
        pushes=len(sent),
        copies=sum(len(each.copies) for each in sent),
        attempts=sum(copy.attempts for each in sent for copy in each.copies),
        acknowledged=len(acknowledged),
        given_up=len(sent) - len(acknowledged),
        rows=sum(map(len, rows.values())),
    )
    run.promise("something was acknowledged", bool(acknowledged))
    run.promise_none(
        "every acknowledged push is in the journal",
        [each.push.sign for each in acknowledged if each.push.sign not in rows],
    )
    run.promise_none("no push is in the journal twice", [sign for sign, found in rows.items() if len(found) > 1])
    pushed = {each.push.sign: each.push for each in sent}
    run.promise_none("nothing is in the journal that was not pushed", [sign for sign in rows if sign not in pushed])
    run.promise_none(
        "every push is stored whole",
        [
            sign
            for sign, found in rows.items()
            if sign in pushed and found[0].fields != stored_form(pushed[sign].account, pushed[sign].body)
        ],
    )


def stored_form(account: Account, body: Mapping[str, Any]) -> dict[str, Any]:
    """A push as the journal keeps it of somebody who never agreed to have places kept; XML knows only texts."""
    blank = {name: "" for name in _PLACES if name in body and body.get("Event") == "LOCATION"}
    if account.format is Format.JSON:
        return {**body, **blank}
    return {**{name: str(value) for name, value in body.items()}, **blank}


def check_answers(run: Run, sent: Sequence[Sent], rows: Mapping[tuple[str, ...], list[Row]]) -> None:
    """All copies are answered alike, with the words of the row, or in silence where those go another way."""
    otherwise, not_stored, spoken = [], [], 0
    for each in sent:
        answers = {copy.answer for copy in each.acknowledged}
        if len(answers) > 1:
            otherwise.append((each.push.sign, answers))
        if not answers or not (found := rows.get(each.push.sign)):
            continue
        is_passive = found[0].state == "answered" and each.push.account.is_official
        spoken += is_passive and found[0].words is not None
        if {copy.words for copy in each.acknowledged} != {found[0].words if is_passive else None}:
            not_stored.append((each.push.sign, found[0].state, found[0].reason, found[0].words, answers))
    run.count(answered_with_words=spoken)
    run.promise_none("every copy of a push is answered alike", otherwise)
    run.promise_none("every acknowledged copy was answered with what is stored", not_stored)


def check_ends(run: Run, rows: Sequence[Row]) -> None:
    run.count(**dict(sorted(Counter(row.state for row in rows).items())))
    if reasons := Counter(row.reason for row in rows if row.state in NEED_A_REASON):
        run.count(reasons=dict(reasons))
    run.promise_none(
        "each row ends answered, late_replied, expired or unknown",
        [(row.id, row.kind, row.state, row.reason) for row in rows if row.state not in ENDS],
    )
    run.promise_none(
        "each row that ends expired or unknown says why",
        [(row.id, row.kind) for row in rows if row.state in NEED_A_REASON and not row.reason],
    )


def check_order(run: Run, sent: Sequence[Sent], rows: Sequence[Row]) -> None:
    """The journal has each person's pushes in the order they were sent."""
    places = {each.push.sign: each.push.place for each in sent}
    last: dict[tuple[str, str], int] = {}
    overtaken = []
    for row in rows:
        place, person = places.get(row.sign, -1), (row.app_id, row.openid)
        if place < last.get(person, -1):
            overtaken.append((row.sign, place, last[person]))
        last[person] = place
    run.promise_none("each person's pushes are in the order they were sent", overtaken)


def check_words(run: Run, journal: Journal) -> None:
    """No words twice: not by two deliveries, not passively and by delivery, not by one delivery sent twice."""
    states = Counter(sending.state for sending in journal.sendings)
    run.count(deliveries=dict(sorted(states.items())), reached_people=len(journal.accepted))
    causes = Counter(sending.interaction_id for sending in journal.sendings)
    run.promise_none("no push has two deliveries", [cause for cause, count in causes.items() if count > 1])
    passive = {row.id for row in journal.rows if row.state == "answered" and row.words is not None}
    run.promise_none("no reply went out both with the push and later", [c for c in causes if c in passive])
    run.promise_none(
        "each delivery ends", [(s.id, s.state) for s in journal.sendings if s.state in ("planned", "claimed")]
    )
    surely, perhaps = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for sending in journal.sendings:
        what = (sending.app_id, sending.openid, sending.words)
        surely[what] += sending.state == "sent"
        perhaps[what] += sending.state in ("sent", "unknown")
    got = Counter(journal.accepted)
    run.promise_none("no message reached anybody twice", [what for what in got if got[what] > perhaps[what]])
    run.promise_none("each delivery that says sent was sent", [what for what in surely if got[what] < surely[what]])
