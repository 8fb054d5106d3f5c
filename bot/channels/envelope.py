"""From raw bytes to decrypted fields: plain, compatible and safe mode, XML and JSON, current and previous key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.channels.body import read_body
from bot.channels.crypto import Cipher, Key
from bot.channels.refusals import PushRefused, Reason
from bot.channels.signature import is_sealed
from core.accounts import Account, Mode
from core.errors import Invalid


class Contents(NamedTuple):
    """What an envelope held. ``key`` opened it and has to seal the answer; None where it came in the clear."""

    fields: dict[str, Any]
    key: Key | None
    is_json: bool


class EnvelopeOpener:
    """Opens the pushes of one account. Raises ``Invalid`` where its mode needs a key it does not have."""

    def __init__(self, account: Account) -> None:
        if account.mode is not Mode.PLAIN and not account.aes_key:
            remedy = "copy the EncodingAESKey from WeChat's console"
            raise Invalid("aes_key", f"is missing for {account.mode} mode", remedy)
        self.cipher = _cipher(account)
        self._mode = account.mode
        self._token = account.token

    def open(self, query: Mapping[str, str], body: bytes) -> Contents:
        """Decrypted fields of a push whose query was checked; raises ``PushRefused``.

        Where ciphertext is there, it alone counts: ``msg_signature`` guards it, nothing guards the plain half beside
        it. A safe account takes nothing in the clear.
        """
        fields, is_json = read_body(body)
        if "Encrypt" in fields:
            return self._decrypt(query, fields, is_json)
        if self._mode is Mode.SAFE:
            raise PushRefused(Reason.NOT_ENCRYPTED, "a plain push to an account in safe mode")
        return Contents(fields, None, is_json)

    def _decrypt(self, query: Mapping[str, str], fields: dict[str, Any], is_json: bool) -> Contents:
        encrypted = fields.pop("Encrypt")
        if self.cipher is None:
            return self._plain_half(fields, is_json)
        if not isinstance(encrypted, str):
            raise PushRefused(Reason.UNDECIPHERABLE, "Encrypt is no text")
        if not is_sealed(query, self._token, encrypted):
            raise PushRefused(Reason.BAD_SIGNATURE, "msg_signature does not fit the ciphertext")
        message, key = self.cipher.decrypt(encrypted)
        inner, is_json = read_body(message)
        return Contents(inner, key, is_json)

    def _plain_half(self, fields: dict[str, Any], is_json: bool) -> Contents:
        """A plain account whose console is already in compatible mode. The ciphertext is not kept: it differs with
        every retry, and holds places nobody could make coarse."""
        if "MsgType" not in fields:
            raise PushRefused(Reason.UNDECIPHERABLE, "ciphertext, and the account has no aes_key")
        return Contents(fields, None, is_json)


def _cipher(account: Account) -> Cipher | None:
    settings = {"aes_key": account.aes_key, "previous_aes_key": account.previous_aes_key}
    keys = [Key(encoded, name) for name, encoded in settings.items() if encoded]
    return Cipher(keys, account.app_id) if keys else None
