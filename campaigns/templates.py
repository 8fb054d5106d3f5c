"""Words with variables: ``{customer}，生日快乐！[我是您的导购{guide}。]``; what is not known never leaves a hole.

``{name}`` is a variable. ``[…]`` around at least one variable is a section: it is left out where one of its variables
is not known; without a variable inside, square brackets are just that (WeChat's ``[玫瑰]``). ``{{`` and ``}}`` are
braces. A variable outside a section that is not known becomes words that read well in its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Invalid


class Reader(StrEnum):
    """Who reads the words: it decides what a customer without a name is called."""

    CUSTOMER = "customer"
    GUIDE = "guide"


LONGEST = {
    "customer": 24,
    "guide": 24,
    "store": 48,
    "brand": 32,
    "days": 5,
    "hours": 4,
    "years": 3,
    "festival": 16,
    "date": 8,
    "coupon": 64,
    "ends": 8,
    "count": 4,
    "code": 19,
}
"""Every variable, with the most characters it stands for; longer values are cut."""

_MAY_BE_UNKNOWN = frozenset({"customer", "guide", "store"})
_STAND_INS = {
    Reader.CUSTOMER: {"guide": "门店导购", "store": "我们的门店"},
    Reader.GUIDE: {"customer": "这位顾客", "guide": "同事", "store": "门店"},
}
_ADDRESSED = frozenset("，,、：:；;！!？?。~～…— \n")
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\[\]\n]*)\}|[{}\[\]]|[^{}\[\]]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WIDEST = "𠮷"
"""A character that takes four bytes, the most there are."""

_NO_NAME = None
"""Stands in rendered pieces for a customer without a name: what they are called depends on the words around."""


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str


@dataclass(frozen=True, slots=True)
class _Section:
    """Left out where one of its own variables is not known; a section inside it falls away by itself."""

    parts: tuple[_Part, ...]

    @property
    def needs(self) -> frozenset[str]:
        return frozenset(part.name for part in self.parts if isinstance(part, _Variable))


_Part = str | _Variable | _Section
_Pieces = list[str | None]


@dataclass(frozen=True, slots=True)
class Template:
    """Parsed words. Made by ``parse``."""

    parts: tuple[_Part, ...]
    reader: Reader

    @property
    def variables(self) -> frozenset[str]:
        """Every variable it names."""
        return _variables(self.parts)

    @property
    def longest(self) -> str:
        """As long as it can become, in characters and in bytes."""
        return _longest(self.parts)

    def render(self, values: Mapping[str, str]) -> str:
        """The words with these values; an absent or empty value is one that is not known."""
        pieces: _Pieces = []
        _render(self.parts, values, self.reader, pieces)
        if _NO_NAME not in pieces:
            return "".join(map(str, pieces))
        return "".join(_called(pieces, at) if piece is None else piece for at, piece in enumerate(pieces))


def parse(text: str, allowed: Collection[str], field: str, reader: Reader = Reader.CUSTOMER) -> Template:
    """Reads words as a template; ``field`` names them where something is wrong. Raises ``Invalid``."""
    if not text.strip():
        raise Invalid(field, "is empty", "write what is to be said")
    if control := _CONTROL.search(text):
        raise Invalid(field, f"holds the control character {control[0]!r}", "remove it")
    if wide := re.search("[｛｝]", text):
        raise Invalid(field, f"holds the full-width brace {wide[0]}", "write { and }")
    template = Template(_Parser(text, allowed, field).parse(), reader)
    if not template.render({name: name for name in LONGEST if name not in _MAY_BE_UNKNOWN}).strip():
        raise Invalid(field, "says nothing where a section falls away", "write something outside the square brackets")
    return template


class _Parser:
    def __init__(self, text: str, allowed: Collection[str], field: str) -> None:
        self._tokens = list(_TOKEN.finditer(text))
        self._next = 0
        self._allowed = allowed
        self._field = field

    def parse(self) -> tuple[_Part, ...]:
        return self._parts(opened_at=None)

    def _parts(self, opened_at: int | None) -> tuple[_Part, ...]:
        """Up to the bracket that closes the one at ``opened_at``, or to the end."""
        parts: list[_Part] = []
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            self._next += 1
            match token[0]:
                case "[":
                    parts.extend(self._section(token.start()))
                case "]" if opened_at is not None:
                    return _joined(parts)
                case "]" | "{" | "}":
                    raise self._unbalanced(token[0], token.start())
                case "{{" | "}}":
                    parts.append(token[0][0])
                case _:
                    parts.append(token[0] if token[1] is None else self._variable(token[1].strip()))
        if opened_at is not None:
            raise self._unbalanced("[", opened_at)
        return _joined(parts)

    def _section(self, opened_at: int) -> Sequence[_Part]:
        section = _Section(self._parts(opened_at))
        return [section] if section.needs else ["[", *section.parts, "]"]

    def _variable(self, name: str) -> _Variable:
        if name not in self._allowed:
            known = ", ".join(f"{{{each}}}" for each in LONGEST if each in self._allowed)
            raise Invalid(self._field, f"{{{name}}} is no variable of these words", f"use {known}")
        return _Variable(name)

    def _unbalanced(self, character: str, at: int) -> Invalid:
        partner = {"{": "}", "}": "{", "[": "]", "]": "["}[character]
        remedy = f"add {partner!r}, or write {character * 2} for the character itself"
        if character in "[]":
            remedy = f"add {partner!r}, or write a full-width bracket"
        return Invalid(self._field, f"{character!r} (character {at + 1}) has no {partner!r}", remedy)


def _joined(parts: Sequence[_Part]) -> tuple[_Part, ...]:
    """Neighbouring literals as one."""
    joined: list[_Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def _variables(parts: Sequence[_Part]) -> frozenset[str]:
    found: set[str] = set()
    for part in parts:
        match part:
            case _Variable(name):
                found.add(name)
            case _Section(inner):
                found |= _variables(inner)
    return frozenset(found)


def _longest(parts: Sequence[_Part]) -> str:
    said: list[str] = []
    for part in parts:
        match part:
            case str():
                said.append(part)
            case _Variable(name):
                said.append(_WIDEST * LONGEST[name])
            case _Section(inner):
                said.append(_longest(inner))
    return "".join(said)


def _render(parts: Sequence[_Part], values: Mapping[str, str], reader: Reader, pieces: _Pieces) -> None:
    for part in parts:
        match part:
            case str():
                pieces.append(part)
            case _Variable(name):
                if value := values.get(name):
                    pieces.append(value[: LONGEST[name]])
                else:
                    pieces.append(_STAND_INS[reader].get(name, _NO_NAME if name == "customer" else ""))
            case _Section(inner):
                if all(values.get(name) for name in part.needs):
                    _render(inner, values, reader, pieces)


def _called(pieces: _Pieces, at: int) -> str:
    """What a customer without a name is called between these words."""
    before = next((piece for piece in reversed(pieces[:at]) if piece), "")
    after = next((piece for piece in pieces[at + 1 :] if piece), "")
    if before.endswith("的"):
        return "顾客"
    return "亲爱的顾客" if not after or after[0] in _ADDRESSED else "您"
