"""How many customers wait for a person is told, and nothing of who they are."""

from __future__ import annotations

from models import Customer, Task, TaskState
from tests.api.house import NOON, House


async def test_open_tasks_are_counted_by_kind(house: House) -> None:
    customer = await Customer.create(created_at=NOON, name="林小满")
    asked = {"customer": customer, "state": TaskState.OPEN, "reason": "客户请求人工", "created_at": NOON}
    await Task.create(kind="human", **asked)
    await Task.create(kind="erasure", **asked)
    await Task.create(kind="human", **asked | {"state": TaskState.DONE})
    _, text, _ = await house.get("/metrics")
    assert set(text.splitlines()) >= {'zhiji_tasks_open{kind="human"} 1.0', 'zhiji_tasks_open{kind="erasure"} 1.0'}
    assert "林小满" not in text and "人工" not in text


async def test_where_nobody_waits_the_metric_says_so(house: House) -> None:
    _, text, _ = await house.get("/metrics")
    assert 'zhiji_tasks_open{kind="human"} 0.0' in text.splitlines()
