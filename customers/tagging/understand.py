"""Understanding: everything a message says of its customer, read once — tags, measures, intents, mood, evidence."""

from __future__ import annotations

from typing import NamedTuple

from customers.tagging.lexicon import Lexicon
from customers.tagging.match import Hit, Tagger
from customers.tagging.measures.find import Measures
from customers.tagging.measures.measure import Measure
from customers.tagging.normal import Normal, normalise
from customers.tagging.reading.intent import Intent, Mood
from customers.tagging.reading.reader import Evidence, Reader
from customers.tagging.reading.suspicion import Suspect, Suspicion


class Reading(NamedTuple):
    """What a message says. All places are in the customer's own text; ``intents`` come most urgent first.

    ``strength`` is how much of its mood a message shows, from 0 (neutral) to 1; ``evidence`` are the words that speak
    for intents and mood.
    """

    hits: tuple[Hit, ...]
    measures: tuple[Measure, ...]
    intents: tuple[Intent, ...]
    mood: Mood
    strength: float
    evidence: tuple[Evidence, ...]

    @property
    def is_complaint(self) -> bool:
        """Whether a person should look at once: something went wrong, or the customer is upset."""
        return Intent.COMPLAINT in self.intents or self.mood is Mood.UPSET


class Understanding:
    """Reads messages by one lexicon. Build it once for a lexicon (some tens of milliseconds) and share it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._tagger = Tagger(lexicon)
        self._measures = Measures()
        self._reader = Reader(lexicon)
        self._suspicion = Suspicion(lexicon)

    def read(self, text: str) -> Reading:
        """Everything a message says."""
        normal = normalise(text)
        hits = self._tagger.find_in(normal)
        measures = [_placed(each, normal) for each in self._measures.find(normal.folded)]
        read = self._reader.read(text, normal, hits, measures)
        return Reading(tuple(hits), tuple(measures), read.intents, read.mood, read.strength, read.evidence)

    def is_complaint(self, text: str) -> bool:
        """What ``read(text).is_complaint`` says, at a fraction of the cost where no word speaks for it."""
        normal = normalise(text)
        suspect = self._suspicion.of(text, normal)
        if suspect is Suspect.NOTHING:
            return False
        hits = self._tagger.find_in(normal) if suspect is Suspect.ALL else ()
        return self._reader.is_complaint(text, normal, hits)


def _placed(measure: Measure, normal: Normal) -> Measure:
    """The measure at its place in the customer's own text."""
    start, end = normal.span(measure.start, measure.end)
    return measure._replace(start=start, end=end)
