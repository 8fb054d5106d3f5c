"""Shopping queries with gold slots: reading them, and the span-level F1 every tagger of them is scored by."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

TRAINING = "shopping_queries_slots.txt.gz"
VALIDATION = "shopping_queries_slots_valid.txt"

Pair = tuple[str, str]
"""A mention and its slot type, the same wherever it stands."""


class Span(NamedTuple):
    """``text[start:end]`` fills a slot of ``type``."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Query:
    """One query with its slots in order of place."""

    text: str
    spans: tuple[Span, ...]

    def pairs(self) -> list[Pair]:
        """What each slot says, without its place."""
        return [(self.text[span.start : span.end], span.type) for span in self.spans]


def read_queries(path: Path) -> list[Query]:
    """One query a line, ``char:B-type char:I-type … <=> …``; a character that is no single one stands as U+FFFD."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        return [_query(line.partition(" <=> ")[0]) for line in lines if line.strip()]


def _query(line: str) -> Query:
    text, spans = "", list[Span]()
    for place, (char, _, label) in enumerate(token.rpartition(":") for token in line.split()):
        text += char if len(char) == 1 else "\ufffd"
        kind, _, slot = label.partition("-")
        if kind == "I" and spans and spans[-1].end == place and spans[-1].type == slot:
            spans[-1] = Span(spans[-1].start, place + 1, slot)
        elif kind in ("B", "I"):
            spans.append(Span(place, place + 1, slot))
    return Query(text, tuple(spans))


@dataclass(frozen=True, slots=True)
class Score:
    """Spans found, spans there, and spans found right: place and type."""

    right: int
    found: int
    gold: int

    @property
    def f1(self) -> float:
        """Twice the right ones over found and gold; 0 where there is neither."""
        return 2 * self.right / (self.found + self.gold) if self.found + self.gold else 0.0


Tag = Callable[[Sequence[str]], list[list[Span]]]
"""A tagger: texts in, the spans of each out."""


def score(queries: Sequence[Query], found: Iterable[Iterable[Span]]) -> tuple[Score, dict[str, Score]]:
    """Micro F1 over every span, and the same of each slot type."""
    right, there, gold = Counter[str](), Counter[str](), Counter[str]()
    for query, spans in zip(queries, found, strict=True):
        ours = set(spans)
        there.update(span.type for span in ours)
        gold.update(span.type for span in query.spans)
        right.update(span.type for span in ours & set(query.spans))
    by_type = {slot: Score(right[slot], there[slot], gold[slot]) for slot in sorted(gold | there)}
    return Score(right.total(), there.total(), gold.total()), by_type
