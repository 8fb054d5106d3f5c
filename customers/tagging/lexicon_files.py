"""Reads the lexicon from one TOML or CSV file, or from a folder of TOML files, and says by file what is wrong."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from customers.tagging.lexicon import Fault, Lexicon, LexiconInvalid
from customers.tagging.lexicon_csv import read_csv
from customers.tagging.lexicon_document import VOCABULARY, read_document

STARTER = Path(__file__).with_name("lexicon")
_LARGEST_BYTES = 16 * 2**20
_SAVE_AS = "save it as UTF-8"
_BROKEN_SHARE = 0.1
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls begin, whatever the file is called."""


def load_lexicon(path: Path = STARTER) -> Lexicon:
    """The lexicon of one file — TOML, a table a group, or CSV, a row a word — or of a folder's ``*.toml``, each named
    after its group; there ``vocabulary.toml`` holds the brand's own words. Raises LexiconInvalid with every fault."""
    return _load_folder(path) if path.is_dir() else _load_file(path)


def read_toml(text: str, name: str) -> dict[str, Any]:
    """A TOML text as tables. Raises LexiconInvalid naming the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LexiconInvalid([Fault(name, f"not readable as TOML: {error}", _toml_remedy(str(error)))]) from None


def decode(data: bytes, name: str) -> str:
    """UTF-8 with or without BOM, else GB18030 (what Notepad writes as ANSI in China). Raises LexiconInvalid."""
    if len(data) > _LARGEST_BYTES:
        raise LexiconInvalid([Fault(name, f"has {len(data):,} bytes", f"at most {_LARGEST_BYTES:,} are read")])
    if data.startswith(_WORKBOOKS):
        raise LexiconInvalid(
            [Fault(name, "is an Excel workbook", "open it in the spreadsheet and save it as CSV UTF-8")]
        )
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise LexiconInvalid([Fault(name, "is UTF-16", _SAVE_AS)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    lossy = data.decode("utf-8", "replace")
    broken = lossy.count("\ufffd")
    if broken < _BROKEN_SHARE * (sum(char > "\x7f" for char in lossy) - broken):  # GB18030 would make other words of it
        raise LexiconInvalid([Fault(name, f"is UTF-8 with a broken character on line {line}", "repair that line")])
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise LexiconInvalid([Fault(name, f"is neither UTF-8 nor GB18030 (line {line})", _SAVE_AS)]) from None


def _load_file(path: Path) -> Lexicon:
    if path.suffix.lower() == ".csv":
        return read_document(read_csv(_text_of(path), path.name), lambda key: f"{path.name}: {key}")
    raw = _read(path)
    loose = [key for key, value in raw.items() if key != VOCABULARY and not isinstance(value, dict)]
    if "tags" in raw and loose:
        remedy = f"name its folder instead, or write [{path.stem}] above and [{path.stem}.tags] below"
        raise LexiconInvalid([Fault(path.name, "is the file of one group, not a whole lexicon", remedy)])
    return read_document(raw, lambda key: f"{path.name}: {key}")


def _load_folder(folder: Path) -> Lexicon:
    raw: dict[str, Any] = {}
    faults: list[Fault] = []
    files = sorted(folder.glob("*.toml"))
    if not files:
        faults.append(Fault(str(folder), "no *.toml file", "name a lexicon file, or a folder with one a group"))
    for path in files:
        try:
            table = _read(path)
        except LexiconInvalid as error:
            faults.extend(error.faults)
            continue
        if path.stem != VOCABULARY:
            raw[path.stem] = table
        elif table.keys() == {VOCABULARY}:
            raw[VOCABULARY] = table[VOCABULARY]
        else:
            faults.append(Fault(path.name, "should hold vocabulary alone", 'write vocabulary = ["a name"]'))
    return _read_all(raw, faults)


def _read_all(raw: dict[str, Any], faults: list[Fault]) -> Lexicon:
    """What can be read is looked through even where another file cannot be."""
    if not raw and faults:
        raise LexiconInvalid(faults)
    try:
        lexicon = read_document(raw, lambda key: f"{key}.toml")
    except LexiconInvalid as error:
        raise LexiconInvalid([*error.faults, *faults]) from None
    if faults:
        raise LexiconInvalid(faults)
    return lexicon


def _read(path: Path) -> dict[str, Any]:
    return read_toml(_text_of(path), path.name)


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        fault = Fault(str(path), f"cannot be read ({error.strerror})", "name a TOML or CSV file, or a folder of TOML")
        raise LexiconInvalid([fault]) from None
    return decode(data, path.name)


def _toml_remedy(error: str) -> str:
    if re.search(r"overwrite|twice|already|declare", error):
        return "a group or a tag stands there twice: keep one"
    return 'texts stand between straight quotes "…", lists between [ ]; see docs/tagging.md'
