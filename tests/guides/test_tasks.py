"""A customer asks for a person: stored once while it is open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tortoise.transactions import in_transaction

from core.ports import Subject
from guides.open_tasks import count_open_tasks, list_open_tasks
from guides.organisation import leave
from guides.tasks import COMPLAINT, ERASURE, TaskOpened, ask_for_human
from models import Task, TaskState
from tests.guides.brand import DAY, T0, hire, meet, open_store, person

pytestmark = pytest.mark.usefixtures("database")


async def ask(who: Subject, words: str = "客户说“人工”") -> TaskOpened:
    async with in_transaction():
        return await ask_for_human(who, words)


async def test_the_request_goes_to_the_customers_guide() -> None:
    who = await person("o1")
    await meet(who, await hire("G1", "王芳", await open_store("S1", phone="021-1")))
    assert await ask(who) == TaskOpened("王芳", "021-1", "S1", is_new=True)
    task = await Task.get().prefetch_related("guide")
    assert (task.guide.code, task.kind, task.state, task.reason) == ("G1", "human", TaskState.OPEN, "客户说“人工”")
    assert (task.interaction_id, task.created_at, task.closed_at) == (who.interaction_id, T0, None)


async def test_asking_again_opens_no_second_task() -> None:
    who = await person("o1")
    assert await ask(who) == TaskOpened(None, None, "", is_new=True)
    assert await ask(who) == TaskOpened(None, None, "", is_new=False)
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
    assert await ask(who) == TaskOpened(None, "021-1", "", is_new=True)
    assert (await Task.get()).guide_id is None


async def test_an_unanswered_request_moves_to_whoever_serves_now() -> None:
    store = await open_store("S1")
    who = await person("o1")
    await ask(who)
    await meet(who, await hire("G1", "王芳", store))
    assert await ask(replace(who, at=T0 + DAY)) == TaskOpened("王芳", None, "S1", is_new=False)
    assert (await Task.get().prefetch_related("guide")).guide.code == "G1"


async def test_a_long_reason_is_cut() -> None:
    await ask(await person("o1"), "人" * 300)
    assert (await Task.get()).reason == "人" * 255


async def test_requests_of_two_kinds_are_open_beside_each_other() -> None:
    who = await person("o1")
    await ask(who)
    async with in_transaction():
        assert (await ask_for_human(who, "注销", ERASURE)).is_new
        assert not (await ask_for_human(who, "注销！", ERASURE)).is_new
    assert sorted(await Task.all().values_list("open_key", flat=True)) == [
        f"erasure:{who.customer_id}", f"human:{who.customer_id}",
    ]  # fmt: skip


async def complain(who: Subject, *words: str) -> str:
    """The reason of the one task afterwards."""
    for each in words:
        async with in_transaction():
            await ask_for_human(who, each, COMPLAINT)
    return (await Task.get()).reason


async def test_what_a_customer_complains_of_later_is_added() -> None:
    assert await complain(await person("o1"), "发错货", "没人理") == "发错货；没人理"


async def test_the_newest_complaints_stay_whole_where_there_is_no_room_for_all() -> None:
    who = await person("o1")
    assert await complain(who, "旧" * 200, "新" * 100) == f"…{'旧' * 153}；{'新' * 100}"
    assert await complain(who, "人" * 300) == "人" * 255
    assert await complain(who, "完") == f"…{'人' * 252}；完"


async def test_open_tasks_are_listed_by_store_and_guide_oldest_first() -> None:
    first, second = await open_store("S1", name="一店"), await open_store("S2", name="二店")
    anna, bea = await hire("G1", "王芳", first), await hire("G2", "李丽", second)
    for number, (openid, scene) in enumerate([("o1", bea), ("o2", anna), ("o3", anna), ("o4", None)]):
        who = await person(openid, T0 + number * DAY)
        await meet(who, scene)
        await ask(who, openid)
    told = [(task.store, task.guide, task.reason) for task in await list_open_tasks()]
    assert told == [("", "", "o4"), ("S1", "G1", "o2"), ("S1", "G1", "o3"), ("S2", "G2", "o1")]
    await Task.filter(reason="o3").update(state=TaskState.DONE)
    assert [task.reason for task in await list_open_tasks(most=2)] == ["o2", "o1"]
    assert await count_open_tasks() == {"human": 3}


async def test_of_a_guide_who_left_the_task_says_so_and_the_store_of_the_last_guide_is_named() -> None:
    scene = await hire("G1", "王芳", await open_store("S1", name="一店"))
    before, after = await person("o1"), await person("o2")
    await meet(before, scene)
    await meet(after, scene)
    await ask(before)
    await leave("G1", T0 + DAY, "hq")
    await ask(after)
    unserved, theirs = await list_open_tasks()
    assert (unserved.store, unserved.store_name, unserved.guide, unserved.has_left) == ("S1", "一店", "", False)
    assert (theirs.store, theirs.guide, theirs.guide_name, theirs.has_left) == ("S1", "G1", "王芳", True)


async def test_where_nothing_is_open_requests_for_a_person_are_counted_as_none() -> None:
    assert await list_open_tasks() == []
    assert await count_open_tasks() == {"human": 0}
