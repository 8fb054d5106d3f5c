"""The one door to WeChat's wire format: a ``Channel`` per account, from query and bytes to ``Inbound`` and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.channels import render
from bot.channels.envelope import EnvelopeOpener
from bot.channels.inbound import Opened, read_push, to_inbound
from bot.channels.refusals import PushRefused, Reason
from bot.channels.signature import is_recent, is_signed
from core.accounts import Account, AccountKind
from core.clock import Now, now
from core.messages import Inbound, Reply, Text, Transfer

MAX_BODY = 64 * 1024
"""Bytes of a push body that are read, unless told otherwise; real ones stay below 8 KiB."""


class Channel:
    """Reads and answers the pushes of one account.

    ``skew_s``: how far a push's timestamp may be from our clock, in seconds; ``cell_m``: side of the cells that kept
    places are rounded to, in metres; ``max_body``: bytes. Raises ``Invalid`` for keys that are none.
    """

    def __init__(
        self, account: Account, skew_s: float, cell_m: float, max_body: int = MAX_BODY, clock: Now = now
    ) -> None:
        self.account = account
        self.max_body = max_body
        self._skew_s = skew_s
        self._cell_m = cell_m
        self._clock = clock
        self._opener = EnvelopeOpener(account)

    def check_url(self, query: Mapping[str, str]) -> str:
        """The ``echostr`` to answer WeChat's URL check with, as is and as plain text; raises ``PushRefused``."""
        self.check_query(query)
        echo = query.get("echostr", "")
        if not echo or not echo.isprintable():
            raise PushRefused(Reason.NOT_A_PUSH, "no echostr")
        return echo

    def check_query(self, query: Mapping[str, str]) -> None:
        """Refuses a request by its query alone, before its body is read; raises ``PushRefused``."""
        if not is_signed(query, self.account.token):
            raise PushRefused(Reason.BAD_SIGNATURE, "signature does not fit token, timestamp and nonce")
        if not is_recent(query, self._clock().timestamp(), self._skew_s):
            raise PushRefused(Reason.BAD_TIMESTAMP, "timestamp is too far from our clock")

    def read(self, query: Mapping[str, str], body: bytes) -> Opened:
        """A push whose query ``check_query`` let pass; raises ``PushRefused``."""
        if len(body) > self.max_body:
            raise PushRefused(Reason.TOO_LARGE, "the body is too large")
        return read_push(self.account.app_id, self._opener.open(query, body))

    def inbound(self, opened: Opened, *, keeps_place: bool, received_at: datetime) -> Inbound:
        """The push, safe to store: places coarse where the person agreed (``keeps_place``), else blank."""
        return to_inbound(self.account, opened, received_at, self._cell_m if keeps_place else None)

    def render(self, opened: Opened, reply: Reply | None, received_at: datetime) -> tuple[bytes, str]:
        """Body and content type that answer a push; repeats with one ``received_at`` say the same after decryption.

        Nothing to say is ``success``, and so are a mini program's words, which go out as a delivery.
        """
        if reply is None or not self._is_passive(reply) or not (opened.sender and opened.to):
            return render.SUCCESS
        address = render.Address(opened.sender, opened.to, int(received_at.timestamp()))
        is_json = opened.is_json and isinstance(reply, Transfer)
        answer = render.render_json_transfer(address) if is_json else render.render_xml(reply, address)
        if (key := opened.sealed_by) is not None and (cipher := self._opener.cipher) is not None:
            answer = render.seal(answer, cipher, key, self.account.token, address.created, is_json=is_json)
        return answer, render.content_type(is_json=is_json)

    def _is_passive(self, reply: Reply) -> bool:
        if self.account.kind is AccountKind.MINI_PROGRAM:
            return isinstance(reply, Transfer)
        return not (isinstance(reply, Text) and not reply.text)
