"""The default rule for customers nobody has claimed: the least loaded guide of the nearest or the default store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count

from customers.places import find_place
from guides.stores import StoreDirectory
from models import Binding, BindingKind, Staff, StaffRole, Store

_STORES_TRIED = 10


@dataclass(frozen=True, slots=True)
class Pick:
    """Whom the rule chose, or nobody, and why, in Chinese with the figures."""

    guide: Staff | None
    words: str


class DefaultGuide:
    """Tries stores in order until one has a guide on duty: where the customer is, familiar ones, the nearest ones, the
    default one."""

    def __init__(self, directory: StoreDirectory, default_store: str) -> None:
        self._directory = directory
        self._default_store = default_store

    async def pick(self, customer_id: int, at: datetime, familiar: Sequence[str], here: str = "") -> Pick:
        """``here`` is the code of the store whose window was scanned, ``familiar`` are those of stores the customer
        has to do with already (a guide's who has left)."""
        if here and (guide := await _least_loaded(here, "扫码所在的门店")):
            return guide
        for code in familiar:
            if guide := await _least_loaded(code, "原导购所在门店"):
                return guide
        if guide := await self._near(customer_id, at):
            return guide
        if not self._default_store:
            return Pick(None, "没有可用的位置，也未设置默认门店")
        guide = await _least_loaded(self._default_store, "默认门店")
        return guide or Pick(None, f"默认门店“{self._default_store}”没有在岗导购")

    async def _near(self, customer_id: int, at: datetime) -> Pick | None:
        here = await find_place(customer_id, at)
        if here is None:
            return None
        await self._directory.refresh()
        for near in self._directory.nearest(here, _STORES_TRIED, at):
            if guide := await _least_loaded(near.store.code, f"距客户约{near.distance_m / 1000:.1f}公里的门店"):
                return guide
        return None


async def _least_loaded(store_code: str, which: str) -> Pick | None:
    """The guide on duty with the fewest customers, equal loads by code."""
    store = await Store.get_or_none(code=store_code)
    guides = await Staff.filter(store=store, role=StaffRole.GUIDE, left_at__isnull=True) if store else []
    if store is None or not guides:
        return None
    load = await _loads([guide.id for guide in guides])
    chosen = min(guides, key=lambda guide: (load.get(guide.id, 0), guide.code))
    chosen.store = store
    words = f"{which}{store.name}在岗导购{len(guides)}位，{chosen.name}服务客户最少（{load.get(chosen.id, 0)}位）"
    return Pick(chosen, words)


async def _loads(guide_ids: Sequence[int]) -> dict[int, int]:
    """Active primary bindings by guide."""
    active = Binding.filter(guide_id__in=guide_ids, kind=BindingKind.PRIMARY, until__isnull=True)
    counted = await active.annotate(customers=Count("id")).group_by("guide_id").values_list("guide_id", "customers")
    return {int(str(guide_id)): int(str(customers)) for guide_id, customers in counted}
