"""Codes in words that are sent: a delivery row holds the copy's number, the code itself is filled in as it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from campaigns.coupons.codes import Codes
from core.accounts import Account
from core.errors import Terminal
from core.ports import Sender
from core.reasons import Reason
from models import Coupon, Identity

_MARK = re.compile(r"⟦券(\d{1,15})⟧")


def mark_of(coupon_id: int) -> str:
    """What stands in stored words for the code of a copy; no longer than a code."""
    return f"⟦券{coupon_id}⟧"


class FilledCodes:
    """Fills ``core.ports.Sender``: puts codes into words before it hands them on.

    Only copies of the person it goes to: names are words too, and a name may look like a mark.
    """

    def __init__(self, sender: Sender, codes: Codes) -> None:
        self._sender = sender
        self._codes = codes

    async def send(self, account: Account, openid: str, channel: str, payload: dict[str, Any], client_id: str) -> str:
        """Raises what the sender raises, and ``Terminal`` where a copy has no code any more."""
        ids = {int(found) for text in _texts(payload) for found in _MARK.findall(text)}
        if ids:
            payload = _filled(payload, await self._codes_of(ids, account, openid))
        return await self._sender.send(account, openid, channel, payload, client_id)

    async def _codes_of(self, ids: set[int], account: Account, openid: str) -> dict[str, str]:
        holder = await Identity.get_or_none(app_id=account.app_id, openid=openid).only("id", "customer_id")
        copies = await Coupon.filter(id__in=ids, customer_id=holder.customer_id if holder else 0)
        if any(not copy.code_cipher for copy in copies):
            raise Terminal("its coupon has no code any more", reason=Reason.NO_LONGER_TRUE)
        return {mark_of(copy.id): self._codes.show(copy.code_cipher) for copy in copies}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)


def _filled(value: Any, codes: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _MARK.sub(lambda found: codes.get(found[0], found[0]), value)
    if isinstance(value, Mapping):
        return {name: _filled(each, codes) for name, each in value.items()}
    return value
