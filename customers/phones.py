"""Phone numbers: one spelling, encrypted at rest, found by a keyed hash."""

from __future__ import annotations

import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Invalid

_FIELD = "phone"
_VERSION = "1"
_NONCE_BYTES = 12
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DECORATION = re.compile(r"[\s\-().·‐-―\u200b-\u200f\u202a-\u202e\ufeff]")
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE]\+?\d+")
_DECIMAL = re.compile(r"(\d{11,})\.0+")
_CHINA_MOBILE = re.compile(r"1[3-9]\d{9}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


class PhoneVault:
    """Keeps phone numbers with keys derived from the service's secret: AES-256-GCM to read, HMAC-SHA-256 to find."""

    def __init__(self, secret_key: str) -> None:
        if not secret_key:
            raise Invalid("SCRM_SECRET_KEY", "is empty", "set a long random secret")
        secret = secret_key.encode()
        self._cipher = AESGCM(_derive(secret, b"zhiji phone encryption"))
        self._hash_key = _derive(secret, b"zhiji phone search")

    @staticmethod
    def normalise(raw: str) -> str:
        """``+8613800001234`` for any usual spelling of it; raises Invalid that names what is wrong with it."""
        text = raw.translate(_FULL_WIDTH).strip().lstrip("'")
        if _SCIENTIFIC.fullmatch(text):
            raise Invalid(
                _FIELD,
                f"{text} is a number a spreadsheet has rounded: digits are lost",
                "format the column as text and export it again",
            )
        if decimal := _DECIMAL.fullmatch(text):
            text = decimal[1]
        text = _DECORATION.sub("", text)
        if not text:
            raise Invalid(_FIELD, "is empty", "leave the column out or fill it")
        return _international(text)

    def seal(self, phone: str) -> str:
        """A normalised number, encrypted; differs each time."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, phone.encode(), _VERSION.encode())
        return f"{_VERSION}.{urlsafe_b64encode(sealed).decode()}"

    def open(self, cipher: str) -> str:
        """The number ``seal`` hid; raises Invalid where the secret is another one or the text was changed."""
        version, _, body = cipher.partition(".")
        try:
            sealed = urlsafe_b64decode(body)
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], version.encode())
        except (InvalidTag, Base64Error, ValueError) as error:
            raise Invalid(_FIELD, "cannot be decrypted", "was SCRM_SECRET_KEY changed since it was stored?") from error
        return plain.decode()

    def hash(self, phone: str) -> str:
        """What a normalised number is found by: 64 hexadecimal digits, the same each time."""
        return hmac.new(self._hash_key, phone.encode(), sha256).hexdigest()

    @staticmethod
    def masked(phone: str) -> str:
        """``138****1234``: enough to recognise a number, too little to call it."""
        local = phone.removeprefix("+86") if _CHINA_MOBILE.fullmatch(phone.removeprefix("+86")) else phone
        return f"{local[:3]}****{local[-4:]}"


def _international(text: str) -> str:
    for prefix in ("0086", "+86", "86", ""):
        local = text.removeprefix(prefix)
        if text.startswith(prefix) and _CHINA_MOBILE.fullmatch(local):
            return f"+86{local}"
    if text.startswith("00"):
        text = f"+{text[2:]}"
    if _E164.fullmatch(text) and not text.startswith("+86"):
        return text
    raise Invalid(_FIELD, _problem(text), "write 13800001234 or +<country><number>")


def _problem(text: str) -> str:
    digits = text.removeprefix("+86").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return f"has characters that are no digits ({len(text)} characters)"
    if len(digits) != 11:
        return f"has {len(digits)} digits, a mobile number has 11"
    return "is no mobile number of China (they begin with 13 to 19)"


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)
