"""Makes readable what people keep in files: payloads cut out of logs, documents and source code.

Only for ``main.py parse``. The live edge reads what WeChat sent, as it was sent.
"""

from __future__ import annotations

import html
import re

_DECLARATION = re.compile(r"<\?.*?\?>", re.DOTALL)
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)""", re.IGNORECASE)
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)


def mended(raw: bytes) -> bytes:
    """UTF-8 from the first ``<`` or ``{`` to the last ``>`` or ``}``, without declaration, ampersands escaped."""
    text = _decoded(raw)
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)
    if text.lstrip().startswith(("{", "[")):
        return text.strip().encode()
    text = _DECLARATION.sub("", text)
    text = text[max(text.find("<"), 0) : text.rfind(">") + 1]
    parts = _CDATA.split(text)
    parts[::2] = [_STRAY_AMPERSAND.sub("&amp;", part) for part in parts[::2]]
    return "".join(parts).encode()


def wrapped(body: bytes) -> bytes:
    """One root around a fragment that has several."""
    return b"<xml>" + body + b"</xml>"


def _decoded(raw: bytes) -> str:
    """By byte order mark, then UTF-8, then the declared encoding, then GB18030, in which no byte is lost for good."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    declared = _DECLARED.search(raw)
    for encoding in ("utf-8-sig", declared[1].decode("ascii", "replace") if declared else "", "gb18030"):
        try:
            return raw.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("gb18030", "replace")
