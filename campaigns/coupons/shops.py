"""Stores as offers see them: with the regions they lie in."""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.coupons.redemption.till import Shop
from campaigns.coupons.terms import Terms
from core.errors import Invalid
from models import Organisation, OrganisationKind, Store


async def find_shop(store_code: str) -> Shop:
    """A store with its regions' codes and names. Raises ``Invalid`` for a code nobody has."""
    store = await Store.get_or_none(code=store_code).prefetch_related("organisation")
    if store is None:
        raise Invalid("store", f"there is no store {store_code!r}", "import stores, or correct the code")
    above = [int(each) for each in store.organisation.path.strip("/").split("/") if each]
    regions = await Organisation.filter(id__in=above, kind=OrganisationKind.REGION)
    return Shop(store.code, store.name, tuple(name for each in regions for name in (each.code, each.name)))


async def stores_of(terms: Terms) -> frozenset[str] | None:
    """The codes of the stores an offer is good at, None for all."""
    if not terms.stores and not terms.regions:
        return None
    regions = [
        each
        for each in await Organisation.filter(kind=OrganisationKind.REGION)
        if each.code in terms.regions or each.name in terms.regions
    ]
    inside = [
        store.code
        for store in await Store.all().prefetch_related("organisation")
        if any(store.organisation.path.startswith(region.path) for region in regions)
    ]
    return frozenset([*terms.stores, *inside])


async def check_places(stores: Iterable[str], regions: Iterable[str]) -> None:
    """Raises ``Invalid`` naming the first store or region that nobody knows."""
    wanted = list(stores)
    known = {store.code for store in await Store.filter(code__in=wanted).only("code")}
    for code in wanted:
        if code not in known:
            raise Invalid("stores", f"there is no store {code!r}", "import stores, or correct the code")
    named = list(regions)
    rows = await Organisation.filter(kind=OrganisationKind.REGION)
    there = {name for each in rows for name in (each.code, each.name)}
    for region in named:
        if region not in there:
            raise Invalid("regions", f"there is no region {region!r}", "regions come with the stores' file")
