"""The holdout group: customers who hear neither care nor offers, so that what both are worth can be measured."""

from __future__ import annotations

from hashlib import sha256


def is_held_out(customer_id: int, percent: int) -> bool:
    """Always the same customers for a percent; a greater percent adds some and lets nobody go."""
    if percent <= 0:
        return False
    return int.from_bytes(sha256(f"holdout:{customer_id}".encode()).digest()[:8]) % 100 < percent
