"""What no tag covers: a text with the words of the lexicon struck out."""

from __future__ import annotations

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from customers.tagging.lexicon import Lexicon, as_matched

_SIGN, _SHORTEST = "\n", 2


class Uncovered:
    """Strikes out the words of tags and the vocabulary. Those of one character stay: they are parts of too many."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = {
            *map(as_matched, lexicon.vocabulary),
            *(word.folded for rule in lexicon.rules() for word in rule.words),
        }
        self._automaton = AhoCorasick(
            [word for word in words if len(word) >= _SHORTEST],
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )

    def strike(self, folded: str) -> str:
        """The text with as many characters, those of the lexicon's words as ends of a line."""
        found = self._automaton.find_matches_as_indexes(folded)
        if not found:
            return folded
        pieces: list[str] = []
        done = 0
        for _, start, end in found:
            if not (_is_inside(folded, start) or _is_inside(folded, end)):
                pieces += folded[done:start], _SIGN * (end - start)
                done = end
        return "".join((*pieces, folded[done:]))


def _is_inside(folded: str, at: int) -> bool:
    """Whether a place is within a run of Latin letters and digits."""
    around = folded[max(at - 1, 0) : at + 1]
    return at > 0 and len(around) > 1 and around.isascii() and around.isalnum()
