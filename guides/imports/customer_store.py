"""Writes one checked row of a customers file: the person, their identity, guide and manual tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import Busy
from customers.identities import learn_unionid, remember_unionid
from customers.phones import PhoneVault
from guides.binding import Bindings
from guides.binding_words import name_of
from guides.imports.customer_lines import CustomerLine
from guides.imports.customer_match import Known
from guides.imports.result import Effect
from models import Customer, CustomerTag, Tag, TagKind
from models.dialect.people import make_identity

TagIds = Mapping[tuple[str, str], int]
_MANUAL_SCORE = 1.0


async def plant_tags(lines: Sequence[CustomerLine]) -> TagIds:
    """Ids of every tag the file names, new ones made."""
    wanted = sorted({tag for line in lines for tag in line.tags})
    await Tag.bulk_create([Tag(group=group, name=name) for group, name in wanted], ignore_conflicts=True)
    return {(tag.group, tag.name): tag.id for tag in await Tag.all()} if wanted else {}


@dataclass(frozen=True, slots=True)
class CustomerShelf:
    """Where rows are put. Everything happens in the caller's transaction, on customers it has locked."""

    vault: PhoneVault
    bindings: Bindings
    app_id: str
    at: datetime
    tag_ids: TagIds

    async def create(self, line: CustomerLine, known: Known) -> Effect:
        customer = await Customer.create(created_at=self.at, **self._columns(line, None))
        await self._identify(line, customer.id, known)
        await self._bind(line, customer.id, known)
        await self._tag(line, customer.id, known)
        return Effect.CREATED

    async def update(self, line: CustomerLine, customer: Customer, known: Known) -> Effect:
        columns = self._columns(line, customer)
        if columns:
            await Customer.filter(id=customer.id).update(**columns)
        done = [
            bool(columns),
            await self._identify(line, customer.id, known),
            await self._bind(line, customer.id, known),
            await self._tag(line, customer.id, known),
        ]
        return Effect.UPDATED if any(done) else Effect.UNCHANGED

    def _columns(self, line: CustomerLine, customer: Customer | None) -> dict[str, Any]:
        """What the row says and the customer lacks or has otherwise; a stored phone is not sealed anew."""
        said = {name: getattr(line, name) for name in ("name", "birthday", "time_zone", "member_no", "phone_hash")}
        columns = {name: value for name, value in said.items() if value and getattr(customer, name, None) != value}
        if "phone_hash" in columns:
            columns["phone_cipher"] = self.vault.seal(line.phone)
        return columns

    async def _identify(self, line: CustomerLine, customer_id: int, known: Known) -> bool:
        """Keep the row's openid and unionid; true if either was new."""
        identity = known.identities.get(line.openid) if line.openid else None
        if line.openid and identity is None:
            made = await make_identity(self.app_id, line.openid, line.unionid or None, customer_id, self.at)
            if made is None:
                raise Busy("a customer of this file wrote at this moment: nothing was imported, run it again")
            return True
        if not line.unionid:
            return False
        if identity and identity.unionid is None:
            await learn_unionid(identity.id, line.unionid, self.at)
            return True
        if (customer_id, line.unionid) in known.unionids:
            return False
        await remember_unionid(customer_id, line.unionid, self.at)
        return True

    async def _bind(self, line: CustomerLine, customer_id: int, known: Known) -> bool:
        if not line.guide_code:
            return False
        guide, old = known.guides[line.guide_code], known.bindings.get(customer_id)
        if old and old.guide.id == guide.id:
            return False
        why = f"会员名单导入：文件第{line.row.number}行指定{name_of(guide)}"
        await self.bindings.assign(customer_id, old, guide, "import", why, self.at)
        return True

    async def _tag(self, line: CustomerLine, customer_id: int, known: Known) -> bool:
        ids = [self.tag_ids[tag] for tag in line.tags]
        fresh = [tag_id for tag_id in ids if (customer_id, tag_id) not in known.tags]
        await CustomerTag.bulk_create(
            CustomerTag(
                customer_id=customer_id,
                tag_id=tag_id,
                kind=TagKind.MANUAL,
                score=_MANUAL_SCORE,
                since=self.at,
                last_at=self.at,
            )
            for tag_id in fresh
        )
        return bool(fresh)
