"""Sealing: secrets and personal data as stored, unreadable and unforgeable without the product's secret key."""

from __future__ import annotations

import base64
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Invalid

_KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT = b"zhiji sealing 1"


class Sealer:
    """Seals values of one purpose: AES-256-GCM and HMAC-SHA256, keys by HKDF-SHA256 from the secret and the purpose."""

    def __init__(self, secret_key: str, purpose: str) -> None:
        if not secret_key:
            raise Invalid("SCRM_SECRET_KEY", "is empty", "set it to a long random text")
        derive = HKDF(algorithm=SHA256(), length=2 * _KEY_BYTES, salt=_SALT, info=purpose.encode())
        keys = derive.derive(secret_key.encode())
        self._purpose = purpose
        self._cipher = AESGCM(keys[:_KEY_BYTES])
        self._fingerprint_key = keys[_KEY_BYTES:]

    def seal(self, plain: str) -> str:
        """URL-safe base64 of nonce and ciphertext; different each time."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, plain.encode(), self._purpose.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """What was sealed; raises ``Invalid`` for another key or purpose, or changed text."""
        try:
            data = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], self._purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Invalid(self._purpose, "cannot be opened", "was SCRM_SECRET_KEY changed?") from error

    def fingerprint(self, plain: str) -> str:
        """64 hexadecimal digits, always the same for the same text: finds it without opening anything."""
        return hmac.digest(self._fingerprint_key, plain.encode(), "sha256").hex()
