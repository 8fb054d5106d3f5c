"""Stores and guides for tests of what customers have to do with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models import (
    Binding,
    BindingKind,
    Delivery,
    DeliveryState,
    Organisation,
    OrganisationKind,
    Staff,
    StaffRole,
    Store,
)
from tests.customers.people import APP, at


async def hire(code: str) -> Staff:
    """A guide in a store of their own."""
    node = await Organisation.create(kind=OrganisationKind.STORE, code=f"S-{code}", name=f"门店{code}")
    store = await Store.create(organisation=node, code=f"S-{code}", name=f"门店{code}")
    return await Staff.create(code=code, name=f"导购{code}", role=StaffRole.GUIDE, store=store)


async def bind(customer_id: int, guide: Staff, since: datetime, until: datetime | None = None) -> Binding:
    return await Binding.create(
        customer_id=customer_id,
        guide=guide,
        store_id=guide.store_id,
        kind=BindingKind.PRIMARY,
        source="scan",
        reason=f"扫描{guide.name}的渠道码",
        since=since,
        until=until,
        primary_slot=None if until else customer_id,
    )


async def deliver(
    occurrence: str, customer_id: int, identity_id: int, state: DeliveryState = DeliveryState.PLANNED, **columns: Any
) -> Delivery:
    values: dict[str, Any] = {
        "options": [{"channel": "custom", "payload": {"kind": "text", "text": f"words of {occurrence}"}}],
        "created_at": at(),
        "due_at": at(),
        "expires_at": at(days=1),
        "trail": [{"at": at().isoformat(), "event": "planned"}],
        **columns,
    }
    return await Delivery.create(
        occurrence=occurrence,
        customer_id=customer_id,
        identity_id=identity_id,
        app_id=APP,
        channel="custom",
        state=state,
        **values,
    )
