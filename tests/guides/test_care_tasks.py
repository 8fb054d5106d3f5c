"""What a guide is asked to say: one task a delivery, for those whom somebody serves."""

from __future__ import annotations

from core.ports import TaskAsked
from guides.care_tasks import CARE, CareTasks
from models import Customer, Staff, Task
from tests.customers.people import at
from tests.customers.staffing import bind, hire


async def test_each_guide_is_asked_for_their_own_and_who_has_none_is_left_out(database: str) -> None:
    one, other, gone = await hire("G1"), await hire("G2"), await hire("G3")
    await Staff.filter(id=gone.id).update(left_at=at())
    customers = [(await Customer.create(created_at=at())).id for _ in range(4)]
    for customer_id, guide in zip(customers, (one, other, gone), strict=False):
        await bind(customer_id, guide, at())
    asked = [TaskAsked(100 + number, customer_id, "祝" * 300) for number, customer_id in enumerate(customers)]
    assert await CareTasks().open_tasks(asked, at(1)) == {100, 101}
    tasks = await Task.all().order_by("id")
    assert [(task.customer_id, task.guide_id) for task in tasks] == [(customers[0], one.id), (customers[1], other.id)]
    assert {(task.kind, task.state.value, task.reason) for task in tasks} == {(CARE, "open", "祝" * 255)}


async def test_nobody_asked_is_nothing_done(database: str) -> None:
    assert await CareTasks().open_tasks([], at()) == set()
