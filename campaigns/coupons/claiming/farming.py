"""Farming: who and what was refused for going too fast, as staff see it, and the limits they lift for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from campaigns.coupons.claiming.pace import words_of_scene, words_of_store
from campaigns.coupons.refusals import No
from campaigns.coupons.shops import find_shop
from core.errors import Invalid
from customers.audit import note
from models import Scene
from models.dialect.paces import RefusedRow, hold_paces, lift_paces
from models.dialect.paces import list_refused as _list

_OF_FARMING = (No.TOO_FAST, No.SCENE_TOO_FAST, No.STORE_TOO_FAST, No.BLOCKED)
_MOST = 200
_LONGEST_SUBJECT = 64
_MOST_DAYS = 3650
_LONGEST_MINUTES = 7 * 24 * 60


async def list_refused(days: int, at: datetime) -> list[RefusedRow]:
    """Refusals of the last days for going too fast or being blocked, by person, scene or store; the most first.

    Raises ``Invalid``.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise Invalid("days", f"{days} days", f"write 1 to {_MOST_DAYS}")
    return await _list(at - timedelta(days=days), [code.value for code in _OF_FARMING], _MOST)


async def allow_scene(scene: str, minutes: int, by: str, at: datetime) -> datetime:
    """Lifts the limit of one scene; until when. Raises ``Invalid``."""
    if not await Scene.exists(scene=scene):
        raise Invalid("scene", f"there is no scene {scene!r}", "scene list shows them")
    return await _allow(words_of_scene(scene), minutes, by, at)


async def allow_store(store_code: str, minutes: int, by: str, at: datetime) -> datetime:
    """Lifts the limits of one store, for taking and for redeeming; until when. Raises ``Invalid``."""
    await find_shop(store_code)
    return await _allow(words_of_store(store_code), minutes, by, at)


async def _allow(words: tuple[str, ...], minutes: int, by: str, at: datetime) -> datetime:
    if not 0 <= minutes <= _LONGEST_MINUTES:
        raise Invalid("minutes", f"{minutes} minutes", f"write 1 to {_LONGEST_MINUTES}, or 0 to limit it again")
    until = at + timedelta(minutes=minutes)
    async with in_transaction():
        await hold_paces(words)
        await lift_paces(words, until)
        for word in words:
            await note("coupon.allow", word[:_LONGEST_SUBJECT], at, by, word=word, minutes=minutes)
    return until
