"""Shop windows: may a code that hangs at a store give this coupon?"""

from __future__ import annotations

from campaigns.coupons.offers.templates import get_template
from campaigns.coupons.shops import stores_of
from core.errors import Invalid
from models import TemplateState


async def check_offered(template: str, store_code: str) -> None:
    """Raises ``Missing`` where there is no such template, ``Invalid`` where it is not good at the store or is over."""
    stored = await get_template(template)
    where = await stores_of(stored.offer.terms)
    if where is not None and store_code not in where:
        raise Invalid("coupon", f"{template!r} is not good at {store_code!r}", "choose another store or template")
    if stored.state is TemplateState.ENDED:
        raise Invalid("coupon", f"{template!r} has ended", "choose another template")
