"""XML bodies into nested dicts of strings, by expat: fast for the flat pushes that are nearly all traffic.

An element without children is a string, one with children a dict; a tag that repeats becomes a list, and tags known
to form lists are lists even when they come alone. Attributes and text beside child elements, which WeChat never
sends, are dropped. Declarations (DOCTYPE, entities) are refused.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from bot.channels.refusals import PushRefused, Reason

LIST_NAMES = frozenset(
    (
        "item",
        "Item",
        "List",
        "Actions",
        "AroundBeacon",
        "ApprovalNode",
        "NotifyNode",
    )
)
"""Tags that WeChat repeats: ``PicList/item``, ``SubscribeMsgPopupEvent/List``, parcel tracks, beacons, approvals."""

MAX_DEPTH = 16
MAX_ELEMENTS = 2_000

_BLANK = " \t\r\n"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARED_GB = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']gb""", re.IGNORECASE)


_ROOT, _END = b"<xml>", b"</xml>"
_FIELD = re.compile(r"[ \t\n]*<([A-Za-z_][A-Za-z0-9_]*)>(?:<!\[CDATA\[([^\]]*)\]\]>|([^<>&\]]*))</\1>[ \t\n]*")
_ODD = bytes(code for code in range(32) if code not in b"\t\n")
_NON_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())


def read_xml(body: bytes) -> dict[str, Any]:
    """Fields under the root element, whatever its name; raises ``PushRefused`` (bad_xml, doctype, too_complex).

    Characters that XML forbids but customers type, and text cut inside a character, become U+FFFD instead of costing
    the message.
    """
    if (flat := _read_flat(body)) is not None:
        return flat
    try:
        return _read(body)
    except ExpatError:
        pass
    try:
        return _read_carefully(_mended(body))
    except ExpatError as fault:
        raise PushRefused(Reason.BAD_XML, str(fault)) from None


def _read_flat(body: bytes) -> dict[str, Any] | None:
    """The usual push, told apart at half the parser's price: one level, no entity, no bracket or oddity in a value.

    Gives exactly what the parser would; None leaves the body to it.
    """
    if not (body.startswith(_ROOT) and body.endswith(_END)) or body.count(b"<") > MAX_ELEMENTS:
        return None
    if len(body.translate(None, _ODD)) != len(body) or _NON_CHARACTERS[0] in body or _NON_CHARACTERS[1] in body:
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    fields: dict[str, Any] = {}
    at, end, match = len(_ROOT), len(text) - len(_END), _FIELD.match
    while at < end:
        if (found := match(text, at, end)) is None:
            return None
        name, within, bare = found.groups()
        if name in fields or name in LIST_NAMES:
            return None
        fields[name] = bare.strip(_BLANK) if within is None else within
        at = found.end()
    return fields or None


def _read(body: bytes) -> dict[str, Any]:
    """The fast way; hands over to the careful one where blanks around a value or many elements ask for it."""
    if body.count(b"<") > MAX_ELEMENTS:
        return _read_carefully(body)
    text: list[str] = []
    parents: list[dict[str, Any]] = []
    node: dict[str, Any] | None = None
    has_blanks = False

    def start(name: str, attributes: object) -> None:
        nonlocal node
        if len(parents) > MAX_DEPTH:
            raise PushRefused(Reason.TOO_COMPLEX, "nested too deeply")
        text.clear()
        parents.append({} if node is None else node)
        node = None

    def end(name: str) -> None:
        nonlocal node, has_blanks
        value: Any = node
        if node is None:
            value = "".join(text)
            if value != value.strip(_BLANK):
                has_blanks = True
        text.clear()
        node = parents.pop()
        if name in node or name in LIST_NAMES:
            _put(node, name, value)
        else:
            node[name] = value

    parser = ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(body, True)
    return _read_carefully(body) if has_blanks else _content(node)


def _read_carefully(body: bytes) -> dict[str, Any]:
    """The same result, but blanks outside CDATA are trimmed, blanks inside it kept, and elements counted."""
    runs: list[list[str]] = [[]]
    parents: list[dict[str, Any]] = []
    node: dict[str, Any] | None = None
    elements = 0

    def start(name: str, attributes: object) -> None:
        nonlocal node, elements
        elements += 1
        if elements > MAX_ELEMENTS or len(parents) > MAX_DEPTH:
            raise PushRefused(Reason.TOO_COMPLEX, "nested too deeply or too many elements")
        runs[:] = [[]]
        parents.append({} if node is None else node)
        node = None

    def end(name: str) -> None:
        nonlocal node
        value = _trimmed(runs) if node is None else node
        runs[:] = [[]]
        node = parents.pop()
        _put(node, name, value)

    parser = ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda data: runs[-1].append(data)
    parser.StartCdataSectionHandler = parser.EndCdataSectionHandler = lambda: runs.append([])
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(body, True)
    return _content(node)


def _trimmed(runs: list[list[str]]) -> str:
    """``runs`` alternate between text outside and inside CDATA."""
    if len(runs) == 1:
        return "".join(runs[0]).strip(_BLANK)
    texts = ["".join(run) for run in runs]
    return "".join(text for at, text in enumerate(texts) if at % 2 or text.strip(_BLANK))


def _put(node: dict[str, Any], name: str, value: Any) -> None:
    if name not in node:
        node[name] = [value] if name in LIST_NAMES else value
    elif isinstance(node[name], list):
        node[name].append(value)
    else:
        node[name] = [node[name], value]


def _content(document: dict[str, Any] | None) -> dict[str, Any]:
    """What stands under the root; an empty dict where that is only text."""
    (root,) = (document or {"": ""}).values()
    if isinstance(root, list):
        (root,) = root
    return root if isinstance(root, dict) else {}


def _mended(body: bytes) -> bytes:
    encoding = "gb18030" if _DECLARED_GB.match(body) else "utf-8"
    return _FORBIDDEN.sub("\ufffd", body.decode(encoding, "replace")).encode()


def _refuse_doctype(*_: object) -> None:
    raise PushRefused(Reason.DOCTYPE, "document type declarations are refused")
