"""Edits of single words: a lexicon and what to change in, the changed lexicon out, checked as a whole file would be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from core.errors import Invalid, Missing
from customers.tagging.lexicon import Lexicon, Word, as_matched
from customers.tagging.lexicon_document import VOCABULARY, document_of, read_document


def add_words(lexicon: Lexicon, place: str, words: Sequence[str], *, is_new_tag: bool = False) -> Lexicon:
    """With these words added to ``GROUP/TAG``, or to ``vocabulary``; ``is_new_tag`` makes the tag.

    Words that stand there already stay. Raises ``Invalid`` and ``Missing``.
    """
    document: dict[str, Any] = document_of(lexicon)
    if place == VOCABULARY:
        known = document.get(VOCABULARY, [])
        return read_document({VOCABULARY: [*known, *_fresh(known, words)], **_but(document, VOCABULARY)})
    group, tag = _place(lexicon, place, is_new_tag=is_new_tag)
    tags = document[group]["tags"]
    if is_new_tag and tag in tags:
        raise Invalid("GROUP/TAG", f"{group} has a tag {tag} already", "leave --new-tag away")
    known = tags.get(tag, [])
    tags[tag] = [*known, *_fresh(known, words)]
    return read_document(document)


def remove_words(lexicon: Lexicon, words: Iterable[str]) -> Lexicon:
    """Without these words, whichever tags, blocked words or vocabulary hold them. Raises ``Invalid``, ``Missing``."""
    document: dict[str, Any] = document_of(lexicon)
    for text in words:
        _remove(lexicon, document, text)
    return read_document(document)


def _place(lexicon: Lexicon, place: str, *, is_new_tag: bool) -> tuple[str, str]:
    group, separator, tag = place.partition("/")
    if not separator or not tag:
        raise Invalid("GROUP/TAG", f"{place!r} names no tag", "write it as colour/黑色; lexicon list shows all")
    if group not in lexicon.groups:
        raise Missing(f"there is no group {group!r}: there are {', '.join(lexicon.groups)}")
    names = [rule.name for rule in lexicon.groups[group].tags]
    if tag not in names and not is_new_tag:
        near = get_close_matches(tag, names, n=3, cutoff=0.3) or names
        raise Missing(f"{group} has no tag {tag!r}: there are {', '.join(near)} … (--new-tag makes it)")
    return group, tag


def _fresh(known: Iterable[str], words: Iterable[str]) -> list[str]:
    """In the order given, each once; what reads like one that is there already is no other word."""
    there = {as_matched(word) for word in known}
    return list({as_matched(word): word for word in words if as_matched(word) not in there}.values())


def _remove(lexicon: Lexicon, document: dict[str, Any], text: str) -> None:
    folded = as_matched(text)
    for key, group in lexicon.groups.items():
        for tag in group.tags:
            for word in tag.words:
                if word.folded == folded:
                    _take(document[key], tag.name, word, f"{key}/{tag.name}")
                    return
        for word in group.blocked:
            if word.folded == folded:
                document[key]["blocked"] = [each for each in document[key]["blocked"] if as_matched(each) != folded]
                return
    if text not in document.get(VOCABULARY, []):
        raise Missing(f"the lexicon has no word {text!r}: lexicon export FILE shows those there are")
    document[VOCABULARY] = [word for word in document[VOCABULARY] if word != text]


def _take(table: dict[str, Any], tag: str, word: Word, place: str) -> None:
    if word.pattern:
        problem = f"{word.text!r} is made by the pattern {word.pattern!r} of {place}"
        raise Invalid("WORD", problem, "change the pattern in the file: lexicon export, then lexicon import")
    left = [each for each in table["tags"][tag] if as_matched(each) != word.folded]
    if not left and tag not in table.get("patterns", {}):
        problem = f"{word.text!r} is the last word of {place}"
        raise Invalid("WORD", problem, "take the tag away in the file: lexicon export, then lexicon import")
    table["tags"][tag] = left
    if word.text in table.get("single", []):
        table["single"] = [each for each in table["single"] if each != word.text]


def _but(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}
