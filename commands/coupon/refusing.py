"""How a refusal is told."""

from __future__ import annotations

from campaigns.coupons.refusals import Refusal
from commands.output import Exit, Output


def tell_refusal(refusal: Refusal, out: Output) -> Exit:
    """In the guide's words; as JSON with its figures and the customer's words."""
    out.line(f"✗ {refusal.for_guide}")
    out.put(refused=refusal.code.value, figures=dict(refusal.figures), for_customer=refusal.for_customer)
    return Exit.COULD_NOT
