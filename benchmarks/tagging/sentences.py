"""The project's own labelled sentences. The heads of their files say which were looked at while building."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.tagging.report import Row, Say, tell
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Tagger
from customers.tagging.understand import Understanding

_TESTS = Path(__file__).parents[2] / "tests" / "customers" / "tagging"
_WEIGHED = frozenset({"asked", "strong", "weak", "preferred", "compared"})


class Said(NamedTuple):
    """One mention of a tag, as a mark expects it or as it was found."""

    sign: str
    tag: str
    subject: str
    reasons: frozenset[str]


def measure(say: Say) -> list[Row]:
    """Accuracy of scope by part of the set; F1 of intents and accuracy of moods by file."""
    lexicon = load_lexicon()
    tagger, understanding = Tagger(lexicon), Understanding(lexicon)
    parts = tomllib.loads((_TESTS / "scope" / "sentences.toml").read_text(encoding="utf-8"))
    rows = [_scope(tagger, name, part) for name, part in parts.items()]
    rows.append(_scope(tagger, "all", {text: marks for part in parts.values() for text, marks in part.items()}))
    for name in ("sentences", "aside"):
        rows += _readings(understanding, name, _labelled(_TESTS / "reading" / f"{name}.txt"))
    return tell(say, "our own sentences", rows)


def _scope(tagger: Tagger, name: str, sentences: dict[str, str]) -> Row:
    right = sum(is_right(tagger, text, marks) for text, marks in sentences.items())
    return Row("scope", f"scope: {name}", right / len(sentences), "accuracy", len(sentences))


def is_right(tagger: Tagger, text: str, marks: str) -> bool:
    """Whether every mark of a sentence is found as it says, and no other mention of its tags."""
    expected = [_mark(mark) for mark in marks.split()]
    tags = {said.tag for said in expected}
    found = [
        Said("-" if hit.negated else "+", hit.tag, hit.subject, _WEIGHED.intersection(hit.because))
        for hit in tagger.find(text)
        if hit.tag in tags
    ]
    return found == [said for said in expected if said.sign != "~"]


def _mark(mark: str) -> Said:
    rest, _, reasons = mark[1:].partition("!")
    tag, _, subject = rest.partition("@")
    return Said(mark[0], tag, subject, frozenset(reasons.split(",") if reasons else ()))


class _Labelled(NamedTuple):
    text: str
    intents: frozenset[str]
    mood: str


def _labelled(path: Path) -> Iterator[_Labelled]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, intents, mood = (part.strip() for part in line.rsplit("|", 2))
            yield _Labelled(text, frozenset(intents.split()), mood)


def _readings(understanding: Understanding, name: str, sentences: Iterable[_Labelled]) -> list[Row]:
    right = said = there = moods = count = 0
    for text, intents, mood in sentences:
        reading = understanding.read(text)
        right += len(intents & set(reading.intents))
        said += len(reading.intents)
        there += len(intents)
        moods += reading.mood == mood
        count += 1
    return [
        Row("reading", f"intents: {name}", 2 * right / (said + there), "F1", count),
        Row("reading", f"mood: {name}", moods / count, "accuracy", count),
    ]
