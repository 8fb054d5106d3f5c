"""What spreadsheets do to cells: numbers shortened, codes turned into dates, formulas that failed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SCIENTIFIC = re.compile(r"\d+(\.\d+)?E[+-]\d+|\d\.\d+E\d+", re.IGNORECASE)
_ROUNDED = re.compile(r"\d+\.0+")
_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATED = re.compile(rf"\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{2}}")
_FAILED = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!)|#{3,}", re.IGNORECASE)

_AS_TEXT = "format the column as text before typing the numbers, then save as CSV again"


@dataclass(frozen=True, slots=True)
class Finding:
    problem: str
    remedy: str


def check_cell(text: str, *, is_verbatim: bool, limit: int | None) -> Finding | None:
    """The accident in a cell, None where it is sound. ``is_verbatim``: a code or number that must stay as typed."""
    if _FAILED.fullmatch(text):
        return Finding(f"{text!r} is a formula that failed", "save the values, not the formulas")
    if is_verbatim and (finding := _check_verbatim(text)):
        return finding
    if limit is not None and len(text) > limit:
        return Finding(f"has {len(text)} characters, {limit} fit", "shorten it")
    return None


def without_controls(text: str) -> str:
    """Plain words without the invisible control characters that copying brings along."""
    return " ".join("".join(" " if unicodedata.category(one) == "Cc" else one for one in text).split())


def _check_verbatim(text: str) -> Finding | None:
    if any(unicodedata.category(one) in ("Cc", "Cf") for one in text):
        return Finding(f"{text!r} holds an invisible character", "type the cell again")
    if _SCIENTIFIC.fullmatch(text):
        return Finding(f"{text!r} is a number the spreadsheet shortened: digits are lost", _AS_TEXT)
    if _ROUNDED.fullmatch(text):
        return Finding(f"{text!r} is a number with decimals", _AS_TEXT)
    if _DATED.fullmatch(text):
        return Finding(f"{text!r} is a code the spreadsheet turned into a date", _AS_TEXT)
    if text.startswith(("=", "'")):
        return Finding(f"{text!r} begins with {text[0]!r}", "save the value alone")
    return None
