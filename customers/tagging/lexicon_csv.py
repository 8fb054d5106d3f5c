"""The lexicon as a table for spreadsheets: ``group,tag,what,text``, one row a word, and one a setting."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from customers.tagging.lexicon import Fault, Lexicon, LexiconInvalid
from customers.tagging.lexicon_document import VOCABULARY, document_of

COLUMNS = ("group", "tag", "what", "text")
_TEXTS = ("label", "kind")
_NUMBERS = ("half_life_days", "weight")
_SWITCHES = ("exclusive", "personal")
_LISTS = ("blocked",)
_OF_A_GROUP = (*_TEXTS, *_NUMBERS, *_SWITCHES, *_LISTS)
_OF_A_TAG = ("word", "single", "pattern", "weight")
_YES, _NO = ("true", "yes", "1", "是"), ("false", "no", "0", "否")


def write_csv(lexicon: Lexicon) -> str:
    """The whole of a lexicon; ``read_csv`` gives its document back."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for key, table in document_of(lexicon).items():
        if isinstance(table, dict):
            writer.writerows((key, *row) for row in _rows(table))
        else:
            writer.writerows((key, "", "word", word) for word in lexicon.vocabulary)
    return text.getvalue()


def read_csv(text: str, name: str) -> dict[str, Any]:
    """The document of such a table; an empty ``what`` is a word. Raises LexiconInvalid naming rows."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    header = tuple(column.strip().lower() for column in rows.fieldnames or ())
    if lacking := [column for column in COLUMNS if column not in header]:
        fault = Fault(f"{name}: row 1", f"has no column {', '.join(lacking)}", f"the columns are {','.join(COLUMNS)}")
        raise LexiconInvalid([fault])
    rows.fieldnames = list(header)
    document: dict[str, Any] = {}
    faults: list[Fault] = []
    try:
        for row in rows:
            cells = {column: (row[column] or "").strip() for column in COLUMNS}
            if any(cells.values()) and (wrong := _take(document, cells)):
                faults.append(Fault(f"{name}: row {rows.line_num}", *wrong))
    except csv.Error as error:
        faults.append(Fault(f"{name}: row {rows.line_num}", f"cannot be read: {error}", "save it as CSV UTF-8"))
    if faults:
        raise LexiconInvalid(faults)
    return document


def _rows(table: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Tag, what and text of everything a group holds."""
    for setting in (*_TEXTS, *_NUMBERS, *_SWITCHES):
        yield "", setting, _cell(table[setting])
    yield from (("", "blocked", word) for word in table.get("blocked", []))
    single, weights, patterns = (table.get(key, {}) for key in ("single", "weights", "patterns"))
    for tag, words in table["tags"].items():
        if tag in weights:
            yield tag, "weight", _cell(weights[tag])
        yield from ((tag, "single" if word in single else "word", word) for word in words)
        yield from ((tag, "pattern", pattern) for pattern in patterns.get(tag, []))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _take(document: dict[str, Any], cells: Mapping[str, str]) -> tuple[str, str] | None:
    """Puts a row in its place; returns problem and remedy where it has none."""
    group, tag, what, text = (cells[column] for column in COLUMNS)
    what = what or "word"
    if not group or not text:
        return f"{'text' if group else 'group'}: is empty", "fill it in, or empty the row"
    if group == VOCABULARY:
        document.setdefault(VOCABULARY, []).append(text)
        return None
    table = document.setdefault(group, {"tags": {}})
    known = _OF_A_TAG if tag else _OF_A_GROUP
    if what not in known:
        return f"what: {what!r} says nothing of a {'tag' if tag else 'group'}", f"write one of {', '.join(known)}"
    value = _value(what, text)
    if value is None:
        return f"text: {text!r} is no {what}", "write true or false" if what in _SWITCHES else "write a number"
    _put(table, tag, what, value)
    return None


def _put(table: dict[str, Any], tag: str, what: str, value: object) -> None:
    if not tag:
        if what in _LISTS:
            table.setdefault(what, []).append(value)
        else:
            table[what] = value
        return
    words = table["tags"].setdefault(tag, [])
    match what:
        case "weight":
            table.setdefault("weights", {})[tag] = value
        case "pattern":
            table.setdefault("patterns", {}).setdefault(tag, []).append(value)
        case _:
            words.append(value)
            if what == "single":
                table.setdefault("single", []).append(value)


def _value(what: str, text: str) -> object:
    if what in _NUMBERS:
        try:
            return float(text)
        except ValueError:
            return None
    if what in _SWITCHES:
        return True if text.lower() in _YES else False if text.lower() in _NO else None
    return text
