"""What the sequence model sees of a span: its shape, its own characters, its neighbours, and what else is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Names = Callable[[str], Iterable[str]]
"""Names the features of a span by its characters alone."""


def shape(inner: str) -> Iterator[str]:
    """Length and alphabets."""
    alphabets = "".join(sorted({_alphabet(char) for char in inner}))
    yield f"n{min(len(inner), 8)}"
    yield f"a{alphabets}"
    yield f"an{alphabets}{min(len(inner), 5)}"


def _alphabet(char: str) -> str:
    if "\u4e00" <= char <= "\u9fff":
        return "h"
    if char.isascii() and char.isalpha():
        return "l"
    return "d" if char.isdigit() else "o"


def characters(inner: str) -> Iterator[str]:
    """The characters it begins and ends with and holds, parts of it, and itself."""
    size = len(inner)
    yield f"f{inner[0]}"
    yield f"l{inner[-1]}"
    yield f"fn{inner[0]}{min(size, 4)}"
    yield f"ln{inner[-1]}{min(size, 4)}"
    yield from (f"i{char}" for char in sorted(set(inner)))
    if size > 2:
        yield f"F{inner[:2]}"
        yield f"L{inner[-2:]}"
        yield from (f"I{inner[at : at + 2]}" for at in range(size - 1))
    if size > 3:
        yield f"H{inner[:3]}"
        yield f"T{inner[-3:]}"
    yield f"w{inner}"


def context(text: str, start: int, end: int) -> Iterator[str]:
    """What stands to the left and to the right, and where in the query the span is."""
    left = text[start - 1] if start else "^"
    right = text[end] if end < len(text) else "$"
    yield f"<{left}"
    yield f">{right}"
    yield f"<<{text[max(0, start - 2) : start] or '^'}"
    yield f">>{text[end : end + 2] or '$'}"
    yield f"cut<{left}{text[start]}"
    yield f"cut>{text[end - 1]}{right}"
    yield f"at{'' if start else '^'}{'$' if end == len(text) else ''}"


class Features:
    """Numbers for the names of features. Those of the spans that training queries have are known, no others."""

    def __init__(self, names: Sequence[Names], has_context: bool) -> None:
        self._names, self._has_context = tuple(names), has_context
        self._numbers: dict[str, int] = {}
        self._inner: dict[str, Ints] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def freeze(self, queries: Iterable[tuple[str, Iterable[tuple[int, int]]]]) -> None:
        """Takes the features of these texts' spans for all there are."""
        for text, spans in queries:
            for start, end in spans:
                for name in (*self._named(text[start:end]), *self._around(text, start, end)):
                    self._numbers.setdefault(name, len(self._numbers))
        self._inner.clear()

    def inner(self, inner: str) -> Ints:
        """The features a span has by its own characters."""
        known = self._inner.get(inner)
        if known is None:
            known = self._inner[inner] = self._known(self._named(inner))
        return known

    def of(self, text: str, start: int, end: int) -> tuple[Ints, Ints]:
        """The features of a span: by its own characters, and by its neighbours."""
        return self.inner(text[start:end]), self._known(self._around(text, start, end))

    def _named(self, inner: str) -> Iterator[str]:
        for names in self._names:
            yield from names(inner)

    def _around(self, text: str, start: int, end: int) -> Iterable[str]:
        return context(text, start, end) if self._has_context else ()

    def _known(self, names: Iterable[str]) -> Ints:
        numbers = self._numbers
        return np.array([numbers[name] for name in names if name in numbers], np.int64)
