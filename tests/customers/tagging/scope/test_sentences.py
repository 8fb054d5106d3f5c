"""How often scope reads a sentence right: the sentences and what is expected of each are in ``sentences.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Tagger

SENTENCES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
WEIGHED = frozenset({"asked", "strong", "weak", "preferred", "compared"})
LEAST = 0.95
TAGGER = Tagger(load_lexicon())


class Said(NamedTuple):
    """One mention as a mark expects it, or as it was found."""

    sign: str
    tag: str
    subject: str
    reasons: frozenset[str]


def read_mark(mark: str) -> Said:
    rest, _, reasons = mark[1:].partition("!")
    tag, _, subject = rest.partition("@")
    return Said(mark[0], tag, subject, frozenset(reasons.split(",") if reasons else ()))


def find_said(sentence: str, tags: set[str]) -> list[Said]:
    hits = [hit for hit in TAGGER.find(sentence) if hit.tag in tags]
    return [Said("-" if hit.negated else "+", hit.tag, hit.subject, WEIGHED & frozenset(hit.because)) for hit in hits]


def list_misses(part: dict[str, str]) -> list[str]:
    misses = []
    for sentence, marks in part.items():
        expected = [read_mark(mark) for mark in marks.split()]
        found = find_said(sentence, {said.tag for said in expected})
        if found != [said for said in expected if said.sign != "~"]:
            misses.append(f"{sentence}: expected {marks}, found {found}")
    return misses


@pytest.mark.parametrize("name", SENTENCES)
def test_scope_reads_nearly_every_sentence_right(name: str) -> None:
    misses = list_misses(SENTENCES[name])
    print(*misses, sep="\n")
    assert 1 - len(misses) / len(SENTENCES[name]) >= LEAST, "\n".join(misses)


def test_there_are_enough_sentences_and_none_twice() -> None:
    assert len(SENTENCES["blind"]) >= 120
    assert len(SENTENCES["tuned"]) >= 200
    sentences = [sentence for part in SENTENCES.values() for sentence in part]
    assert len(sentences) == len(set(sentences))


def test_a_wrong_mark_is_a_miss() -> None:
    assert (
        list_misses({"不要黑色": "-黑色", "送妈妈红色": "+红色@妈妈", "有黑色吗": "+黑色!asked", "会起球吗": "~起球"})
        == []
    )
    for sentence, mark in [("不要黑色", "+黑色"), ("送妈妈红色", "+红色"), ("有黑色吗", "+黑色"), ("起球了", "~起球")]:
        assert len(list_misses({sentence: mark})) == 1
