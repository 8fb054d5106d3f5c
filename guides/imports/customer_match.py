"""Finds whom the rows of a customers file mean, and refuses rows that contradict what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import Invalid
from guides.imports.customer_lines import CustomerLine
from models import Binding, Customer, CustomerTag, Identity, Staff, TagKind
from models.dialect.locks import lock_customers

_GUIDE_REMEDY = "a scan or a handover moves customers, an import does not: empty the cell"


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of the people some rows may mean, their customer rows locked."""

    holders: Mapping[tuple[str, str], frozenset[int]]
    customers: Mapping[int, Customer]
    identities: Mapping[str, Identity]
    unionids: frozenset[tuple[int, str]]
    bindings: Mapping[int, Binding]
    tags: frozenset[tuple[int, int]]
    guides: Mapping[str, Staff]

    def find(self, line: CustomerLine) -> Customer | None:
        """The one customer the row means, None where new; raises ``Invalid`` that names both keys where two."""
        found: dict[int, str] = {}
        for key, value in line.keys.items():
            for customer_id in sorted(self.holders.get((key, value), ())):
                found.setdefault(customer_id, key)
        if len(found) > 1:
            (one, key), (other, other_key) = list(found.items())[:2]
            problem = f"{key} is customer {one}'s, {other_key} is customer {other}'s: two people"
            raise Invalid(other_key, problem, "correct the row, or remove the key that is wrong")
        return self.customers[next(iter(found))] if found else None

    def check(self, line: CustomerLine, customer: Customer | None) -> None:
        """Raises ``Invalid`` where the row contradicts a member number, a unionid or a binding that stands."""
        if customer and line.member_no and customer.member_no not in (None, line.member_no):
            problem = f"this is member {customer.member_no}, the file says {line.member_no}"
            raise Invalid("member_no", problem, "correct the member number, or the key that led there")
        identity = self.identities.get(line.openid)
        if identity and line.unionid and identity.unionid not in (None, line.unionid):
            raise Invalid("unionid", "this openid has another unionid", "correct one of the two")
        if line.guide_code:
            self._check_guide(line, customer)

    def _check_guide(self, line: CustomerLine, customer: Customer | None) -> None:
        guide = self.guides.get(line.guide_code)
        if guide is None:
            raise Invalid("guide_code", f"no guide {line.guide_code!r}", "import the guide first, or correct the code")
        if guide.left_at:
            raise Invalid("guide_code", f"{line.guide_code!r} has left", "name a guide who works here, or nobody")
        binding = self.bindings.get(customer.id) if customer else None
        if binding and not binding.guide.left_at and binding.guide.id != guide.id:
            raise Invalid("guide_code", f"{binding.guide.code!r} serves this customer already", _GUIDE_REMEDY)


async def look_up(lines: Sequence[CustomerLine], app_id: str, guides: Mapping[str, Staff]) -> Known:
    """Everything stored that the rows may touch; locks those customers in order of id."""
    await lock_customers(await _meant(lines, app_id))
    # Read again under the locks: a key may have moved while we waited.
    ids = await _meant(lines, app_id)
    customers = {customer.id: customer for customer in await Customer.filter(id__in=ids)}
    identities = await Identity.filter(customer_id__in=ids)
    bindings = await Binding.filter(primary_slot__in=ids).prefetch_related("guide", "store")
    tagged = CustomerTag.filter(customer_id__in=ids, kind=TagKind.MANUAL)
    return Known(
        _holders(customers.values(), identities, app_id),
        customers,
        {identity.openid: identity for identity in identities if identity.app_id == app_id},
        frozenset((_customer_id(identity), identity.unionid) for identity in identities if identity.unionid),
        {int(binding.primary_slot or 0): binding for binding in bindings},
        frozenset((int(str(a)), int(str(b))) for a, b in await tagged.values_list("customer_id", "tag_id")),
        guides,
    )


async def _meant(lines: Sequence[CustomerLine], app_id: str) -> list[int]:
    """Ids of the customers any key of these rows points to."""
    wanted: dict[str, list[str]] = {}
    for line in lines:
        for key, value in line.keys.items():
            wanted.setdefault(key, []).append(value)
    queries = {
        "phone": Customer.filter(phone_hash__in=wanted.get("phone", [])).values_list("id", flat=True),
        "member_no": Customer.filter(member_no__in=wanted.get("member_no", [])).values_list("id", flat=True),
        "openid": Identity.filter(app_id=app_id, openid__in=wanted.get("openid", [])).values_list(
            "customer_id", flat=True
        ),
        "unionid": Identity.filter(unionid__in=wanted.get("unionid", [])).values_list("customer_id", flat=True),
    }
    return sorted({int(str(found)) for key in wanted for found in await queries[key]})


def _holders(
    customers: Iterable[Customer], identities: Iterable[Identity], app_id: str
) -> dict[tuple[str, str], frozenset[int]]:
    """Whom each key points to."""
    pairs = [(("phone", customer.phone_hash), customer.id) for customer in customers]
    pairs += [(("member_no", customer.member_no), customer.id) for customer in customers]
    pairs += [(("openid", one.openid), _customer_id(one)) for one in identities if one.app_id == app_id]
    pairs += [(("unionid", one.unionid), _customer_id(one)) for one in identities]
    holders: dict[tuple[str, str], frozenset[int]] = {}
    for (key, value), customer_id in pairs:
        if value:
            holders[key, value] = holders.get((key, value), frozenset()) | {customer_id}
    return holders


def _customer_id(identity: Identity) -> int:
    return int(identity.customer_id)
