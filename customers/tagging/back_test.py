"""Back-test: who would gain or lose which tag if another lexicon were live. Reads the history, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from customers.tagging.lexicon import Lexicon
from customers.tagging.match import Tagger
from customers.tagging.normal import normalise
from customers.tagging.score import Evidence, TagKey, half_life_of, list_held, tally
from customers.tagging.store import WORD_KINDS, words_of
from models import Customer, Identity, Profile, TagRemoval
from models.dialect.projection import Projected, list_words

_PEOPLE = 200
"""Customers in memory at once, with all they ever wrote."""
_AROUND = 12
"""Characters of a message shown before and after the word."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Somebody who would gain or lose a tag, and the words that cause it."""

    customer_id: int
    interaction_id: int
    excerpt: str
    keyword: str


@dataclass(slots=True)
class TagEffect:
    """What would happen to one tag: how many customers gain, lose and keep it, and some of the first of them."""

    gain: int = 0
    lose: int = 0
    keep: int = 0
    gained_by: list[Sample] = field(default_factory=list)
    lost_by: list[Sample] = field(default_factory=list)


@dataclass(slots=True)
class BackTest:
    """What a back-test has found so far; ``changed`` counts customers who would gain or lose anything."""

    customers: int = 0
    messages: int = 0
    changed: int = 0
    effects: dict[TagKey, TagEffect] = field(default_factory=dict)


class _Heard(NamedTuple):
    evidence: Evidence
    end: int


_Said = Mapping[TagKey, Sequence[_Heard]]
"""All evidence of one customer by tag, as one lexicon finds it."""
_Removed = Mapping[TagKey, datetime]


async def back_test(
    live: Lexicon,
    candidate: Lexicon,
    now: datetime,
    *,
    since: datetime | None = None,
    samples: int = 5,
    tell: Callable[[BackTest], None] = lambda _: None,
) -> BackTest:
    """Compares the automatic tags customers have ``now`` by one lexicon and by another, from their first message on.

    ``since`` leaves out whoever wrote nothing since then; of the others everything counts, so that what is found is
    what a replay would give. ``samples`` are kept of each tag, gained and lost. ``tell`` hears after each batch.
    """
    found = BackTest()
    taggers = Tagger(live), Tagger(candidate)
    last = 0
    while customer_ids := await _next_customers(last):
        last = customer_ids[-1]
        owners = await _owners(customer_ids, since)
        removed = await _removals(set(owners.values()))
        by_customer: dict[int, list[Projected]] = {}
        for row in await list_words(list(owners), WORD_KINDS):
            by_customer.setdefault(owners[row.identity_id], []).append(row)
        for customer_id, rows in sorted(by_customer.items()):
            found.customers += 1
            found.messages += len(rows)
            before, after = _hear(rows, taggers)
            off = removed.get(customer_id, {})
            held = _held(before, off, live, now), _held(after, off, candidate, now)
            _count(found, held, (before, after), _Person(customer_id, rows, samples))
        tell(found)
    return found


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────
async def _next_customers(last: int) -> list[int]:
    rows = await Customer.filter(id__gt=last).order_by("id").limit(_PEOPLE).values_list("id")
    return [customer_id for (customer_id,) in rows]


async def _owners(customer_ids: Collection[int], since: datetime | None) -> dict[int, int]:
    """The customer of each identity, of those customers who wrote since then by any of theirs."""
    rows = await Identity.filter(customer_id__in=list(customer_ids)).values_list("id", "customer_id")
    owners = dict(rows)
    if since is None:
        return owners
    wrote = Profile.filter(identity_id__in=list(owners), last_message_at__gte=since)
    recent = {owners[identity_id] for (identity_id,) in await wrote.values_list("identity_id")}
    return {identity_id: customer_id for identity_id, customer_id in owners.items() if customer_id in recent}


async def _removals(customer_ids: Collection[int]) -> dict[int, dict[TagKey, datetime]]:
    rows = TagRemoval.filter(customer_id__in=list(customer_ids))
    removed: dict[int, dict[TagKey, datetime]] = {}
    for customer_id, group, name, at in await rows.values_list("customer_id", "tag__group", "tag__name", "removed_at"):
        removed.setdefault(customer_id, {})[group, name] = at
    return removed


def _hear(rows: Iterable[Projected], taggers: tuple[Tagger, Tagger]) -> tuple[_Said, _Said]:
    """What two lexicons find in the same messages."""
    both: tuple[dict[TagKey, list[_Heard]], ...] = ({}, {})
    for row in rows:
        normal = normalise(words_of(row.kind, row.fields))
        for said, tagger in zip(both, taggers, strict=True):
            for hit in tagger.find_in(normal):
                evidence = Evidence(row.at, row.id, hit.start, hit.word, hit.weight, hit.negated, hit.subject)
                said.setdefault((hit.group, hit.tag), []).append(_Heard(evidence, hit.end))
    return both[0], both[1]


def _held(said: _Said, removed: _Removed, lexicon: Lexicon, now: datetime) -> frozenset[TagKey]:
    """The tags a customer has, by the arithmetic that stores and shows them."""
    scored = {
        key: tally(
            [each.evidence for each in heard],
            half_life_of(key[0], lexicon),
            is_personal=lexicon.groups[key[0]].personal,
            removed_at=removed.get(key),
        )
        for key, heard in said.items()
    }
    return frozenset(list_held({key: each for key, each in scored.items() if each is not None}, lexicon, now))


# ── comparing ────────────────────────────────────────────────────────────────────────────────────────────────────
class _Person(NamedTuple):
    customer_id: int
    rows: Sequence[Projected]
    samples: int


def _count(
    found: BackTest, held: tuple[frozenset[TagKey], frozenset[TagKey]], said: tuple[_Said, _Said], who: _Person
) -> None:
    before, after = held
    found.changed += before != after
    for key in before | after:
        effect = found.effects.setdefault(key, TagEffect())
        effect.keep += key in before and key in after
        for is_change, samples, (more, less) in (
            (key in after - before, effect.gained_by, (said[1], said[0])),
            (key in before - after, effect.lost_by, (said[0], said[1])),
        ):
            if is_change and len(samples) < who.samples:
                samples.append(_sample(who, more.get(key, ()), less.get(key, ())))
        effect.gain += key in after - before
        effect.lose += key in before - after


def _sample(who: _Person, having: Sequence[_Heard], lacking: Sequence[_Heard]) -> Sample:
    """By the words only the lexicon that holds the tag knows; else those only the other counts against it; else its
    latest words: then a setting makes the difference, or another tag of an exclusive group."""
    own = [each for each in having if each not in lacking]
    against = [each for each in lacking if each not in having]
    latest = max(own or against or having, key=lambda each: each.evidence)
    row = next(row for row in who.rows if row.id == latest.evidence.interaction_id)
    text = words_of(row.kind, row.fields)
    return Sample(who.customer_id, row.id, _excerpt(text, latest.evidence.start, latest.end), latest.evidence.word)


def _excerpt(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    shown = " ".join(text[first:last].split())
    return f"{'…' if first else ''}{shown}{'…' if last < len(text) else ''}"
