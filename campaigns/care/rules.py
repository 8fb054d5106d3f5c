"""Care rules where they are kept: added, changed, switched and taken away, each change in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from tortoise.transactions import in_transaction

from campaigns.care.kind import Rule
from campaigns.care.rule_form import form_of, read_rule
from core.accounts import Account
from core.channels import ContactClass
from core.errors import Invalid, Missing
from customers.audit import note
from models import Audit, CareRule
from models.dialect.locks import lock_word
from models.revisions import bump

REVISION = "care_rules"
_SWITCHED_ON, _CHANGED = "care.on", "care.set"
_TIMING = frozenset({"at", "settings", "account"})
"""Fields that decide when it fires, and for whom."""


async def list_rules() -> list[Rule]:
    """Every rule, by name."""
    rows = await CareRule.all().order_by("name")
    since = await _switched_on([row for row in rows if row.is_on])
    return [_rule(row, since.get(row.id)) for row in rows]


async def get_rule(name: str) -> Rule:
    """The rule of that name. Raises ``Missing``."""
    row = await _get(name)
    return _rule(row, (await _switched_on([row])).get(row.id) if row.is_on else None)


async def add_rule(form: Mapping[str, Any], accounts: Mapping[str, Account], actor: str, at: datetime) -> Rule:
    """Keeps a new rule, switched off. Raises ``Invalid``."""
    rule = read_rule(form, accounts)
    async with in_transaction():
        await lock_word(REVISION)
        if await CareRule.exists(name=rule.name):
            remedy = "change it with care set, or choose another name"
            raise Invalid("name", f"there is a rule {rule.name!r} already", remedy)
        row = await CareRule.create(name=rule.name, created_at=at, updated_at=at, **_columns(rule))
        await _note("care.add", row, at, actor, rule=form_of(rule))
    return rule


async def set_rule(
    name: str, changes: Mapping[str, Any], accounts: Mapping[str, Account], actor: str, at: datetime
) -> list[str]:
    """Replaces these fields of a rule; returns those that differ now. Takes effect at once where it is on.

    What was planned before keeps its words. Raises ``Missing`` and ``Invalid``; name and kind stay what they are.
    """
    async with in_transaction():
        await lock_word(REVISION)
        row = await _get(name)
        before = form_of(_rule(row, None))
        for fixed in ("name", "kind"):
            if changes.get(fixed, before[fixed]) != before[fixed]:
                raise Invalid(fixed, f"is {before[fixed]} for good", "remove the rule and add another")
        rule = read_rule({**before, **changes}, accounts)
        after = form_of(rule)
        differing = [field for field in {**before, **after} if before.get(field) != after.get(field)]
        if differing:
            await CareRule.filter(id=row.id).update(updated_at=at, **_columns(rule))
            was, now = ({field: form.get(field) for field in differing} for form in (before, after))
            await _note(_CHANGED, row, at, actor, was=was, now=now)
    return differing


async def switch_rule(name: str, is_on: bool, actor: str, at: datetime) -> bool:
    """Switches a rule on or off; False where it was so already. Off: what is planned and not sent is not sent."""
    async with in_transaction():
        await lock_word(REVISION)
        row = await _get(name)
        if row.is_on == is_on:
            return False
        await CareRule.filter(id=row.id).update(is_on=is_on, updated_at=at)
        await _note(_SWITCHED_ON if is_on else "care.off", row, at, actor)
    return True


async def remove_rule(name: str, actor: str, at: datetime) -> None:
    """Takes a rule away; what is planned and not sent is not sent. Raises ``Missing``."""
    async with in_transaction():
        await lock_word(REVISION)
        row = await _get(name)
        await _note("care.remove", row, at, actor, rule=form_of(_rule(row, None)))
        await row.delete()


async def note_seen(name: str, day: str, people: int, actor: str, at: datetime) -> None:
    """Somebody looked who would hear what; the audit says so, and names nobody. Raises ``Missing``."""
    row = await _get(name)
    await note("care.preview", f"care_rule:{row.id}", at, actor, name=name, day=day, people=people)


async def _get(name: str) -> CareRule:
    row = await CareRule.get_or_none(name=name)
    if row is None:
        raise Missing(f"there is no care rule {name!r}: care list shows those there are")
    return row


async def _note(action: str, row: CareRule, at: datetime, actor: str, **detail: object) -> None:
    """In the transaction of the change: every process knows it, and the audit says who made it."""
    await bump(REVISION)
    await note(action, f"care_rule:{row.id}", at, actor, name=row.name, **detail)


async def _switched_on(rows: list[CareRule]) -> dict[int, datetime]:
    """Since when each of these rules is on, as the audit says; since it was made where the audit says nothing.

    A rule whose time or settings were changed begins anew: it did not miss what it would have done before.
    """
    if not rows:
        return {}
    subjects = {f"care_rule:{row.id}": row for row in rows}
    since = {row.id: row.created_at for row in rows}
    lines = Audit.filter(at__gte=min(since.values()), action__in=[_SWITCHED_ON, _CHANGED], subject__in=list(subjects))
    for line in await lines.order_by("id"):
        changed = line.detail.get("now")
        if line.action == _SWITCHED_ON or (isinstance(changed, dict) and changed.keys() & _TIMING):
            since[subjects[line.subject].id] = line.at
    return since


def _rule(row: CareRule, on_since: datetime | None) -> Rule:
    return Rule(
        name=row.name,
        kind=row.kind,
        account=row.account,
        contact_class=ContactClass(row.contact_class),
        at=time.fromisoformat(row.at) if row.at else None,
        options=row.options,
        settings=row.settings,
        on_since=on_since,
    )


def _columns(rule: Rule) -> dict[str, Any]:
    return {
        "kind": rule.kind,
        "contact_class": rule.contact_class.value,
        "account": rule.account,
        "at": rule.at.isoformat(timespec="minutes") if rule.at else "",
        "options": list(rule.options),
        "settings": dict(rule.settings),
    }
