"""What customers asked in vain: read from the journal, asked again of today's base, and grouped by likeness."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.answers.asking import KINDS, MISSED, words_of
from campaigns.answers.base import AnswerBase, Found, read_by
from campaigns.answers.reading import Reader
from customers.tagging.brand_words import list_brand_words
from customers.tagging.fold import fold
from customers.tagging.live import live_lexicon
from models.dialect.answers import each_message

_FALLBACK = "fallback"
"""The handler that took questions while nothing was stored."""

MOST_TEXTS = 20_000
"""Different texts kept in memory; beyond them only those known already are counted."""

_ALIKE = 0.5
_EXAMPLES = 3
_SPELT = re.compile(r"[0-9A-Za-z０-９@._+-]*[0-9０-９]{5,}[0-9A-Za-z０-９@._+-]*")
"""Phones, order numbers and names of accounts: they are not shown."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions alike: how many customers asked how often, some as they were written, and the answer that comes nearest
    (None: none does)."""

    customers: int
    times: int
    examples: tuple[str, ...]
    nearest: Found | None


@dataclass(slots=True)
class _Text:
    """One wording, with who used it."""

    words: str
    terms: frozenset[str]
    people: set[int] = field(default_factory=set)
    times: int = 0


async def list_unanswered(base: AnswerBase, since: datetime, now: datetime) -> list[Group]:
    """Groups of questions no sure answer is stored for today, those of most customers first."""
    lexicon = await live_lexicon()
    reader = read_by(lexicon, await list_brand_words(lexicon))
    texts: dict[str, _Text] = {}
    async for row in each_message(KINDS, (MISSED, _FALLBACK), since):
        words = words_of(row).strip()
        plain = "".join(filter(str.isalnum, fold(words)))
        text = texts.get(plain)
        if text is None and len(texts) < MOST_TEXTS:
            text = texts[plain] = _Text(words, _terms(reader, words))
        if text is not None:
            text.people.add(row.identity_id or 0)
            text.times += 1
    open_texts = [text for text in texts.values() if text.terms and not _is_answered(base, text.words, now)]
    groups = [_group(base, members, now) for members in grouped(open_texts)]
    return sorted(groups, key=lambda group: (-group.customers, -group.times, group.examples))


def grouped(texts: Iterable[_Text]) -> list[list[_Text]]:
    """Each text joins the group whose first text shares most of their terms, half at least, or begins one. The most
    used come first and lead; the same texts give the same groups."""
    groups: list[list[_Text]] = []
    leads: dict[str, list[int]] = {}
    for text in sorted(texts, key=lambda text: (-len(text.people), -text.times, text.words)):
        shared = Counter(at for term in text.terms for at in leads.get(term, ()))
        likeness = {at: count / len(text.terms | groups[at][0].terms) for at, count in shared.items()}
        best = max(likeness, key=lambda at: (likeness[at], -at), default=None)
        if best is not None and likeness[best] >= _ALIKE:
            groups[best].append(text)
            continue
        for term in text.terms:
            leads.setdefault(term, []).append(len(groups))
        groups.append([text])
    return groups


def _terms(reader: Reader, words: str) -> frozenset[str]:
    """The words and what is asked for; empty for courtesy alone."""
    question = reader.read(words)
    if not question.is_about_something:
        return frozenset()
    return frozenset(term for term in question.terms if term[0] not in "~#")


def _is_answered(base: AnswerBase, words: str, now: datetime) -> bool:
    return any(found.is_sure for found in base.find(words, now))


def _group(base: AnswerBase, members: list[_Text], now: datetime) -> Group:
    people = set().union(*(text.people for text in members))
    found = base.find(members[0].words, now)
    nearest = found[0] if found and found[0].is_near else None
    examples = tuple(_SPELT.sub("…", text.words) for text in members[:_EXAMPLES])
    return Group(len(people), sum(text.times for text in members), examples, nearest)


def as_json(group: Group) -> Mapping[str, object]:
    """A group for machines."""
    return {
        "customers": group.customers,
        "times": group.times,
        "examples": list(group.examples),
        "nearest": {"code": group.nearest.answer.code, "score": round(group.nearest.like.score, 3)}
        if group.nearest
        else None,
    }
