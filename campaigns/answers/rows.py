"""Rows of a file of answers, read and checked: one row an answer with its questions, or one row a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from core.errors import Invalid

COLUMNS = ("code", "question", "answer", "valid_from", "valid_until", "stores")

LONGEST_QUESTION = 100
"""Characters; three of them must fit into one message."""

_BETWEEN = re.compile(r"[|｜]")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_LONGEST_CODE = 64
_MOST_ANSWER_BYTES = 2048
"""What WeChat takes in one text message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with the ways customers ask for it, the first is its name for people. ``stores`` empty: good for all;
    ``valid_until`` is the last day it holds. Days are the brand's."""

    code: str
    questions: tuple[str, ...]
    words: str
    valid_from: date | None = None
    valid_until: date | None = None
    stores: frozenset[str] = frozenset()

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def is_for(self, store_code: str) -> bool:
        """True at that store; ``store_code`` is empty for a customer of none."""
        return not self.stores or store_code in self.stores

    def meets(self, other: Answer) -> bool:
        """True where both are good for one store (or both for all) on one day."""
        same_place = bool(self.stores & other.stores) or (not self.stores and not other.stores)
        begins = max(self.valid_from or date.min, other.valid_from or date.min)
        return same_place and begins <= min(self.valid_until or date.max, other.valid_until or date.max)


def read_rows(rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[tuple[int, Answer]]:
    """Answers with the number of their first row; rows of one code are one answer. Raises ``Invalid``."""
    found: dict[str, tuple[int, Answer]] = {}
    for number, row in rows:
        answer = _answer(number, row, found)
        first, known = found.get(answer.code, (number, None))
        if known is not None:
            answer = _joined(number, first, known, answer)
        found[answer.code] = (first, answer)
    return list(found.values())


def _answer(number: int, row: Mapping[str, str], found: Mapping[str, object]) -> Answer:
    code, words = (row.get("code") or "").strip(), (row.get("answer") or "").strip()
    where = f"row {number}"
    if not code:
        raise Invalid(f"{where} code", "is empty", "give each answer a code of its own, such as return-days")
    if len(code) > _LONGEST_CODE:
        raise Invalid(f"{where} code", f"has {len(code)} characters", f"write at most {_LONGEST_CODE}")
    if not words and code not in found:
        raise Invalid(f"{where} answer", "is empty", "write what the customer is answered")
    if (size := len(words.encode("utf-8", "replace"))) > _MOST_ANSWER_BYTES:
        raise Invalid(
            f"{where} answer", f"has {size} bytes", f"WeChat takes {_MOST_ANSWER_BYTES}, about 680 characters"
        )
    if "\x00" in code + words:
        raise Invalid(f"{where} answer", "holds a NUL character", "remove it")
    begins, ends = _day(row, "valid_from", where), _day(row, "valid_until", where)
    if begins and ends and ends < begins:
        raise Invalid(
            f"{where} valid_until", f"{ends} is before valid_from {begins}", "write a later day, or leave it empty"
        )
    stores = frozenset(filter(None, (store.strip() for store in _BETWEEN.split(row.get("stores") or ""))))
    return Answer(code, _questions(row, where), words, begins, ends, stores)


def _questions(row: Mapping[str, str], where: str) -> tuple[str, ...]:
    questions = tuple(dict.fromkeys(filter(None, map(str.strip, _BETWEEN.split(row.get("question") or "")))))
    if not questions:
        raise Invalid(f"{where} question", "is empty", "write how customers ask, several ways separated by |")
    for question in questions:
        if len(question) > LONGEST_QUESTION:
            problem = f"{question[:12]!r}… has {len(question)} characters"
            raise Invalid(f"{where} question", problem, f"write at most {LONGEST_QUESTION}; separate several ways by |")
        if not any(map(str.isalnum, question)) or "\x00" in question:
            raise Invalid(f"{where} question", f"{question!r} holds no word", "write how customers ask")
    return questions


def _day(row: Mapping[str, str], field: str, where: str) -> date | None:
    text = (row.get(field) or "").strip()
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{where} {field}", f"{text!r} is no day", "write it as 2026-11-30, or leave it empty") from None


def _joined(number: int, first: int, known: Answer, more: Answer) -> Answer:
    """Another row of an answer adds questions; what else it says must be the same, or nothing."""
    for field, column in (("words", "answer"), ("valid_from",) * 2, ("valid_until",) * 2, ("stores",) * 2):
        value = getattr(more, field)
        if value and value != getattr(known, field):
            problem = f"is not that of row {first}, which has the same code {known.code!r}"
            raise Invalid(f"row {number} {column}", problem, "leave it empty, or give this answer a code of its own")
    return replace(known, questions=tuple(dict.fromkeys((*known.questions, *more.questions))))
