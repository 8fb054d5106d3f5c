"""What a send takes from limited stocks before it starts, and gets back where surely nobody got it.

A stock is a row, changed conditionally in the transaction that starts the send, so that no process takes what another
has taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.channels import ContactClass
from delivery.claims import Claimed
from delivery.grants import GrantTake, give_back_grants, take_grants
from delivery.limits.caps import SlotTake, give_back_slots, take_slots
from delivery.limits.windows import WindowTake, give_back_windows, take_windows
from delivery.policy import ContactRules, Decision

Taken = dict[str, Any]
"""``{"window": {"kind", "opened_by"}, "slot": {"class", "slot"}, "grant": template id}``, as it stands on the row."""


async def take_all(
    asked: Sequence[tuple[Claimed, Decision]], rules: ContactRules, at: datetime
) -> tuple[dict[int, Taken], dict[int, str]]:
    """In the caller's transaction; by delivery id, what was taken, or which stock somebody else had emptied."""
    taken: dict[int, Taken] = {row.id: {} for row, _ in asked}
    lost: dict[int, str] = {}
    await _take_slots(asked, rules, at, taken, lost)
    await _take_windows(asked, at, taken, lost)
    await _take_grants(asked, at, taken, lost)
    unlucky = [(row, taken.pop(row.id)) for row, _ in asked if row.id in lost]
    await _give_back([(row, what) for row, what in unlucky if what], at)
    return taken, lost


async def _take_slots(
    asked: Sequence[tuple[Claimed, Decision]],
    rules: ContactRules,
    at: datetime,
    taken: dict[int, Taken],
    lost: dict[int, str],
) -> None:
    asking = [(row, rules.caps.get(row.contact_class)) for row, decision in asked if decision.needs_slot]
    takes = [SlotTake(row.id, row.customer_id, row.contact_class, cap) for row, cap in asking if cap is not None]
    slots = await take_slots(takes, at, rules.cap_days)
    for take in takes:
        if take.delivery_id in slots:
            taken[take.delivery_id]["slot"] = {"class": take.contact_class.value, "slot": slots[take.delivery_id]}
        else:
            lost[take.delivery_id] = "cap"


async def _take_windows(
    asked: Sequence[tuple[Claimed, Decision]], at: datetime, taken: dict[int, Taken], lost: dict[int, str]
) -> None:
    takes = [
        WindowTake(row.id, row.identity_id, use.kind, use.opened_by, use.limit)
        for row, decision in asked
        if (use := decision.window) is not None and row.id not in lost
    ]
    got = await take_windows(takes, at)
    for take in takes:
        if take.delivery_id in got:
            taken[take.delivery_id]["window"] = {"kind": take.kind, "opened_by": take.opened_by}
        else:
            lost[take.delivery_id] = "window"


async def _take_grants(
    asked: Sequence[tuple[Claimed, Decision]], at: datetime, taken: dict[int, Taken], lost: dict[int, str]
) -> None:
    takes = [
        GrantTake(row.id, row.identity_id, decision.grant)
        for row, decision in asked
        if decision.grant and row.id not in lost
    ]
    got = await take_grants(takes, at)
    for take in takes:
        if take.delivery_id in got:
            taken[take.delivery_id]["grant"] = take.template_id
        else:
            lost[take.delivery_id] = "grant"


async def give_back(rows: Sequence[Claimed], at: datetime) -> None:
    """In the caller's transaction: what these rows took, for they surely reached nobody."""
    await _give_back([(row, row.taken) for row in rows], at)


async def _give_back(rows: Sequence[tuple[Claimed, Taken]], at: datetime) -> None:
    slots = [
        SlotTake(row.id, row.customer_id, ContactClass(taken["slot"]["class"]), 0)
        for row, taken in rows
        if "slot" in taken
    ]
    windows = [
        WindowTake(row.id, row.identity_id, taken["window"]["kind"], taken["window"]["opened_by"], 0)
        for row, taken in rows
        if "window" in taken
    ]
    grants = [GrantTake(row.id, row.identity_id, taken["grant"]) for row, taken in rows if "grant" in taken]
    await give_back_slots(slots, at)
    await give_back_windows(windows, at)
    await give_back_grants(grants, at)
