"""Two customers become one while a message to one of them is on its way: what became of it is not overwritten."""

from __future__ import annotations

import pytest

from core.channels import Channel
from customers.merging import merge
from delivery.changes import Change, make_changes
from delivery.claims import Claims
from delivery.starting import Bound, Starter
from delivery.trail import Trail
from models import Delivery, DeliveryState, Merge
from tests.customers.people import at
from tests.customers.staffing import deliver
from tests.delivery.conftest import RULES
from tests.delivery.limits.people import make_people
from tests.guides.overlap import overlapping

pytestmark = pytest.mark.postgres


async def test_an_answer_beside_a_merge_is_kept(postgres: str) -> None:
    kept, folded = await make_people(2)
    delivery = await deliver("care:1", folded.customer_id, folded.identity_id)
    [row] = await Claims("h1", clock=at).claim(1)
    sent = Change(row, DeliveryState.SENT, Trail(), is_unsent=False)
    made = await overlapping(
        lambda: make_changes([sent], at()), lambda: merge(kept.customer_id, folded.customer_id, "test", at(5))
    )
    assert made == [[True], True] and await Merge.all().count() == 1
    found = await Delivery.get(id=delivery.id)
    assert (found.state, found.customer_id) == ("sent", kept.customer_id)


@pytest.mark.parametrize("is_rival_kept", [True, False])
async def test_a_start_beside_a_merge_lets_one_of_two_through(postgres: str, is_rival_kept: bool) -> None:
    """The elder of two rows of one occurrence starts; the other must not, and the first must not be called unsent."""
    people = await make_people(2)
    elder, younger = [
        await deliver("care:1", who.customer_id, who.identity_id, created_at=at(number))
        for number, who in enumerate(people)
    ]
    await Delivery.filter(id=younger.id).update(due_at=at(days=1))
    [row] = await Claims("h1", clock=at).claim(2)
    kept, folded = people if is_rival_kept else people[::-1]

    async def start() -> object:
        bound = Bound(row, "o0", Channel.CUSTOM, None, Trail())
        return len(await Starter(Claims("h1", clock=at), RULES, at).start([bound]))

    assert await overlapping(start, lambda: merge(kept.customer_id, folded.customer_id, "test", at(5))) == [1, True]
    states = {found.id: (found.state.value, found.started_at is None) for found in await Delivery.all()}
    assert states == {elder.id: ("claimed", False), younger.id: ("suppressed", True)}


async def test_control_a_merge_that_reads_without_waiting_writes_the_old_state_back(postgres: str) -> None:
    _, folded = await make_people(2)
    delivery = await deliver("care:1", folded.customer_id, folded.identity_id)
    [row] = await Claims("h1", clock=at).claim(1)
    sent = Change(row, DeliveryState.SENT, Trail(), is_unsent=False)

    async def unguarded() -> object:
        found = await Delivery.get(id=delivery.id)
        await found.save(update_fields=["customer_id", "state"])
        return found.state

    await overlapping(lambda: make_changes([sent], at()), unguarded)
    assert (await Delivery.get(id=delivery.id)).state == "claimed"
