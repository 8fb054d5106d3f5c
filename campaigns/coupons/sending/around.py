"""People around a store: how many, as exactly as coarse places allow, and who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.coupons.sending.audiences import Ids
from core.errors import Invalid
from core.places import Point
from customers.audit import note
from customers.near import MOST_RADIUS_M, Near, count_near, customers_near
from guides.stores import StoreCard, StoreDirectory
from models import Customer


@dataclass(frozen=True, slots=True)
class Counted:
    """``count`` people are within the distance by their kept places, which may be off by ``error_m`` metres.

    So it is no fewer than ``least`` and no more than ``most`` of those whose place is kept.
    """

    count: int
    least: int
    most: int
    error_m: float


@dataclass(frozen=True, slots=True)
class Around:
    """The people within ``within_m`` metres of a store with a known place. Made by ``find_around``."""

    store: StoreCard
    point: Point
    within_m: int
    cell_m: float

    async def count(self, at: datetime) -> Counted:
        """How many, as of now: kept places expire."""
        near = await self._count(self.within_m, at)
        least = await self._count(self.within_m - near.error_m, at) if near.error_m < self.within_m else None
        most = await self._count(min(self.within_m + near.error_m, MOST_RADIUS_M), at)
        return Counted(near.count, least.count if least else 0, most.count, near.error_m)

    async def _count(self, radius_m: float, at: datetime) -> Near:
        return await count_near(self.point, radius_m, at, cell_m=self.cell_m)

    async def stream(self, at: datetime) -> Ids:
        """Their customer ids in order, in batches of at most 1,000."""
        async for batch in customers_near(self.point, self.within_m, at):
            yield batch

    async def show(self, limit: int, actor: str, at: datetime) -> list[Customer]:
        """The first of them by id; the audit says who saw them."""
        ids: list[int] = []
        async for batch in self.stream(at):
            ids += batch
            if len(ids) >= limit:
                break
        people = await Customer.filter(id__in=ids[:limit]).order_by("id").only("id", "name")
        seen = [each.id for each in people]
        await note("coupon.near", f"store:{self.store.code}"[:64], at, actor, within_m=self.within_m, customers=seen)
        return people


async def find_around(store_code: str, within_m: int, cell_m: float) -> Around:
    """``cell_m`` is the side of the cells places are kept in, in metres.

    Raises ``Invalid`` for a store nobody has or knows the place of, and for distances that are none.
    """
    if not 1 <= within_m <= MOST_RADIUS_M:
        raise Invalid("--within", f"{within_m} is no distance to send in", f"write metres, 1 to {MOST_RADIUS_M:.0f}")
    directory = StoreDirectory()
    await directory.refresh()
    store = directory.find(store_code)
    if store is None:
        raise Invalid("store", f"there is no store {store_code!r}", "import stores, or correct the code")
    if store.point is None:
        raise Invalid("store", f"nobody knows where {store_code} is", "import stores with latitude and longitude")
    return Around(store, store.point, within_m, cell_m)
