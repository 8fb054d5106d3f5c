"""Whether the secret key is the one this database was made with: a word sealed at the first start says so.

It lies beside the access tokens, under a name no app can have. Without it a key that was mistyped or lost would show
only where a phone cannot be read, long after others were sealed with the wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from core.errors import Invalid
from models.organisation import Staff
from models.people import Customer
from models.sealing import Sealer
from models.system import AccessToken, Audit

ROW = "secret_key"
FIELD = "secret_key"
LOST = "--secret-key-lost"

_PURPOSE = "secret key"
_WORD = "zhiji"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many phones went with their key."""

    customers: int
    staff: int


async def hold_secret_key(secret_key: str, at: datetime) -> None:
    """Notes the key at the first start, and from then on raises ``Invalid`` for any other."""
    if await has_secret_key(secret_key) is None:
        await AccessToken.bulk_create([_row(secret_key, at)], ignore_conflicts=True)
    if not await has_secret_key(secret_key):
        raise wrong_key()


async def has_secret_key(secret_key: str) -> bool | None:
    """Whether this key is the noted one; None where none is noted yet."""
    row = await AccessToken.get_or_none(app_id=ROW)
    if row is None:
        return None
    try:
        return Sealer(secret_key, _PURPOSE).open(row.token_cipher) == _WORD
    except Invalid:
        return False


def wrong_key() -> Invalid:
    return Invalid(
        FIELD,
        "is not the key this database was made with: phones in it can be neither read nor found",
        f"put the former key back; where it is lost for good: python main.py migrate {LOST}",
    )


async def replace_lost_key(secret_key: str, at: datetime, actor: str) -> Forgotten:
    """Forgets what nobody can open any more, phones and tokens, and notes the new key; in one commit, with an audit.

    Raises ``Invalid`` where the key is the right one and nothing is lost.
    """
    if await has_secret_key(secret_key):
        raise Invalid(LOST, "secret_key opens what this database holds", "nothing is lost: leave the option out")
    async with in_transaction():
        customers = Customer.filter(phone_hash__isnull=False)
        staff = Staff.exclude(phone_hash="")
        forgotten = Forgotten(
            await customers.update(phone_cipher="", phone_hash=None),
            await staff.update(phone_cipher="", phone_hash=""),
        )
        await AccessToken.all().delete()
        await _row(secret_key, at).save()
        detail = {"customers": forgotten.customers, "staff": forgotten.staff}
        await Audit.create(at=at, actor=actor, action="secret_key.lost", subject="installation", detail=detail)
    return forgotten


def _row(secret_key: str, at: datetime) -> AccessToken:
    cipher = Sealer(secret_key, _PURPOSE).seal(_WORD)
    return AccessToken(app_id=ROW, token_cipher=cipher, fetched_at=at, expires_at=at)
