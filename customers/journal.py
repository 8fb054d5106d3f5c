"""The journal: a push, its effects and its answer become durable together, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tortoise.transactions import in_transaction

from core.accounts import Account
from core.clock import Now, from_epoch, now
from core.messages import Inbound, Reply, Transfer, reply_from_json, reply_to_json
from core.ports import Blocked, Entry, InteractionState, Recorded, Subject, Work
from customers.identities import ensure_person
from models import Interaction
from models.dialect.acting import Known, NewRow, begin_row, end_row, find_known
from models.dialect.journal import HANDOVER, JournalTable, Row
from models.dialect.locks import lock_person
from models.dialect.reading import find_newest
from models.outage import is_conflict, is_outage


class ReplyPlan(Protocol):
    """Where words go that cannot be answered with the push."""

    async def plan(self, subject: Subject, message_key: str, reply: Reply) -> None:
        """Hands the words to a delivery, in the caller's transaction."""

    def planned(self) -> None:
        """Told once that transaction is committed, so that the words leave at once."""


WINDOW = timedelta(hours=48)
"""How long after a customer's message words may still reach them (WeChat's customer-service window)."""

MOST_ATTEMPTS = 5
_ACCOUNT_GONE = "account_removed"


class Journal:
    """Stores pushes and what became of them; fills ``core.ports.Journal``."""

    def __init__(
        self, table: JournalTable, accounts: Mapping[str, Account], replies: ReplyPlan, clock: Now = now
    ) -> None:
        self._table = table
        self._accounts = accounts
        self._replies = replies
        self._now = clock

    async def record(self, entries: Sequence[Entry]) -> Sequence[Recorded | Blocked]:
        """One commit for all; the usual case, all new, is told from the count alone."""
        rows = [_row(entry) for entry in entries]
        if await self._table.insert(rows) == len(rows):
            return [_first(entry) for entry in entries]
        found = {
            row.message_key: row
            for row in await Interaction.filter(message_key__in=[row.key for row in rows]).only(*_ANSWER_FIELDS)
        }
        return [_told(entry, found.get(entry.inbound.key)) for entry in entries]

    async def newest(self, inbound: Inbound) -> int | None:
        return await find_newest(inbound.app_id, inbound.openid) if inbound.openid else None

    async def act(self, inbound: Inbound, handler: str, work: Work) -> Recorded:
        for is_last in (False, False, True):
            try:
                recorded, is_planned = await self._act(inbound, handler, work)
            except Exception as error:
                if is_last or not is_conflict(error):
                    raise
                continue  # this very push was stored, or this person merged, by somebody else at the same moment
            if is_planned:
                self._replies.planned()
            return recorded
        raise AssertionError("unreachable")

    async def _act(self, inbound: Inbound, handler: str, work: Work) -> tuple[Recorded, bool]:
        """The transaction itself; tells also whether words were handed to a delivery."""
        async with in_transaction() as tx:
            await lock_person(tx, inbound.app_id, inbound.openid)
            known = await find_known(inbound.key, inbound.app_id, inbound.openid)
            if known is not None and known.row_id is not None:
                return _repeat(known), False
            subject, is_blocked = await self._begin(inbound, known)
            if is_blocked:
                raise Blocked
            reply = await work(subject)
            now_reply = await self._hand_over(inbound, subject, reply)
            await end_row(subject.interaction_id, handler, reply_to_json(now_reply) if now_reply else None)
        return Recorded(now_reply, inbound.received_at, is_first=True), reply is not now_reply

    async def _begin(self, inbound: Inbound, known: Known | None) -> tuple[Subject, bool]:
        """Make the journal row, and the person where new; tells also whether an elder message is still in work."""
        identity_id, customer_id = (known.identity_id or 0, known.customer_id) if known else (0, 0)
        if inbound.openid and not identity_id:
            person = await ensure_person(inbound.app_id, inbound.openid, inbound.received_at)
            identity_id, customer_id = person.identity_id, person.customer_id
        row = NewRow(
            inbound.key,
            inbound.app_id,
            identity_id or None,
            inbound.kind,
            from_epoch(inbound.created),
            inbound.received_at,
            inbound.fields,
        )
        begun = await begin_row(row, self._now())
        return _subject(inbound, begun.row_id, identity_id, customer_id), begun.is_blocked

    async def _hand_over(self, inbound: Inbound, subject: Subject, reply: Reply | None) -> Reply | None:
        """What is answered at once; words a mini program cannot be answered with go to a delivery."""
        if reply is None or not needs_delivery(self._accounts[inbound.account], reply):
            return reply
        await self._replies.plan(subject, inbound.key, reply)
        return None

    async def finish(self, inbound: Inbound, handler: str, work: Work) -> None:
        async with in_transaction() as tx:
            await lock_person(tx, inbound.app_id, inbound.openid)
            row = await Interaction.get(message_key=inbound.key).prefetch_related("identity")
            if row.state != InteractionState.RECEIVED or row.reply is not None:
                return
            identity = row.identity
            subject = _subject(inbound, row.id, identity.id if identity else 0, identity.customer_id if identity else 0)
            if await _elder_in_work(subject.identity_id, row.id, self._now()):
                raise Blocked
            reply = await work(subject)
            row.handler, row.lease_until = handler, None
            if reply is None or isinstance(reply, Transfer) or not subject.identity_id:
                row.state, row.reason = InteractionState.ANSWERED, "late_without_words"
            else:
                row.reply, row.reason = reply_to_json(reply), "reply_planned"
                await self._replies.plan(subject, inbound.key, reply)
            await row.save(update_fields=["handler", "lease_until", "state", "reason", "reply"])
        if row.reply is not None:
            self._replies.planned()

    async def claim_unfinished(self, limit: int, lease_s: float) -> Sequence[Inbound]:
        moment = self._now()
        await self._expire(moment)
        claimed: list[Inbound] = []
        async with in_transaction():
            waiting = Interaction.filter(state=InteractionState.RECEIVED, reply__isnull=True).select_for_update(
                skip_locked=True
            )
            rows = await waiting.filter(lease_until__lt=moment).order_by("id").limit(limit)
            for row in await _without_elders(rows):
                row.lease_until, row.attempts = moment + timedelta(seconds=lease_s), row.attempts + 1
                await row.save(update_fields=["lease_until", "attempts"])
                await row.fetch_related("identity")
                inbound = self._restore(row)
                if inbound is None:
                    row.state, row.reason = InteractionState.EXPIRED, _ACCOUNT_GONE
                    await row.save(update_fields=["state", "reason"])
                else:
                    claimed.append(inbound)
        return claimed

    async def release_unfinished(self, inbound: Inbound) -> None:
        """After a failure: free to be tried again, and nobody's later messages wait for it."""
        over = self._now() - HANDOVER
        await Interaction.filter(message_key=inbound.key, state=InteractionState.RECEIVED).update(lease_until=over)

    async def _expire(self, moment: datetime) -> None:
        """Close what can no longer be answered: the window has passed, or it failed too often."""
        waiting = Interaction.filter(state=InteractionState.RECEIVED, reply__isnull=True, lease_until__lt=moment)
        await waiting.filter(occurred_at__lt=moment - WINDOW).update(
            state=InteractionState.EXPIRED, reason="window_closed", lease_until=None
        )
        await waiting.filter(attempts__gte=MOST_ATTEMPTS).update(
            state=InteractionState.EXPIRED, reason="handler_failed", lease_until=None
        )

    def _restore(self, row: Interaction) -> Inbound | None:
        account = next((a for a in self._accounts.values() if a.app_id == row.app_id), None)
        if account is None:
            return None
        return Inbound(
            account=account.key,
            app_id=row.app_id,
            channel=account.kind,
            key=row.message_key,
            openid=row.identity.openid if row.identity else "",
            to=str(row.fields_.get("ToUserName", "")),
            kind=row.kind,
            created=int(row.occurred_at.timestamp()),
            fields=row.fields_,
            received_at=row.received_at,
        )

    def is_outage(self, error: BaseException) -> bool:
        return is_outage(error)


def needs_delivery(account: Account, reply: Reply) -> bool:
    """A mini program takes no passive words: only silence or a transfer."""
    return account.kind == "mini_program" and not isinstance(reply, Transfer)


_ANSWER_FIELDS = ("id", "message_key", "received_at", "reply", "state")


def _subject(inbound: Inbound, row_id: int, identity_id: int, customer_id: int) -> Subject:
    return Subject(row_id, identity_id, customer_id, inbound.app_id, inbound.openid, from_epoch(inbound.created))


def _row(entry: Entry) -> Row:
    inbound = entry.inbound
    lease = None
    if entry.state == InteractionState.RECEIVED:
        lease = inbound.received_at + timedelta(seconds=entry.lease_s)
    return Row(
        inbound.key,
        inbound.app_id,
        inbound.openid,
        inbound.kind,
        inbound.created,
        inbound.received_at,
        inbound.fields,
        reply_to_json(entry.reply) if entry.reply else None,
        entry.state.value,
        entry.reason,
        entry.handler,
        lease,
        entry.seen,
    )


def _first(entry: Entry) -> Recorded:
    return Recorded(entry.reply, entry.inbound.received_at, is_first=True)


def _repeat(row: Interaction | Known) -> Recorded:
    """A repeat of an answered push gets its answer; of one still owed words, silence: they come by delivery."""
    reply = reply_from_json(row.reply) if row.reply and row.state == InteractionState.ANSWERED else None
    return Recorded(reply, row.received_at, is_first=False)


def _told(entry: Entry, row: Interaction | None) -> Recorded | Blocked:
    """What is stored counts: a transaction thought undone may have been committed after all."""
    if row is None:
        return Blocked()
    stored = _repeat(row)
    return Recorded(stored.reply, stored.received_at, is_first=row.received_at == entry.inbound.received_at)


async def _elder_in_work(identity_id: int, row_id: int, moment: datetime) -> bool:
    """True while an older message of this identity is in work under a lease, or is about to be taken over."""
    elders = Interaction.filter(identity_id=identity_id, state=InteractionState.RECEIVED, id__lt=row_id)
    return identity_id != 0 and await elders.filter(lease_until__gt=moment - HANDOVER).exists()


async def _without_elders(rows: Sequence[Interaction]) -> list[Interaction]:
    """The first unfinished row of each person: a younger one is not tried, and uses up no attempt, before its elder."""
    people = {row.identity_id for row in rows if row.identity_id}
    unfinished = Interaction.filter(state=InteractionState.RECEIVED, reply__isnull=True, identity_id__in=list(people))
    first: dict[int, int] = {}
    for row_id, identity_id in await unfinished.order_by("-id").values_list("id", "identity_id"):
        first[identity_id] = row_id
    return [row for row in rows if not row.identity_id or first.get(row.identity_id) == row.id]
