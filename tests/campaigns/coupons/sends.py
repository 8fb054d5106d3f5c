"""Sends to try: a shop's people, a message, and who plans it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaigns.coupons.sending.audiences import these
from campaigns.coupons.sending.send import Outcome, Send
from campaigns.coupons.sending.send_form import read_message
from campaigns.coupons.sending.sending import BATCH, CouponSender
from core.ports import GuideTasks
from delivery.policy import ContactRules
from guides.care_tasks import CareTasks
from models import Coupon, Delivery, Organisation, OrganisationKind, Store
from tests.campaigns.care.brand import ACCOUNTS, SHOP, SHOP_ID, Person, did, serve, someone
from tests.campaigns.coupons.offers import CODES, NOON
from tests.delivery.audiences import RULES, Hands

WORDS = "{customer}，送您【{coupon}】，券码{code}，{ends}前到{store}使用。"
TEXT = {"channel": "custom", "text": WORDS}
TASK = {"channel": "guide_task", "words": "{customer}有一张【{coupon}】，请告诉一声。"}


async def friend(name: str = "王女士", *, writes: bool = True) -> Person:
    """A follower; with an open window where they wrote this morning."""
    person = await someone(name=name, since=NOON)
    if writes:
        await did(person, "text", NOON)
    return person


async def guided(count: int) -> list[int]:
    """The customer ids of so many who wrote never, but have a guide."""
    organisation = await Organisation.create(code="SH01", name="静安店", kind=OrganisationKind.STORE, path="/")
    store = await Store.create(code="SH01", name="静安店", organisation=organisation)
    people = [await friend(writes=False) for _ in range(count)]
    for person in people:
        await serve(person, store)
    return [person.customer_id for person in people]


async def friends(count: int) -> list[int]:
    """The customer ids of so many who wrote."""
    return [(await friend()).customer_id for _ in range(count)]


def to_send(key: str = "附近", options: Sequence[Any] = (TEXT,), **changes: Any) -> Send:
    form = {"account": "shop", "class": "marketing", "options": list(options)}
    return Send(key, changes.pop("template", "满减20"), read_message(form, ACCOUNTS), **changes)


def sender(
    clock: Hands | None = None,
    rules: ContactRules = RULES,
    guide_tasks: GuideTasks | None = None,
    batch: int = BATCH,
) -> CouponSender:
    tasks = guide_tasks or CareTasks()
    return CouponSender(CODES, {SHOP_ID: SHOP}, rules, tasks, "知己", clock or Hands(NOON), batch)


async def sent(people: Sequence[int], send: Send | None = None, by: CouponSender | None = None) -> Outcome:
    return await (by or sender()).send(send or to_send(), these(people))


async def rows() -> dict[int, tuple[str, str]]:
    """(state, reason) of each delivery, by customer."""
    return {row.customer_id: (row.state.value, row.reason) for row in await Delivery.all().order_by("id")}


async def holders() -> list[int]:
    """Whose copies there are, one entry a copy."""
    return sorted(copy.customer_id for copy in await Coupon.all())
