"""The card: one customer as a colleague, a script or an integrator sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from core.clock import Now, now
from core.errors import Missing
from customers.audit import note
from customers.consent import list_consenting
from customers.identities import UNION
from customers.phones import PhoneVault
from customers.places import find_place
from customers.profile import read_counters
from customers.stated import list_stated, tell_readings
from customers.tagging.live import live_lexicon
from customers.tagging.shown import list_shown_tags
from customers.timeline import list_moments
from models import Binding, Customer, Delivery, Following, Identity, Interaction, Purpose


class Cards:
    """Makes cards. ``accounts`` gives our name for each app id."""

    def __init__(self, accounts: Mapping[str, str], vault: PhoneVault, clock: Now = now) -> None:
        self._accounts = accounts
        self._vault = vault
        self._now = clock

    async def show_customer(self, who: str | int, actor: str = "command") -> dict[str, Any]:
        """The card of an openid or a customer id, in the keys of the contract; raises Missing.

        Times are ISO 8601 in UTC. Of the tags those that hold or are refused today are shown, each with its score as of
        ``last_at`` (below 0: refused) and all its evidence: ``text`` is the message, ``start`` and ``end`` count its
        characters, ``keyword`` is the lexicon's word for what stands there, ``negated`` evidence counts against the
        tag, ``subject`` is of whom it is said, ``because`` what its weight was changed for. ``arithmetic`` tells what
        that is worth today and why. Among the attributes ``stated`` holds what the person said of themselves and
        others; ``readings`` tells moods and wishes. The timeline has the newest last. The phone is masked. That a card
        was seen is written into the audit.
        """
        customer = await _get_customer(who)
        interactions = await Interaction.filter(identity__customer_id=customer.id).order_by("occurred_at", "id")
        deliveries = await Delivery.filter(customer_id=customer.id).order_by("id")
        identities = await Identity.filter(customer_id=customer.id).order_by("id")
        moment = self._now()
        await note("card.seen", f"customer:{customer.id}", moment, actor)
        return {
            "id": customer.id,
            "identities": [self._identity(identity) for identity in identities],
            "attributes": await self._attributes(customer, interactions, moment),
            "following": await self._following(customer.id),
            "bindings": await _bindings(customer.id),
            "tags": await list_shown_tags(customer.id, await live_lexicon(), moment, interactions),
            "counters": _timed(asdict(await read_counters(customer.id))),
            "timeline": [_timed(asdict(each)) for each in list_moments(interactions, deliveries)],
        }

    def _identity(self, identity: Identity) -> dict[str, str | None]:
        if identity.app_id == UNION:
            return {"account": None, "app_id": None, "openid": None, "unionid": identity.unionid}
        return {
            "account": self._accounts.get(identity.app_id),
            "app_id": identity.app_id,
            "openid": identity.openid,
            "unionid": identity.unionid,
        }

    async def _attributes(
        self, customer: Customer, interactions: Sequence[Interaction], moment: datetime
    ) -> dict[str, Any]:
        place = await find_place(customer.id, moment)
        return {
            "name": customer.name or None,
            "gender": customer.gender or None,
            "birthday": customer.birthday or None,
            "city": customer.city or None,
            "member_no": customer.member_no,
            "phone": self._vault.masked(self._vault.open(customer.phone_cipher)) if customer.phone_cipher else None,
            "place": _timed(asdict(place)) if place else None,
            "consent": {p.value: customer.id in await list_consenting([customer.id], p) for p in Purpose},
            "time_zone": customer.time_zone or None,
            "stated": await list_stated(customer.id, interactions),
            "readings": await tell_readings(customer.id, interactions),
        }

    async def _following(self, customer_id: int) -> list[dict[str, str | None]]:
        rows = Following.filter(identity__customer_id=customer_id).order_by("since", "id")
        return [
            {"account": self._accounts.get(row.identity.app_id), "since": _iso(row.since), "until": _iso(row.until)}
            for row in await rows.prefetch_related("identity")
        ]


async def _get_customer(who: str | int) -> Customer:
    if isinstance(who, int):
        customer = await Customer.get_or_none(id=who)
    else:
        customer = await Customer.filter(identities__openid=who).order_by("id").first()
    if customer is None:
        raise Missing("no such customer")
    return customer


async def _bindings(customer_id: int) -> list[dict[str, str | None]]:
    rows = Binding.filter(customer_id=customer_id).order_by("since", "id")
    return [
        {
            "guide": row.guide.code,
            "store": row.store.code if row.store else None,
            "kind": row.kind.value,
            "source": row.source,
            "reason": row.reason,
            "since": _iso(row.since),
            "until": _iso(row.until),
            "protected_until": _iso(row.protected_until),
        }
        for row in await rows.prefetch_related("guide", "store")
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _timed(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}
