"""A small brand to test with: stores, guides, scenes, customers; and pushes of theirs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from core.ports import Subject
from customers.identities import ensure_person
from guides.binding import BindingRules, Bindings, Meeting
from guides.organisation import get_or_plant_root, plant_stores
from guides.scenes import scene_name_for, store_scene
from guides.stores import StoreDirectory
from models import Staff, StaffRole, Store

APP = "wx_shop"
T0 = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
DAY = timedelta(days=1)
PROTECTION = timedelta(days=90)


async def open_store(code: str, **columns: object) -> Store:
    leaves = await plant_stores([(await get_or_plant_root(), code, f"门店{code}")])
    return await Store.create(organisation=leaves[code], code=code, **{"name": f"门店{code}", **columns})


async def hire(code: str, name: str, store: Store | None, role: StaffRole = StaffRole.GUIDE) -> str:
    """A guide with a code of their own; returns its scene."""
    await Staff.create(code=code, name=name, role=role, store=store)
    scene = scene_name_for(code)
    await store_scene(APP, code, scene, ticket="t", url="u", at=T0, expires_at=None, actor="test")
    return scene


async def person(openid: str, at: datetime = T0, interaction_id: int = 1) -> Subject:
    known = await ensure_person(APP, openid, at)
    return Subject(interaction_id, known.identity_id, known.customer_id, APP, openid, at)


def rules(default: str = "none", default_store: str = "", protection: timedelta = PROTECTION) -> BindingRules:
    return BindingRules(protection, default, default_store)


async def meet(who: Subject, scene: str | None, given: BindingRules | None = None) -> Meeting:
    """One push in a transaction of its own, as the journal runs it."""
    async with in_transaction():
        return await Bindings(given or rules(), StoreDirectory()).meet(who, scene)
