"""People of every sort, and what is planned for each of them: straight into the database, and known to WeChat."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from simulator.accounts import Account
from simulator.state.stocks import Act
from tests.faults.stage import Stage

MARKETING_CAP, CARE_CAP, WINDOW = 2, 4, 5
_FIRST_ID = 1_000_000
"""Ids of our own lie far beyond those that pushes are given."""

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Crowd:
    """One sort of people. ``each``: messages for each of them; ``goes``: how many of those may go at most.

    ``share`` of all deliveries in percent. ``grants``: notices each accepted.
    """

    account: str
    channels: tuple[str, ...]
    each: int
    goes: int
    share: int
    contact_class: str = "service"
    writes: bool = False
    grants: int = 0
    has_left: bool = False
    has_withdrawn: bool = False


CROWDS = (
    Crowd("shop", ("custom",), each=7, goes=WINDOW, share=25, writes=True),
    Crowd("shop", ("custom", "template"), each=7, goes=7, share=14, writes=True),
    Crowd("mini", ("mini_custom",), each=2, goes=2, share=10, writes=True),
    Crowd("shop", ("template",), each=3, goes=3, share=18),
    Crowd("shop", ("subscribe",), each=3, goes=2, share=9, grants=2),
    Crowd("mini", ("mini_subscribe",), each=3, goes=3, share=6, grants=4),
    Crowd("shop", ("template",), each=6, goes=CARE_CAP, share=9, contact_class="care"),
    Crowd("shop", ("subscribe",), each=4, goes=MARKETING_CAP, share=5, contact_class="marketing", grants=4),
    Crowd("shop", ("template",), each=1, goes=0, share=2, has_left=True),
    Crowd("shop", ("custom",), each=1, goes=0, share=2, contact_class="marketing", writes=True, has_withdrawn=True),
)


@dataclass(frozen=True, slots=True)
class Someone:
    """One person; ``number`` is their customer's and their identity's id."""

    number: int
    account: Account
    crowd: Crowd

    @property
    def openid(self) -> str:
        return f"o{self.number}"

    @property
    def notice(self) -> str:
        """The template this person gets notices of."""
        return self.account.templates[1]


@dataclass(frozen=True, slots=True)
class Planned:
    """One delivery; ``token`` is what its customer reads and nobody else ever does."""

    number: int
    person: Someone

    @property
    def token(self) -> str:
        return f"第{self.number}件"

    @property
    def options(self) -> list[dict[str, Any]]:
        return [{"channel": channel, "payload": self._payload(channel)} for channel in self.person.crowd.channels]

    def _payload(self, channel: str) -> dict[str, Any]:
        if channel.endswith("custom"):
            return {"kind": "text", "text": self.token}
        template = self.person.account.templates[0] if channel == "template" else self.person.notice
        return {"template_id": template, "data": {"thing1": self.token}}


def plan(accounts: dict[str, Account], deliveries: int, crowds: Sequence[Crowd] = CROWDS) -> list[Planned]:
    """About so many deliveries, each crowd's share of them, everybody's first one before anybody's second."""
    people = list(_people(accounts, deliveries, crowds))
    rounds = (someone for turn in range(max(crowd.each for crowd in crowds)) for someone in people
              if turn < someone.crowd.each)  # fmt: skip
    return [Planned(number, someone) for number, someone in enumerate(rounds, start=1)]


def alone(crowd: Crowd, each: int) -> Crowd:
    """The same people with so many messages each, and nobody else."""
    return replace(crowd, each=each, goes=min(each, crowd.goes), share=100)


def _people(accounts: dict[str, Account], deliveries: int, crowds: Sequence[Crowd]) -> Iterator[Someone]:
    number = _FIRST_ID
    for crowd in crowds:
        for _ in range(max(1, deliveries * crowd.share // 100 // crowd.each)):
            number += 1
            yield Someone(number, accounts[crowd.account], crowd)


def list_people(planned: Sequence[Planned]) -> list[Someone]:
    return list({each.person.number: each.person for each in planned}.values())


def count_possible(planned: Sequence[Planned]) -> int:
    """How many of them may go at most."""
    return sum(someone.crowd.goes for someone in list_people(planned))


# ── told to the database ─────────────────────────────────────────────────────────────────────────────────────────
async def store(url: str, planned: Sequence[Planned]) -> None:
    """Everybody and everything in a few statements; all is due at once."""
    at, people = datetime.now(UTC), list_people(planned)
    shop = [each for each in people if each.account.is_official]
    left = at - timedelta(minutes=1)
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await _copy(connection, "customer", [
                {"id": each.number, "created_at": at, "name": "", "gender": "", "birthday": "", "city": "",
                 "time_zone": "", "phone_cipher": ""} for each in people])  # fmt: skip
            await _copy(connection, "identity", [
                {"id": each.number, "app_id": each.account.app_id, "openid": each.openid, "customer_id": each.number,
                 "created_at": at} for each in people])  # fmt: skip
            await _copy(connection, "following", [
                {"identity_id": each.number, "since": at - timedelta(days=9), "source": "",
                 "until": left if each.crowd.has_left else None,
                 "open_slot": None if each.crowd.has_left else each.number} for each in shop])  # fmt: skip
            await _copy(connection, "consent", [
                {"customer_id": each.number, "purpose": "marketing", "is_granted": False, "text_version": "1",
                 "channel": "chat", "at": at} for each in people if each.crowd.has_withdrawn])  # fmt: skip
            await _copy(connection, "interaction", [
                {"message_key": f"faults{each.number}", "app_id": each.account.app_id, "identity_id": each.number,
                 "kind": "text", "occurred_at": at, "received_at": at, "fields": "{}", "handler": "",
                 "state": "answered", "reason": "", "attempts": 0, "is_projected": True}
                for each in people if each.crowd.writes])  # fmt: skip
            await _store_grants(connection, [each for each in people if each.crowd.grants], at)
            await _copy(connection, "delivery", [_row(each, at) for each in planned])
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _store_grants(connection: asyncpg.Connection, people: Sequence[Someone], at: datetime) -> None:
    """A stock for each, and the lines of the ledger that made it."""
    await _copy(connection, "subscription_grant", [
        {"identity_id": each.number, "template_id": each.notice, "stock": each.crowd.grants, "updated_at": at}
        for each in people])  # fmt: skip
    await _copy(connection, "grant_entry", [
        {"identity_id": each.number, "template_id": each.notice, "change": 1, "stock_after": number + 1,
         "reason": "accepted", "at": at} for each in people for number in range(each.crowd.grants)])  # fmt: skip


def _row(planned: Planned, at: datetime) -> dict[str, Any]:
    person = planned.person
    return {
        "occurrence": f"faults:{planned.number}", "customer_id": person.number, "identity_id": person.number,
        "app_id": person.account.app_id, "channel": person.crowd.channels[0], "options": json.dumps(planned.options),
        "contact_class": person.crowd.contact_class, "state": "planned", "reason": "", "created_at": at,
        "due_at": at + timedelta(microseconds=planned.number), "expires_at": at + timedelta(hours=6),
        "claimed_by": "", "fence": 0, "attempts": 0, "wechat_id": "", "taken": "{}", "trail": "[]",
    }  # fmt: skip


async def _copy(connection: asyncpg.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        records = [tuple(row.values()) for row in rows]
        await connection.copy_records_to_table(table, records=records, columns=list(rows[0]))


# ── told to WeChat ───────────────────────────────────────────────────────────────────────────────────────────────
async def introduce(stage: Stage, planned: Sequence[Planned]) -> None:
    """WeChat knows these people, who of them follows, wrote, and accepted what."""
    people = list_people(planned)
    for start in range(0, len(people), _AT_ONCE):
        some = people[start : start + _AT_ONCE]
        await stage.link.register([{"app_id": each.account.app_id, "openid": each.openid} for each in some])
        for account in stage.grounds.accounts.values():
            mine = [each for each in some if each.account.key == account.key]
            if account.is_official:
                follow = [each.openid for each in mine if not each.crowd.has_left]
                await stage.link.note_all(account.app_id, follow, Act.FOLLOW)
            await stage.link.note_all(account.app_id, [each.openid for each in mine if each.crowd.writes], Act.MESSAGE)
            for number in range(max((each.crowd.grants for each in mine), default=0)):
                accept = [each.openid for each in mine if number < each.crowd.grants]
                await stage.link.note_all(account.app_id, accept, Act.GRANT, template=account.templates[1])
