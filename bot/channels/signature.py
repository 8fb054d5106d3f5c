"""Signatures of WeChat: SHA-1 over the sorted parts, compared in constant time, and how old a push may be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from hmac import compare_digest


def sign(*parts: str) -> str:
    """Forty hex digits over the parts in sorted order (token, timestamp, nonce and, for ciphertext, Encrypt)."""
    return hashlib.sha1(_bytes("".join(sorted(parts))), usedforsecurity=False).hexdigest()


def is_signed(query: Mapping[str, str], token: str) -> bool:
    """True if the query's ``signature`` was made with our token. It covers neither body nor ``openid``."""
    expected = sign(token, query.get("timestamp", ""), query.get("nonce", ""))
    return compare_digest(_bytes(query.get("signature", "")), expected.encode())


def is_sealed(query: Mapping[str, str], token: str, encrypted: str) -> bool:
    """True if the query's ``msg_signature`` was made with our token over this ciphertext."""
    expected = sign(token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
    return compare_digest(_bytes(query.get("msg_signature", "")), expected.encode())


def is_recent(query: Mapping[str, str], now_s: float, skew_s: float) -> bool:
    """True if ``timestamp`` is a whole Unix time at most ``skew_s`` seconds from ``now_s``, either way."""
    timestamp = query.get("timestamp", "")
    if len(timestamp) > 12 or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    return abs(int(timestamp) - now_s) <= skew_s


def _bytes(text: str) -> bytes:
    """A query may hold anything that percent-decoding yields, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")
