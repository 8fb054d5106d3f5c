"""What is to become of claimed deliveries now: sent, handed to a guide, put off or refused, by the contact policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from core.accounts import Account
from core.channels import Channel, ContactClass
from core.clock import Now, now
from core.errors import Invalid
from core.ports import GuideTasks, StillTrue, TaskAsked
from core.reasons import Reason
from delivery.changes import Change, Changes, make_changes
from delivery.claims import Claimed, may_ask_again
from delivery.facts import Candidate, read_facts
from delivery.policy import ContactRules, Decision, Facts, decide
from delivery.policy.question import list_options
from delivery.starting import Bound
from delivery.trail import Trail
from models import DeliveryState

UNKNOWN_ACCOUNT_WAIT = timedelta(minutes=10)
"""How long a row waits whose account is not in the settings; perhaps it comes back."""


class Decider:
    """Decides for one process. ``accounts`` by app id."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        rules: ContactRules,
        guide_tasks: GuideTasks,
        still_true: StillTrue,
        changes: Changes,
        clock: Now = now,
    ) -> None:
        self._accounts = accounts
        self._rules = rules
        self._guide_tasks = guide_tasks
        self._still_true = still_true
        self._changes = changes
        self._now = clock

    async def decide(self, rows: Sequence[Claimed]) -> list[Bound]:
        """The rows that are to be sent now; what becomes of the others is stored. Raises the database's errors."""
        moment = self._now()
        bound: list[Bound] = []
        changes: list[Change] = []
        asked: list[tuple[Claimed, Candidate]] = []
        for row in rows:
            if row.app_id not in self._accounts:
                changes.append(_wait_for_account(row, moment))
                continue
            try:
                asked.append((row, _candidate(row)))
            except Invalid as error:  # one such row must not stop all that were claimed with it
                changes.append(_malformed(row, error, moment))
        for row, facts, decision in await self._ask_policy(asked, moment):
            if row.started_at is not None:
                if may_ask_again(row.channel, row.started_at, moment) and not facts.is_erased:
                    bound.append(Bound(row, facts.openid, row.channel, None, Trail(row.trail)))
                else:
                    changes.append(_unknown(row))
                continue
            trail = Trail(row.trail).note(moment, "checked", checks=decision.told())
            if decision.choice is None:
                changes.append(_refused(row, decision, trail))
                continue
            row, channel = replace(row, customer_id=facts.customer_id), facts.options[decision.choice].channel
            if channel is Channel.GUIDE_TASK:
                await self._hand_to_guide(row, decision.choice, trail)
            else:
                bound.append(Bound(row, facts.openid, channel, decision, trail))
        if changes:
            await self._changes.make_all(changes)
        return bound

    async def _ask_policy(
        self, asked: Sequence[tuple[Claimed, Candidate]], moment: datetime
    ) -> list[tuple[Claimed, Facts, Decision]]:
        if not asked:
            return []
        planned_for = {
            row.id: (row.occurrence, row.customer_id) for row, _ in asked if row.contact_class != ContactClass.SERVICE
        }
        untrue = await self._still_true.find_untrue(planned_for, moment) if planned_for else set()
        facts = await read_facts([each for _, each in asked], self._accounts, self._rules, moment, untrue)
        return [(row, fact, decide(fact, self._rules)) for (row, _), fact in zip(asked, facts, strict=True)]

    async def _hand_to_guide(self, row: Claimed, choice: int, trail: Trail) -> None:
        """No call to WeChat: the guide's task and the end of the row are one commit."""
        words = str(row.options[choice]["payload"].get("words", ""))
        moment = self._now()
        row = replace(row, channel=Channel.GUIDE_TASK)
        with suppress(_NotOurs):
            async with in_transaction():
                if await self._guide_tasks.open_tasks([TaskAsked(row.id, row.customer_id, words)], moment):
                    trail.note(moment, "handed_to_guide")
                    change = Change(row, DeliveryState.SENT, trail, is_unsent=False)
                else:
                    change = Change(row, DeliveryState.SUPPRESSED, trail, Reason.NO_GUIDE)
                if not (await make_changes([change], moment))[0]:
                    raise _NotOurs


class _NotOurs(Exception):
    """The row is another process's by now: what was done for it is undone."""


def _candidate(row: Claimed) -> Candidate:
    return Candidate(
        key=row.id,
        customer_id=row.customer_id,
        identity_id=row.identity_id,
        app_id=row.app_id,
        contact_class=row.contact_class,
        options=list_options(row.options),
        expires_at=row.expires_at,
        occurrence=row.occurrence,
    )


def _wait_for_account(row: Claimed, moment: datetime) -> Change:
    trail = Trail(row.trail).note(moment, "waits", why="its account is not in the settings")
    due_at = moment + UNKNOWN_ACCOUNT_WAIT
    return Change(row, DeliveryState.PLANNED, trail, due_at=due_at, is_unsent=row.started_at is None)


def _malformed(row: Claimed, error: Invalid, moment: datetime) -> Change:
    if row.started_at is not None:
        return _unknown(row)
    trail = Trail(row.trail).note(moment, "malformed", field=error.field, detail=error.detail)
    return Change(row, DeliveryState.FAILED, trail, Reason.MALFORMED)


def _unknown(row: Claimed) -> Change:
    return Change(row, DeliveryState.UNKNOWN, Trail(row.trail), Reason.NO_SOUND_ANSWER, is_unsent=False)


def _refused(row: Claimed, decision: Decision, trail: Trail) -> Change:
    """Quiet hours end: what still has time then waits for their end."""
    again_at = decision.again_at
    if decision.reason is Reason.QUIET_HOURS and again_at is not None and again_at < row.expires_at:
        return Change(row, DeliveryState.PLANNED, trail, due_at=again_at)
    return Change(row, DeliveryState.SUPPRESSED, trail, decision.reason)
