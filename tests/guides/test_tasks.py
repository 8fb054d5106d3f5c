"""A customer asks for a person: stored once while it is open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tortoise.transactions import in_transaction

from core.ports import Subject
from guides.organisation import leave
from guides.tasks import TaskOpened, ask_for_human
from models import Task, TaskState
from tests.guides.brand import DAY, T0, hire, meet, open_store, person

pytestmark = pytest.mark.usefixtures("database")


async def ask(who: Subject, words: str = "客户说“人工”") -> TaskOpened:
    async with in_transaction():
        return await ask_for_human(who, words)


async def test_the_request_goes_to_the_customers_guide() -> None:
    who = await person("o1")
    await meet(who, await hire("G1", "王芳", await open_store("S1", phone="021-1")))
    assert await ask(who) == TaskOpened("王芳", "021-1", is_new=True)
    task = await Task.get().prefetch_related("guide")
    assert (task.guide.code, task.kind, task.state, task.reason) == ("G1", "human", TaskState.OPEN, "客户说“人工”")
    assert (task.interaction_id, task.created_at, task.closed_at) == (who.interaction_id, T0, None)


async def test_asking_again_opens_no_second_task() -> None:
    who = await person("o1")
    assert await ask(who) == TaskOpened(None, None, is_new=True)
    assert await ask(who) == TaskOpened(None, None, is_new=False)
    assert await Task.all().count() == 1


async def test_a_closed_request_can_be_made_anew() -> None:
    who = await person("o1")
    await ask(who)
    await Task.all().update(state=TaskState.DONE, closed_at=T0, open_key=None)
    assert (await ask(who)).is_new
    assert await Task.all().count() == 2


async def test_once_the_guide_has_left_the_store_is_named_and_nobody_is_promised() -> None:
    who = await person("o1")
    await meet(who, await hire("G1", "王芳", await open_store("S1", phone="021-1")))
    await leave("G1", T0 + DAY, "hq")
    assert await ask(who) == TaskOpened(None, "021-1", is_new=True)
    assert (await Task.get()).guide_id is None


async def test_an_unanswered_request_moves_to_whoever_serves_now() -> None:
    store = await open_store("S1")
    who = await person("o1")
    await ask(who)
    await meet(who, await hire("G1", "王芳", store))
    assert await ask(replace(who, at=T0 + DAY)) == TaskOpened("王芳", None, is_new=False)
    assert (await Task.get().prefetch_related("guide")).guide.code == "G1"


async def test_a_long_reason_is_cut() -> None:
    await ask(await person("o1"), "人" * 300)
    assert (await Task.get()).reason == "人" * 255
