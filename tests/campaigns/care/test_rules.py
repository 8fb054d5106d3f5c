"""Care rules as rows: added, changed, switched, removed; each change audited and noticed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.care.rules import (
    REVISION,
    add_rule,
    get_rule,
    list_rules,
    note_seen,
    remove_rule,
    set_rule,
    switch_rule,
)
from core.errors import Invalid, Missing
from models import Audit, CareRule
from models.revisions import number
from tests.campaigns.care.brand import ACCOUNTS, china, form

pytestmark = pytest.mark.usefixtures("database")

T0 = china(2026, 11, 20, 9)
HOUR = timedelta(hours=1)
ME = "cli:me"


async def audited() -> list[tuple[str, str, str]]:
    rows = await Audit.all().order_by("id")
    assert all(row.actor == ME for row in rows)
    return [(row.action, row.subject, str(row.detail["name"])) for row in rows]


async def test_a_new_rule_is_off_and_comes_back_as_it_was_written() -> None:
    made = await add_rule(form(name="生日"), ACCOUNTS, ME, T0)
    assert await get_rule("生日") == made
    assert made.on_since is None
    assert await number(REVISION) == 1
    row = await CareRule.get()
    assert await audited() == [("care.add", f"care_rule:{row.id}", "生日")]


async def test_a_name_is_given_once() -> None:
    await add_rule(form(name="生日"), ACCOUNTS, ME, T0)
    with pytest.raises(Invalid, match="name: there is a rule '生日' already"):
        await add_rule(form("anniversary", name="生日"), ACCOUNTS, ME, T0)
    assert [rule.kind for rule in await list_rules()] == ["birthday"]
    assert await number(REVISION) == 1


async def test_switching_is_noticed_once_and_remembers_since_when() -> None:
    await add_rule(form(name="生日"), ACCOUNTS, ME, T0)
    assert await switch_rule("生日", True, ME, T0 + HOUR)
    assert not await switch_rule("生日", True, ME, T0 + 2 * HOUR)
    assert (await get_rule("生日")).on_since == T0 + HOUR
    assert await switch_rule("生日", False, ME, T0 + 3 * HOUR)
    assert (await get_rule("生日")).on_since is None
    assert await switch_rule("生日", True, ME, T0 + 4 * HOUR)
    assert [rule.on_since for rule in await list_rules()] == [T0 + 4 * HOUR]
    assert [action for action, _, _ in await audited()] == ["care.add", "care.on", "care.off", "care.on"]
    assert await number(REVISION) == 4


async def test_a_change_names_what_differs_and_keeps_the_rest() -> None:
    await add_rule(form(name="生日", settings={"days_before": 3}), ACCOUNTS, ME, T0)
    words = [{"channel": "guide_task", "words": "问候{customer}"}]
    changes = {"options": words, "at": "10:00", "class": "marketing"}
    assert await set_rule("生日", changes, ACCOUNTS, ME, T0 + HOUR) == ["class", "options"]
    made = await get_rule("生日")
    assert (made.settings, made.options) == (
        {"days_before": 3},
        [{"channel": "guide_task", "payload": {"words": "问候{customer}"}}],
    )
    line = await Audit.get(action="care.set")
    assert line.detail["was"]["class"] == "care"
    assert line.detail["now"] == {"class": "marketing", "options": words}


async def test_the_same_again_changes_and_audits_nothing() -> None:
    await add_rule(form(name="生日"), ACCOUNTS, ME, T0)
    assert await set_rule("生日", form(name="生日"), ACCOUNTS, ME, T0 + HOUR) == []
    assert await number(REVISION) == 1
    assert len(await audited()) == 1


async def test_a_bad_change_changes_nothing() -> None:
    made = await add_rule(form(name="生日"), ACCOUNTS, ME, T0)
    for changes, field in (
        ({"at": "99:00"}, "at"),
        ({"kind": "dormant"}, "kind"),
        ({"name": "别的"}, "name"),
        ({"settings": {"days": 1}}, "settings.days"),
    ):
        with pytest.raises(Invalid) as refusal:
            await set_rule("生日", changes, ACCOUNTS, ME, T0 + HOUR)
        assert refusal.value.field == field
    assert await get_rule("生日") == made
    assert await number(REVISION) == 1


async def test_new_words_do_not_move_since_when_it_is_on_a_new_hour_does() -> None:
    await add_rule(form(name="生日"), ACCOUNTS, ME, T0)
    await switch_rule("生日", True, ME, T0 + HOUR)
    await set_rule("生日", {"options": [{"channel": "custom", "text": "新"}]}, ACCOUNTS, ME, T0 + 2 * HOUR)
    assert (await get_rule("生日")).on_since == T0 + HOUR
    await set_rule("生日", {"at": "15:00"}, ACCOUNTS, ME, T0 + 3 * HOUR)
    assert (await get_rule("生日")).on_since == T0 + 3 * HOUR


async def test_a_removed_rule_is_gone_and_the_audit_keeps_what_it_was() -> None:
    await add_rule(form(name="生日"), ACCOUNTS, ME, T0)
    await remove_rule("生日", ME, T0 + HOUR)
    assert await list_rules() == []
    assert (await Audit.get(action="care.remove")).detail["rule"]["kind"] == "birthday"
    assert await number(REVISION) == 2


async def test_what_is_not_there_is_missing() -> None:
    for work in (
        get_rule("没有"),
        set_rule("没有", {}, ACCOUNTS, ME, T0),
        switch_rule("没有", True, ME, T0),
        remove_rule("没有", ME, T0),
        note_seen("没有", "2026-11-20", 0, ME, T0),
    ):
        with pytest.raises(Missing, match="there is no care rule '没有'"):
            await work
    assert await number(REVISION) == 0
