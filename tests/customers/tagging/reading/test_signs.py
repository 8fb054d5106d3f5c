"""The word lists: every name in them is one there is."""

from __future__ import annotations

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.measures.registry import all_kinds
from customers.tagging.reading.intent import Intent
from customers.tagging.reading.signs import read_lists, signs_of_tags

LISTS = read_lists()
LEXICON = load_lexicon()


def test_the_tags_named_are_tags_of_the_lexicon() -> None:
    there = {f"{rule.group}/{rule.name}" for rule in LEXICON.rules()} | {f"{group}/*" for group in LEXICON.groups}
    assert {*LISTS.intent_of_tag, *LISTS.mood_of_tag} - there == set()


def test_the_measures_named_are_kinds_of_measure() -> None:
    assert set(LISTS.intent_of_measure) <= set(all_kinds())


def test_every_intent_has_words() -> None:
    assert {intent for sign in LISTS.intents.values() for intent in sign.intents} == set(Intent)


def test_a_tag_named_goes_before_its_group() -> None:
    signs = signs_of_tags(LEXICON)
    assert signs["complaint", "起球"].intents == (Intent.COMPLAINT,)
    assert signs["complaint", "发货慢"].intents == (Intent.LOGISTICS,)
    assert signs["complaint", "失望气愤"].intents == ()
    assert ("colour", "黑色") not in signs
