"""Coupons as the textbook's careless reader writes them, each without one guard: reads, waits a moment, then writes.

Only for the controls: a race that these cannot lose proves nothing. The product itself has no such switch.
"""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

from campaigns.coupons.claiming.claims import Answer, Claim, Claims, Given
from campaigns.coupons.codes import Codes
from core.clock import now
from models import Coupon, CouponCall, CouponEntry, CouponEvent, CouponState, CouponTemplate

TEMPLATE, COPY, CALL = "template-is-held", "copy-is-held", "call-is-kept"
GUARDS = (TEMPLATE, COPY, CALL)
_OPEN = (CouponState.ISSUED, CouponState.REVERSED)


async def _dawdle() -> None:
    """Long enough for somebody else to come between, whatever the machine."""
    await asyncio.sleep(random.uniform(0.002, 0.02))


async def claim_without_holding(codes: Codes, claim: Claim) -> int | str:
    """Without the template's lock: stock, budget and the person's copies are those of a moment ago."""
    template = await CouponTemplate.get(code=claim.template)
    taken = await Coupon.filter(template_id=template.id, customer_id=claim.customer_id).count()
    if taken >= int(str(template.terms["per_person"])):
        return "limit_reached"
    if template.issued >= template.stock:
        return "sold_out"
    exposure_fen = template.exposure_fen + template.worth_fen
    if template.budget_fen is not None and exposure_fen > template.budget_fen:
        return "budget_spent"
    await _dawdle()
    at = claim.at
    _, code_hash, cipher = codes.make()
    row = await Coupon.create(
        template=template, customer_id=claim.customer_id, slot=random.randrange(10**9), code_hash=code_hash,
        code_cipher=cipher, state=CouponState.ISSUED, source="chat", issued_at=at, valid_from=at,
        valid_until=at + timedelta(days=30),
    )  # fmt: skip
    await CouponEntry.create(coupon=row, event=CouponEvent.ISSUED, at=at, by="careless", detail={})
    template.issued, template.exposure_fen = template.issued + 1, exposure_fen
    await template.save(update_fields=["issued", "exposure_fen"])
    return int(row.id)


async def claim_without_call(claims: Claims, claim: Claim) -> Answer:
    """Without the key in the commit: whether the call was answered is read before, and written down afterwards."""
    if known := await CouponCall.get_or_none(key=claim.key):
        return Given(int(str(known.answer["coupon_id"])))
    await _dawdle()
    own = Claim(uuid4().hex, claim.template, claim.customer_id, claim.source, claim.at)
    answer = await claims.claim(own)
    if isinstance(answer, Given):
        stored: dict[str, Any] = {
            "customer_id": claim.customer_id,
            "at": claim.at,
            "answer": {"coupon_id": answer.coupon_id},
        }
        await CouponCall.update_or_create(key=claim.key, defaults=stored)
    return answer


async def end_without_holding(coupon_id: int, state: CouponState, event: CouponEvent) -> str:
    """Redeems or voids without the copy's lock, and tells the ledger in a commit of its own."""
    row = await Coupon.get(id=coupon_id)
    if row.state not in _OPEN:
        return "already_redeemed"
    await _dawdle()
    is_used = event is CouponEvent.REDEEMED
    off = {"redeemed_at": now(), "discount_fen": 700} if is_used else {}
    await Coupon.filter(id=row.id).update(state=state, **off)
    await _dawdle()
    await CouponEntry.create(coupon_id=row.id, event=event, at=now(), by="careless", detail={})
    return event.value
