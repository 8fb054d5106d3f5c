"""What our own labelled sentences are read as: intents by F1, the mood and the hand-over to a person by accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.reading.intent import Intent, Mood
from customers.tagging.understand import Understanding

HERE = Path(__file__).parent
UNDERSTANDING = Understanding(load_lexicon())


class Sentence(NamedTuple):
    text: str
    intents: frozenset[str]
    mood: str


def sentences(name: str) -> Iterator[Sentence]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, intents, mood = (part.strip() for part in line.rsplit("|", 2))
            yield Sentence(text, frozenset(intents.split()), mood)


def test_there_are_enough_and_their_labels_exist() -> None:
    every = [*sentences("sentences.txt"), *sentences("aside.txt")]
    assert len(every) >= 200
    assert len({each.text for each in every}) == len(every)
    assert all(each.intents <= set(Intent) and each.mood in set(Mood) for each in every)
    assert {intent for each in every for intent in each.intents} == set(Intent)


@pytest.mark.parametrize(("name", "least"), [("sentences.txt", 0.97), ("aside.txt", 0.95)])
def test_intents_moods_and_complaints_are_read(name: str, least: float) -> None:
    right = wrong = missed = moods = handed = count = 0
    for text, intents, mood in sentences(name):
        reading = UNDERSTANDING.read(text)
        right += len(intents & set(reading.intents))
        wrong += len(set(reading.intents) - intents)
        missed += len(intents - set(reading.intents))
        moods += reading.mood == mood
        handed += reading.is_complaint == ("complaint" in intents or mood == "upset")
        count += 1
    assert 2 * right / (2 * right + wrong + missed) >= least
    assert moods / count >= least
    assert handed / count >= least
