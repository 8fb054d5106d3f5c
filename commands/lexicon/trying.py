"""What customers wrote, read by another lexicon or searched for new words: ``lexicon diff`` and ``discover``."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from time import monotonic
from typing import Any

from commands.output import Output, table
from commands.wiring import operator
from core.clock import now
from core.errors import Invalid
from customers.audit import note
from customers.tagging.back_test import BackTest, Sample, TagEffect, back_test
from customers.tagging.discover import Rising, discover_in_journal
from customers.tagging.lexicon import Lexicon
from customers.tagging.lexicon_document import list_words
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.live import live_lexicon

_TELL_EVERY_S = 2.0
_WORDS_SHOWN = 40


def positive(field: str, number: int) -> int:
    """A number of days or rows somebody gave. Raises ``Invalid``."""
    if not 1 <= number <= 100_000:
        raise Invalid(field, f"{number} is too few or too many", "write 1 to 100000")
    return number


# ── back-test ────────────────────────────────────────────────────────────────────────────────────────────────────
async def show_difference(args: argparse.Namespace, out: Output) -> None:
    """``lexicon diff``: who would gain or lose which tag."""
    candidate, live, moment = load_lexicon(args.file), await live_lexicon(), now()
    since = moment - timedelta(days=positive("--days", args.days)) if args.days is not None else None
    samples = args.samples if args.samples == 0 else positive("--samples", args.samples)
    found = await back_test(live, candidate, moment, since=since, samples=samples, tell=_Told().tell)
    samples_of = ((*effect.gained_by, *effect.lost_by) for effect in found.effects.values())
    await _note_seen("lexicon.diff", candidate, {each.customer_id for some in samples_of for each in some})
    changed = sorted(
        ((key, effect) for key, effect in found.effects.items() if effect.gain or effect.lose),
        key=lambda each: (-each[1].gain - each[1].lose, each[0]),
    )
    new, old = list_words(candidate), list_words(live)
    for sign, words in (("+", sorted(new - old)), ("-", sorted(old - new))):
        shown = ", ".join(f"{word} ({place})" for place, word in words[:_WORDS_SHOWN])
        if words:
            out.line(f"words {sign}{len(words):,}: {shown}{' …' * (len(words) > _WORDS_SHOWN)}")
    rows = [["/".join(key), f"+{e.gain}", f"-{e.lose}", str(e.keep)] for key, e in changed]
    out.line(table(rows, ["tag", "gain", "lose", "keep"]) if rows else "no customer would gain or lose a tag")
    for key, effect in changed:
        for sign, samples_shown in (("+", effect.gained_by), ("-", effect.lost_by)):
            for sample in samples_shown:
                told = f"customer {sample.customer_id}: “{sample.excerpt}” ({sample.keyword})"
                out.line(f"  {sign} {'/'.join(key)}  {told}")
    out.line(
        f"lexicon {live.version} → {candidate.version}: {found.changed:,} of {found.customers:,} customers would "
        f"change, by {found.messages:,} messages; nothing was changed. To make it live: lexicon import {args.file}"
    )
    out.put(
        version_before=live.version, version=candidate.version, customers=found.customers, messages=found.messages,
        added=len(new - old), removed=len(old - new), changed=found.changed,
        effects=[_effect(key, effect) for key, effect in changed],
        kept=sum(effect.keep for effect in found.effects.values()),
    )  # fmt: skip


def _effect(key: tuple[str, str], effect: TagEffect) -> dict[str, Any]:
    def told(samples: list[Sample]) -> list[dict[str, Any]]:
        return [
            {"customer": s.customer_id, "interaction": s.interaction_id, "text": s.excerpt, "keyword": s.keyword}
            for s in samples
        ]

    return {
        "group": key[0], "tag": key[1], "gain": effect.gain, "lose": effect.lose, "keep": effect.keep,
        "gained_by": told(effect.gained_by), "lost_by": told(effect.lost_by),
    }  # fmt: skip


class _Told:
    """Says on stderr every other second how far the back-test is."""

    def __init__(self) -> None:
        self._told_s = monotonic()

    def tell(self, found: BackTest) -> None:
        if monotonic() - self._told_s >= _TELL_EVERY_S:
            self._told_s = monotonic()
            print(f"{found.customers:,} customers, {found.messages:,} messages read", file=sys.stderr, flush=True)


# ── new words ────────────────────────────────────────────────────────────────────────────────────────────────────
async def show_new_words(args: argparse.Namespace, out: Output) -> None:
    """``lexicon discover``: words no tag covers, and what to do about each."""
    days, before = positive("--days", args.days), positive("--background-days", args.background_days)
    lexicon = await live_lexicon()
    rising = await discover_in_journal(days, before, lexicon, now())
    await _note_seen("lexicon.discover", lexicon, {e.customer_id for word in rising for e in word.examples})
    for each in rising:
        often = f"{each.times:.0f} times as often" if each.background else "never before"
        out.line(f"{each.word}  {each.recent} messages of {each.customers} customers, {often}")
        for example in each.examples:
            out.line(f"  “{example.excerpt}”")
        out.line(f"  {_advice(each)}")
    if not rising:
        out.line(f"no new word in the last {days} days that {before} days before them did not have")
    out.put(words=[_word(each) for each in rising], days=days, background_days=before, version=lexicon.version)


def _advice(each: Rising) -> str:
    if each.suggestion is None:
        return f"a word for a tag: lexicon adopt {each.word} GROUP/TAG; a name: lexicon adopt {each.word} vocabulary"
    place, because = f"{each.suggestion.group}/{each.suggestion.tag or 'TAG'}", each.suggestion.because
    return f"lexicon adopt {each.word} {place}  ({because})"


def _word(each: Rising) -> dict[str, Any]:
    near = each.suggestion
    return {
        "word": each.word, "is_new": each.is_new, "recent": each.recent, "background": each.background,
        "customers": each.customers, "times": round(each.times, 1), "score": round(each.score, 2),
        "examples": [{"customer": example.customer_id, "text": example.excerpt} for example in each.examples],
        "suggestion": near and {"group": near.group, "tag": near.tag or None, "because": near.because},
    }  # fmt: skip


async def _note_seen(action: str, lexicon: Lexicon, people: set[int]) -> None:
    """Whose words somebody saw."""
    if people:
        await note(action, f"lexicon:{lexicon.version}", now(), operator(), customers=sorted(people))
