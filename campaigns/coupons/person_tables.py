"""How the coupon tables forget a person, and how two customers' copies become one's."""

from __future__ import annotations

from campaigns.coupons.terms import from_json
from customers.person_tables import Erasing, Folding, erases, folds
from models import Coupon, CouponBlock, CouponCall, CouponEntry, CouponEvent, CouponState
from models.dialect.copies import add_exposure

_OPEN = (CouponState.ISSUED, CouponState.LOCKED, CouponState.REVERSED)


@erases("coupon_entry")
async def _entries(what: Erasing) -> None:
    """Order numbers go; that a copy was given, used or ended stays, for sums must hold."""
    if what.is_whole:
        await CouponEntry.filter(coupon__customer_id=what.customer_id).update(by="erased", detail={})


@erases("coupon")
async def _coupons(what: Erasing) -> None:
    """Open copies end; every copy stays as a number, under the anonymous heir, and its code finds nothing."""
    if not what.is_whole:
        return
    for coupon in await Coupon.filter(customer_id=what.customer_id).order_by("id").prefetch_related("template"):
        if coupon.state in _OPEN:
            await CouponEntry.create(coupon_id=coupon.id, event=CouponEvent.VOIDED, at=what.at, by="erased", detail={})
            await add_exposure(coupon.template_id, -from_json(coupon.template.terms).most_fen)
        await Coupon.filter(id=coupon.id).update(
            customer_id=what.heir_id,
            state=CouponState.VOIDED if coupon.state in _OPEN else coupon.state,
            code_hash=f"erased:{coupon.id}",
            code_cipher="",
            order_no="",
            lock_key="",
            locked_until=None,
        )


@erases("coupon_call")
async def _calls(what: Erasing) -> None:
    if what.is_whole:
        await CouponCall.filter(customer_id=what.customer_id).delete()


@erases("coupon_block")
async def _blocks(what: Erasing) -> None:
    if what.is_whole:
        await CouponBlock.filter(customer_id=what.customer_id).delete()


@folds("coupon")
async def _fold_coupons(both: Folding) -> None:
    """Copies keep their order; the one they are has what both had, and its limits count all of them."""
    kept: dict[int, int] = {}
    for coupon in await Coupon.filter(customer_id=both.kept_id).only("id", "template_id", "slot"):
        kept[coupon.template_id] = max(kept.get(coupon.template_id, -1), coupon.slot)
    for coupon in await Coupon.filter(customer_id=both.folded_id).order_by("template_id", "slot"):
        kept[coupon.template_id] = slot = kept.get(coupon.template_id, -1) + 1
        await Coupon.filter(id=coupon.id).update(customer_id=both.kept_id, slot=slot)


@folds("coupon_call")
async def _fold_calls(both: Folding) -> None:
    await CouponCall.filter(customer_id=both.folded_id).update(customer_id=both.kept_id)


@folds("coupon_block")
async def _fold_blocks(both: Folding) -> None:
    await CouponBlock.filter(customer_id=both.folded_id).update(customer_id=both.kept_id)
