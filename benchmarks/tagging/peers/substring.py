"""The plain tagger everybody writes first: every word of the list that is ``in`` the text is a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.tagging.slots.queries import Span


class Substring:
    """Words and the tag each speaks for. Knows nothing of longer words, of negation or of questions."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)

    def tag(self, texts: Sequence[str]) -> list[list[Span]]:
        """Every place of every word in each text."""
        return [self._places(text) for text in texts]

    def _places(self, text: str) -> list[Span]:
        found = []
        for word, tag in self._tags.items():
            start = text.find(word)
            while start >= 0:
                found.append(Span(start, start + len(word), tag))
                start = text.find(word, start + 1)
        return found

    def tags(self, text: str) -> set[str]:
        """The tags of a text, without places."""
        return {tag for word, tag in self._tags.items() if word in text}
