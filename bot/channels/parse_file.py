"""What ``main.py parse`` says of one file: the kind and fields of a push, or why it is none.

More liberal than the live edge, because files come from documents and test suites: a push without CreateTime or
FromUserName, with a placeholder for a value, with a stray declaration or ampersand, or without its root is accepted
here and refused there. Never accepted is what no edge could be sent: answers, payment notices, third-party tickets,
ciphertext without its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.channels.body import read_body
from bot.channels.channel import MAX_BODY
from bot.channels.crypto import Cipher, Key
from bot.channels.identity import find_kind
from bot.channels.mending import mended, wrapped
from bot.channels.refusals import PushRefused, Reason
from core.accounts import AccountKind

_MESSAGE_IDS = frozenset(("msgid", "msg_id"))
_PAYMENT = frozenset(
    (
        "return_code",
        "mch_id",
        "mchid",
        "sign",
        "result_code",
        "nonce_str",
        "resource_type",
        "out_trade_no",
        "mch_billno",
    )
)


def parse_file(
    source: Path | str | bytes, kind: AccountKind | None = None, aes_key: str | None = None, app_id: str | None = None
) -> dict[str, Any]:
    """``{"file", "accepted": True, "kind", "fields"}`` or ``{"file", "accepted": False, "reason"}``.

    ``kind`` given as an official account refuses JSON, which only a mini program can be set to. ``app_id`` None opens
    ciphertext for any app id. Raises ``Invalid`` for an ``aes_key`` that is none.
    """
    name = "-" if isinstance(source, bytes) else str(source)
    cipher = Cipher([Key(aes_key, "aes_key")], app_id) if aes_key else None
    try:
        found, fields = _judge(_content(source), kind, cipher)
    except (PushRefused, _NoPush, OSError) as refusal:
        return {"file": name, "accepted": False, "reason": str(refusal)}
    return {"file": name, "accepted": True, "kind": found, "fields": fields}


class _NoPush(Exception):
    """A well-formed body that is something else; the message says what."""


def _content(source: Path | str | bytes) -> bytes:
    raw = source if isinstance(source, bytes) else Path(source).read_bytes()
    if len(raw) > MAX_BODY:
        raise PushRefused(Reason.TOO_LARGE, f"more than {MAX_BODY} bytes")
    return raw


def _judge(raw: bytes, kind: AccountKind | None, cipher: Cipher | None) -> tuple[str, dict[str, Any]]:
    fields, is_json = _read(raw)
    if is_json and kind is AccountKind.OFFICIAL_ACCOUNT:
        raise _NoPush("JSON: an official account is pushed XML, only a mini program can be set to JSON")
    if "Encrypt" in fields:
        fields, _ = _read(_decrypted(fields["Encrypt"], cipher))
    return _kind_of_push(fields), fields


def _read(raw: bytes) -> tuple[dict[str, Any], bool]:
    """The first way of reading that makes sense of it; raises the refusal of the edge's own way."""
    first: PushRefused | None = None
    for body in _ways(raw):
        try:
            fields, is_json = read_body(body)
        except PushRefused as refusal:
            if refusal.reason not in (Reason.BAD_XML, Reason.NOT_A_PUSH):
                raise
            first = first or refusal
            continue
        return _unwrapped(fields), is_json
    raise first or PushRefused(Reason.NOT_A_PUSH)


def _ways(raw: bytes) -> Iterator[bytes]:
    """As the edge reads it; then mended; then with a root of its own."""
    yield raw
    body = mended(raw)
    yield body
    if body.startswith(b"<"):
        yield wrapped(body)


def _unwrapped(fields: dict[str, Any]) -> dict[str, Any]:
    """A document that got a second root around it."""
    match fields:
        case {"xml": dict(inner)} if len(fields) == 1:
            return inner
        case {"xml": list()}:
            raise _NoPush("several documents in one file")
    return fields


def _decrypted(encrypted: object, cipher: Cipher | None) -> bytes:
    if cipher is None:
        raise _NoPush("ciphertext without its key: give --aes-key and --app-id")
    if not isinstance(encrypted, str):
        raise PushRefused(Reason.UNDECIPHERABLE, "Encrypt is no text")
    return cipher.decrypt("".join(encrypted.split()))[0]


def _kind_of_push(fields: Mapping[str, Any]) -> str:
    """The kind of a push; raises ``_NoPush`` saying what the body is instead."""
    names = {name: _first(fields[name]) for name in ("MsgType", "Event") if name in fields}
    kind = find_kind(names)
    if kind is not None and (kind.startswith("event.") or names.get("Event") or _has_message_id(fields)):
        return kind
    if "InfoType" in fields:
        raise _NoPush("a notice to a third-party platform or suite (InfoType), not a push to an account")
    if kind is not None:
        raise _NoPush("an answer or part of a message: it has a MsgType but neither MsgId nor Event")
    if not _PAYMENT.isdisjoint(name.lower() for name in fields):
        raise _NoPush("a payment notice or answer of WeChat Pay")
    if "MsgType" in fields:
        raise _NoPush("an event without its name, or a MsgType that is no word")
    raise _NoPush("no push: neither MsgType nor Event")


def _first(value: Any) -> Any:
    """Samples that show every field at once repeat some; the edge takes no repeated name."""
    return value[0] if isinstance(value, list) and value else value


def _has_message_id(fields: Mapping[str, Any]) -> bool:
    return any(name.lower() in _MESSAGE_IDS for name in fields)
