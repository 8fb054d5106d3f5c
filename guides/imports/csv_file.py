"""Reads a CSV file as people save it: any of three encodings, any order of columns, and spreadsheet accidents named."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import Invalid
from guides.imports.accidents import check_cell, without_controls
from guides.imports.result import Rejected

_BROKEN_SHARE = 0.1
_SAVE_AS = "save it as CSV UTF-8"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls begin, whatever the file is called."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns a kind of file may have: all fields, those it must have, those that hold codes and numbers to keep as
    written (no spreadsheet's rounding), and the longest text of each, in characters."""

    fields: tuple[str, ...]
    required: tuple[str, ...]
    verbatim: frozenset[str]
    longest: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, trimmed text and the file's own column name by field.

    Columns the file lacks have no key.
    """

    number: int
    values: Mapping[str, str]
    columns: Mapping[str, str]

    def get(self, field: str) -> str:
        """The cell's text, empty where the cell is empty or the file has no such column."""
        return self.values.get(field, "")

    def reject(self, field: str, problem: str, remedy: str) -> Rejected:
        return Rejected(self.number, field, _where(self.columns.get(field, field), field) + problem, remedy)


@dataclass(frozen=True, slots=True)
class Table:
    """A file's sound rows, the refused ones, and the headers nothing was read from."""

    rows: list[Row]
    rejected: list[Rejected]
    ignored_columns: tuple[str, ...]


def parse_mapping(options: Sequence[str]) -> dict[str, str]:
    """``--map`` options as {field: column}: ``code=Store Number`` or ``code="Store Number"``; raises ``Invalid``."""
    mapping: dict[str, str] = {}
    for option in options:
        field, is_pair, column = option.partition("=")
        field, column = field.strip(), column.strip().strip("\"'").strip()
        if not is_pair or not field or not column:
            raise Invalid("--map", f"{option!r} is no pair", 'write --map field="Column"')
        if field in mapping:
            raise Invalid("--map", f"{field} is mapped twice", "map each field once")
        mapping[field] = column
    return mapping


def read_table(path: Path, layout: Layout, mapping: Mapping[str, str]) -> Table:
    """Read a whole file; raises ``Invalid`` where the file as a whole cannot be used."""
    records = _records(_decode(_bytes(path), path.name), path.name)
    _, header = next(records, (0, []))
    if not any(header):
        raise Invalid(path.name, "is empty", f"its first row names the columns: {', '.join(layout.fields)}")
    columns = _columns(header, layout, mapping)
    rows: list[Row] = []
    rejected: list[Rejected] = []
    for number, cells in records:
        found = _row(number, cells, header, columns, layout)
        if isinstance(found, Rejected):
            rejected.append(found)
        elif found:
            rows.append(found)
    if not rows and not rejected:
        raise Invalid(path.name, "holds no rows, only the names of columns", "was it saved before it was filled in?")
    used = set(columns.values())
    ignored = tuple(name for at, name in enumerate(header) if name and at not in used)
    return Table(rows, rejected, ignored)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(str(path), f"cannot be read ({error.strerror})", "name a CSV file") from None


def _decode(data: bytes, name: str) -> str:
    """UTF-8 with or without BOM, else GB18030 (what Excel writes on Chinese Windows)."""
    if data.startswith(_WORKBOOKS):
        raise Invalid(name, "is an Excel workbook, not CSV", f"open it in the spreadsheet and {_SAVE_AS}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Invalid(name, "is UTF-16", _SAVE_AS)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        lossy = data.decode("utf-8", "replace")
        broken = lossy.count("\ufffd")
        sound = sum(character > "\x7f" for character in lossy) - broken
        line = data.count(b"\n", 0, error.start) + 1
        if broken < sound * _BROKEN_SHARE:  # UTF-8 with damage: GB18030 would turn all of it into other words
            raise Invalid(name, f"is UTF-8 with a broken character on line {line}", "repair that line") from None
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(name, f"is neither UTF-8 nor GB18030 (line {line})", _SAVE_AS) from None


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered records, white space inside cells made single spaces."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(name, f"row {number} cannot be read ({error})", "close its quotation marks") from None
        yield number, [" ".join(cell.split()) for cell in cells]


def _columns(header: Sequence[str], layout: Layout, mapping: Mapping[str, str]) -> dict[str, int]:
    """Where each field stands; raises ``Invalid`` for names nobody can serve."""
    if unknown := sorted(set(mapping) - set(layout.fields)):
        raise Invalid("--map", f"no field {unknown[0]!r}", f"fields are: {', '.join(layout.fields)}")
    places: dict[str, list[int]] = {}
    for at, name in enumerate(header):
        places.setdefault(name.casefold(), []).append(at)
    columns: dict[str, int] = {}
    for field in layout.fields:
        wanted = mapping.get(field, field)
        found = places.get(" ".join(wanted.split()).casefold(), [])
        if len(found) > 1:
            raise Invalid(field, f"column {wanted!r} stands there {len(found)} times", "rename all but one")
        if found:
            columns[field] = found[0]
        elif field in mapping or field in layout.required:
            names = ", ".join(filter(None, header))
            raise Invalid(field, f"no column {wanted!r} among: {names}", _header_remedy(header))
    return columns


def _header_remedy(header: Sequence[str]) -> str:
    """A header that is one cell with other separators in it was not saved with commas."""
    if len(header) == 1 and any(mark in header[0] for mark in ";|，"):
        return "save the file with commas between the columns"
    return 'add the column, or name it: --map field="Column"'


def _row(
    number: int, cells: Sequence[str], header: Sequence[str], columns: Mapping[str, int], layout: Layout
) -> Row | Rejected | None:
    """A sound row, the reason it is none, or None for a blank one."""
    if not any(cells):
        return None
    if any(cells[len(header) :]):
        problem = f"has {len(cells)} cells, the header names {len(header)}"
        return Rejected(number, header[-1], problem, 'put quotation marks around text with commas: "…,…"')
    values = {field: cells[at] if at < len(cells) else "" for field, at in columns.items()}
    values = {field: text if field in layout.verbatim else without_controls(text) for field, text in values.items()}
    for field, text in values.items():
        limit = layout.longest.get(field)
        if finding := check_cell(text, is_verbatim=field in layout.verbatim, limit=limit):
            return Rejected(number, field, _where(header[columns[field]], field) + finding.problem, finding.remedy)
    if missing := [field for field in layout.required if not values[field]]:
        return Rejected(number, missing[0], "is empty", "fill it in")
    return Row(number, values, {field: header[at] for field, at in columns.items()})


def _where(column: str, field: str) -> str:
    """The column's own name, where the file calls it otherwise than we do."""
    return "" if column.casefold() == field else f"column {column!r}: "
