"""Reads what a message wants and its mood from its words, its tags and its measures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from customers.tagging.lexicon import Lexicon
from customers.tagging.match import Hit
from customers.tagging.measures.measure import Measure
from customers.tagging.normal import Normal
from customers.tagging.reading.intent import POLITE, URGENCY, Intent, Mood
from customers.tagging.reading.matcher import Matches, Place, house_matcher
from customers.tagging.reading.signs import NOTHING, Sign, read_lists, signs_of_tags

ENOUGH = 1.0  # of signs, to call a message upset or satisfied
_FULL = 3.0  # of signs, where the strength is 1
LOUD = re.compile(r"[!?！？]{2,}")
LOUD_WORTH = 0.5
_BEFORE_TURN = 0.5
_ASKS_FOR = re.compile(r"有(?:没有)?[^\s,，。;!?！？有没人]{1,10}[的码号款色][吗么嘛没]")
""" "有黑色的吗" asks for stock, whatever stands between."""


class Evidence(NamedTuple):
    """Words that speak for an intent or a mood, ``text[start:end]``; ``keyword`` is how our list or lexicon has it."""

    of: Intent | Mood
    start: int
    end: int
    keyword: str


class Read(NamedTuple):
    """What is wanted, most urgent first; the mood and how much of it, from 0 to 1; the words that say both."""

    intents: tuple[Intent, ...] = ()
    mood: Mood = Mood.NEUTRAL
    strength: float = 0.0
    evidence: tuple[Evidence, ...] = ()


_NO_MOOD = Read()


class Reader:
    """Reads by one lexicon's tags and our own lists. Build it once for a lexicon and share it."""

    def __init__(self, lexicon: Lexicon) -> None:
        lists = read_lists()
        self._of_tags = signs_of_tags(lexicon)
        self._of_measures = lists.intent_of_measure
        self._matcher = house_matcher()
        self._of_pictures = lists.pictures
        self._picture = re.compile("|".join(lists.pictures))
        self._turn = re.compile("|".join(sorted(lists.turns, key=len, reverse=True)))

    def read(self, text: str, normal: Normal, hits: Sequence[Hit], measures: Sequence[Measure]) -> Read:
        """``normal`` is the text as it is matched; ``hits`` and ``measures`` stand at their places in the text."""
        found = self._matcher.find(normal.folded)
        wanted = self._matcher.wants(normal, found)
        tags = self._tags(hits, wanted) if hits else []
        told = _wants([*wanted, *tags])
        for measure in measures:
            if (intent := self._of_measures.get(measure.name)) is not None:
                told.append(Evidence(intent, measure.start, measure.end, measure.value))
        if "有" in normal.folded and all(each.of in POLITE for each in told):
            asked = _ASKS_FOR.finditer(normal.folded)
            told.extend(Evidence(Intent.STOCK, *normal.span(*match.span()), match[0]) for match in asked)
        mood = self._mood(text, normal, found, tags) if found or tags or normal.places is not None else _NO_MOOD
        if not told:
            return mood
        return mood._replace(intents=_by_urgency(told), evidence=(*told, *mood.evidence))

    def is_complaint(self, text: str, normal: Normal, hits: Sequence[Hit]) -> bool:
        """What ``read`` says of it, the mood being read only where no intent has said so."""
        found = self._matcher.find(normal.folded)
        wanted = self._matcher.wants(normal, found)
        tags = self._tags(hits, wanted)
        if any(Intent.COMPLAINT in each.sign.intents and not each.is_negated for each in (*wanted, *tags)):
            return True
        return self._mood(text, normal, found, tags).mood is Mood.UPSET

    def _tags(self, hits: Sequence[Hit], wanted: Sequence[Place]) -> list[Place]:
        """Where tags that say something stand, unless a longer word says more."""
        longer = [place for place in wanted if not place.sign.is_weak]
        return [
            Place(hit.start, hit.end, hit.word, sign, hit.negated)
            for hit in hits
            if (sign := self._of_tags.get((hit.group, hit.tag))) and not any(_hides(each, hit) for each in longer)
        ]

    def _pictures(self, text: str) -> Iterator[Place]:
        for match in self._picture.finditer(text):
            yield Place(*match.span(), match[0], Sign(mood=self._of_pictures[match[0]]))

    def _mood(self, text: str, normal: Normal, found: Matches, tags: Sequence[Place]) -> Read:
        felt = self._matcher.feels(normal, found)
        if normal.places is not None:  # else there is no picture in it
            felt.extend(self._pictures(text))
        for tag in tags:
            if tag.sign.mood and not any(each.start < tag.end and tag.start < each.end for each in felt):
                felt.append(tag)
        return self._weigh(text, normal, felt) if felt else _NO_MOOD

    def _weigh(self, text: str, normal: Normal, felt: Sequence[Place]) -> Read:
        once = {place.word: place for place in felt}  # said twice it is no more
        weighed = [(place, mood) for place in once.values() if (mood := _mood_of(place))]
        if not weighed:
            return _NO_MOOD
        turn = self._last_turn(normal) if len(weighed) > 1 else 0
        upset = satisfied = 0.0
        for place, worth in weighed:
            worth = worth * _BEFORE_TURN if place.end <= turn else worth
            upset, satisfied = upset - min(worth, 0.0), satisfied + max(worth, 0.0)
        if upset and LOUD.search(text):
            upset += LOUD_WORTH
        felt_most, total = (Mood.UPSET, upset) if upset >= satisfied else (Mood.SATISFIED, satisfied)
        if total < ENOUGH:
            return _NO_MOOD
        shown = [place for place, worth in weighed if (worth < 0) is (felt_most is Mood.UPSET)]
        evidence = tuple(Evidence(felt_most, place.start, place.end, place.word) for place in shown)
        return Read((), felt_most, round(min(1.0, total / _FULL), 2), evidence)

    def _last_turn(self, normal: Normal) -> int:
        """Where the last "但是" begins in the customer's own text, 0 where there is none."""
        turns = [match.span() for match in self._turn.finditer(normal.folded)]
        return normal.span(*turns[-1])[0] if turns else 0


def _hides(longer: Place, hit: Hit) -> bool:
    """ "还没到账" says more than the "还没到" in it; beside "垃圾桶" there is no "垃圾" at all."""
    if longer.sign is NOTHING:
        return longer.start < hit.end and hit.start < longer.end
    return longer.start <= hit.start and hit.end <= longer.end and longer.end - longer.start > hit.end - hit.start


def _mood_of(place: Place) -> float:
    """A satisfied word negated is upset, half as much; an upset one negated is nothing."""
    mood = place.sign.mood
    return min(0.0, -mood / 2) if place.is_negated else mood


def _wants(wanted: Sequence[Place]) -> list[Evidence]:
    """What is asked for, each place once; weak words only where there is nothing else."""
    told: dict[tuple[Intent, int], Evidence] = {}
    weak: list[Evidence] = []
    for place in wanted:
        if place.is_negated:
            continue
        for intent in place.sign.intents:
            each = Evidence(intent, place.start, place.end, place.word)
            if place.sign.is_weak:
                weak.append(each)
            else:
                told.setdefault((intent, place.start), each)
    if weak and all(intent in POLITE for intent, _ in told):
        return [*told.values(), *weak]
    return list(told.values())


def _by_urgency(told: Sequence[Evidence]) -> tuple[Intent, ...]:
    intents = {each.of for each in told if isinstance(each.of, Intent)}
    return tuple(sorted(intents, key=URGENCY.__getitem__)) if len(intents) > 1 else tuple(intents)
