"""What has to hold of everything that was to be sent, against what WeChat really took."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.crowds import CARE_CAP, MARKETING_CAP, WINDOW, Planned
from tests.faults.databases import Rows
from tests.faults.run import Run
from tests.faults.stage import Stage

_OPEN = ("planned", "claimed", "accepted")
_SURELY_TAKEN = ("sent", "confirmed")
_CAPS = {"care": CARE_CAP, "marketing": MARKETING_CAP}
_WANTING = {"45015": "no window", "45047": "window used up", "43101": "no grant"}
"""What WeChat answers where a stock of ours said more than there was."""

_ROWS = """
SELECT id, occurrence, customer_id, identity_id, state, reason, contact_class, channel, taken, attempts
FROM delivery WHERE occurrence LIKE 'faults:%' ORDER BY id
"""
_WINDOWS = "SELECT identity_id, kind, opened_by, used FROM message_window WHERE used > 0"
_GRANTS = "SELECT identity_id, template_id, stock FROM subscription_grant"
_ENTRIES = "SELECT identity_id, template_id, change, stock_after, reason, delivery_id FROM grant_entry ORDER BY id"
_SLOTS = "SELECT customer_id, contact_class, delivery_id FROM contact_slot WHERE taken_until > now()"
_REPORTS = "SELECT count(*) AS n FROM interaction WHERE kind IN ('event.templatesendjobfinish', 'event.subscribe_msg_sent_event')"


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery: what was planned, its row, and every message of it that WeChat took."""

    planned: Planned
    row: Mapping[str, Any]
    accepted: Sequence[Mapping[str, Any]]

    @property
    def state(self) -> str:
        return str(self.row["state"])

    @property
    def has_failed_afterwards(self) -> bool:
        return (self.state, self.row["reason"]) == ("failed", "failed_afterwards")

    @property
    def taken(self) -> dict[str, Any]:
        return dict(json.loads(self.row["taken"]))

    def __str__(self) -> str:
        return f"{self.row['occurrence']} {self.row['channel']} {self.state} {self.row['reason']} ×{len(self.accepted)}"


async def check_sendings(run: Run, stage: Stage, planned: Sequence[Planned]) -> None:
    """All of it; the figures go with it."""
    accepted: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for message in await stage.link.accepted(0):
        accepted[message["text"]].append(message)
    rows = {row["occurrence"]: row for row in await stage.database.read(_ROWS)}
    told = [Told(each, rows[f"faults:{each.number}"], accepted.pop(each.token, ())) for each in planned]
    run.promise_none("WeChat took nothing that was not planned", list(accepted))
    await _count(run, stage, told)
    _check_messages(run, told)
    counters = await stage.link.counters()
    _check_reports(run, told, counters["results"])
    _check_most(run, told)
    refused = {words: counters["errors"][code] for code, words in _WANTING.items() if counters["errors"].get(code)}
    run.promise_none("WeChat never had to refuse for want of a window or a grant", list(refused.items()))
    await _check_windows(run, stage, told)
    await _check_grants(run, stage, told)
    await _check_slots(run, stage, told)


async def _count(run: Run, stage: Stage, told: Sequence[Told]) -> None:
    counters, rates = await stage.link.counters(), await stage.link.rates()
    (reports,) = await stage.database.read(_REPORTS)
    noted = sum(each.state == "confirmed" or each.has_failed_afterwards for each in told)
    overlooked = sum(each.state == "sent" and any(message["result"] for message in each.accepted) for each in told)
    run.count(
        deliveries=len(told),
        reached_people=sum(len(each.accepted) for each in told),
        by_api=counters["accepted_by_api"],
        unanswered=counters["accepted_unanswered"],
        mishaps=counters["mishaps"],
        errors=counters["errors"],
        results=counters["results"],
        reports=f"{reports['n']} stored, {noted} on rows, {overlooked} not yet on rows that are sent",
        most_calls_within_a_second=max(api["peak_within_second"] for app in rates.values() for api in app.values()),
        states=dict(sorted(Counter(each.state for each in told).items())),
        reasons=dict(sorted(Counter(str(each.row["reason"]) for each in told if each.row["reason"]).items())),
        unknown_that_arrived=sum(each.state == "unknown" and bool(each.accepted) for each in told),
        tried_again=sum(each.row["attempts"] > 1 for each in told),
    )


def _check_messages(run: Run, told: Sequence[Told]) -> None:
    run.promise_none("nobody received a delivery twice", [each for each in told if len(each.accepted) > 1])
    wrong = [
        (str(each), m["openid"]) for each in told for m in each.accepted if m["openid"] != each.planned.person.openid
    ]
    run.promise_none("every delivery went to its own customer", wrong)
    run.promise_none(
        "every message that was taken belongs to a delivery that says so",
        [
            each
            for each in told
            if each.accepted and each.state not in (*_SURELY_TAKEN, "unknown") and not each.has_failed_afterwards
        ],
    )
    run.promise_none(
        "every delivery that says it was taken was",
        [each for each in told if not each.accepted and (each.state in _SURELY_TAKEN or each.has_failed_afterwards)],
    )
    run.promise_none("nothing is left to do", [each for each in told if each.state in _OPEN])
    run.promise_none(
        "every other delivery says why",
        [each for each in told if each.state not in (*_SURELY_TAKEN, *_OPEN) and not each.row["reason"]],
    )
    run.promise("most of it arrived", 2 * sum(bool(each.accepted) for each in told) > len(told))


def _check_reports(run: Run, told: Sequence[Told], results: Mapping[str, int]) -> None:
    """A delivery is confirmed, or failed afterwards, where WeChat said so and nowhere else.

    ``results`` counts how WeChat was heard; what it was never answered to may be stored all the same.
    """
    wrong, unheard = [], []
    for each in told:
        if each.state != "confirmed" and not each.has_failed_afterwards:
            continue
        said = {message["result"].partition(":")[0] for message in each.accepted} - {""}
        if not said:
            unheard.append(each)
        elif said != {"failed" if each.has_failed_afterwards else "success"}:
            wrong.append((str(each), said))
    run.promise_none("what became of a notice is what WeChat said", wrong)
    unanswered = sum(count for name, count in results.items() if name.endswith("unanswered"))
    run.promise_none("nothing became of a notice before WeChat said so", unheard if len(unheard) > unanswered else ())


def _check_most(run: Run, told: Sequence[Told]) -> None:
    """What one customer received at most of anything limited."""
    windows, capped, grants = Counter[int](), Counter[tuple[int, str]](), Counter[int]()
    given: dict[int, int] = {}
    for each in told:
        person = each.planned.person
        given[person.number] = person.crowd.grants
        capped[person.number, person.crowd.contact_class] += len(each.accepted)
        for message in each.accepted:
            windows[person.number] += message["api"] == "custom"
            grants[person.number] += message["api"] == "subscribe"
    run.promise_none("no window let more than five through", [who for who, count in windows.items() if count > WINDOW])
    over = [who for who, count in capped.items() if count > _CAPS.get(who[1], count)]
    run.promise_none("no customer got more than the cap of care or marketing", over)
    run.promise_none("nobody got more notices than they accepted", [w for w, n in grants.items() if n > given[w]])


async def _check_windows(run: Run, stage: Stage, told: Sequence[Told]) -> None:
    kept = Counter(
        (each.row["identity_id"], window["kind"], window["opened_by"])
        for each in told
        if (window := each.taken.get("window"))
    )
    stored = {
        (row["identity_id"], row["kind"], row["opened_by"]): row["used"] for row in await stage.database.read(_WINDOWS)
    }
    run.promise_none("windows count what deliveries took", _differing(kept, stored))
    run.promise_none("no window counts more than five", [who for who, used in stored.items() if used > WINDOW])


async def _check_grants(run: Run, stage: Stage, told: Sequence[Told]) -> None:
    stocks = {(row["identity_id"], row["template_id"]): row["stock"] for row in await stage.database.read(_GRANTS)}
    entries = await stage.database.read(_ENTRIES)
    sums, last = Counter[tuple[int, str]](), dict[tuple[int, str], int]()
    for entry in entries:
        stock = (entry["identity_id"], entry["template_id"])
        sums[stock] += entry["change"]
        last[stock] = entry["stock_after"]
    run.count(grants_left=sum(stocks.values()), grant_entries=len(entries))
    run.promise_none("the ledger of grants sums up to the stocks", _differing(sums, stocks))
    run.promise_none("the last line of each ledger is the stock", _differing(last, stocks))
    run.promise_none("no stock of grants is below nothing", [who for who, stock in stocks.items() if stock < 0])
    net = _net_taken(entries)
    run.promise_none(
        "each delivery that took a grant stands in the ledger once",
        [each for each in told if each.taken.get("grant") and net[each.row["id"]] != 1],
    )


def _net_taken(entries: Rows) -> Counter[int]:
    """Notices each delivery took and did not give back."""
    net = Counter[int]()
    for entry in entries:
        if entry["reason"] in ("sent", "given_back"):
            net[entry["delivery_id"]] -= entry["change"]
    return net


async def _check_slots(run: Run, stage: Stage, told: Sequence[Told]) -> None:
    kept = Counter((each.row["customer_id"], slot["class"]) for each in told if (slot := each.taken.get("slot")))
    stored = Counter((row["customer_id"], row["contact_class"]) for row in await stage.database.read(_SLOTS))
    run.promise_none("slots of the cap are taken by deliveries that keep them", _differing(kept, stored))
    run.promise_none("no cap counts more than it lets through", [who for who in stored if stored[who] > _CAPS[who[1]]])


def _differing(one: Mapping[Any, int], other: Mapping[Any, int]) -> list[tuple[Any, int, int]]:
    return [
        (who, one.get(who, 0), other.get(who, 0)) for who in {**one, **other} if one.get(who, 0) != other.get(who, 0)
    ]
