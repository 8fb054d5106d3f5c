"""Reads a QR code of version 1 (21 × 21, up to 20 signs) without the library that drew it: unspoilt pictures only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree import ElementTree

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_SIZE = 21
_MASKS: list[Callable[[int, int], bool]] = [
    lambda i, j: (i + j) % 2 == 0,
    lambda i, j: i % 2 == 0,
    lambda i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
]


def text_of(modules: list[list[int]]) -> str:
    """The letters and digits in a square of modules, 1 for dark (ISO/IEC 18004, alphanumeric mode)."""
    assert [len(row) for row in modules] == [_SIZE] * _SIZE
    path = [*((8, j) for j in (*range(6), 7, 8)), *((i, 8) for i in (7, *range(5, -1, -1)))]
    form = int("".join(str(modules[i][j]) for i, j in path), 2) ^ 0b101010000010010
    mask = _MASKS[form >> 10 & 0b111]
    bits = "".join(str(modules[i][j] ^ mask(i, j)) for i, j in _data_modules())
    assert bits[:4] == "0010", "not alphanumeric"
    left, at, text = int(bits[4:13], 2), 13, ""
    while left > 1:
        text += "".join(_SIGNS[value] for value in divmod(int(bits[at : at + 11], 2), 45))
        left, at = left - 2, at + 11
    return text + (_SIGNS[int(bits[at : at + 6], 2)] if left else "")


def _data_modules() -> Iterator[tuple[int, int]]:
    """Upwards and downwards in columns of two, from the lower right corner, around finders and timing lines."""
    is_upwards = True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        for i in range(_SIZE - 1, -1, -1) if is_upwards else range(_SIZE):
            for j in (right, right - 1):
                in_corner = (i < 9 and (j < 9 or j > 12)) or (i > 12 and j < 9)
                if not in_corner and 6 not in (i, j):
                    yield i, j
        is_upwards = not is_upwards


def modules_of_svg(picture: bytes, border: int) -> list[list[int]]:
    """The modules a picture of horizontal strokes shows, without its border."""
    strokes = next(path for path in ElementTree.fromstring(picture).iter() if path.get("stroke"))
    drawn = [[0] * _SIZE for _ in range(_SIZE)]
    x, y = 0, 0.0
    for command, numbers in _commands(strokes.attrib["d"]):
        if command == "h":
            length = int(numbers[0])
            drawn[int(y) - border][x - border : x - border + length] = [1] * length
            x += length
        else:
            x, y = (0 if command == "M" else x) + int(numbers[0]), (0.0 if command == "M" else y) + numbers[1]
    return drawn


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    for part in path.replace("M", "\nM").replace("m", "\nm").replace("h", "\nh").split("\n")[1:]:
        yield part[0], [float(number) for number in part[1:].split()]
