"""Finds the measures of a text: one look for cues, then only the kinds whose cue is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from customers.tagging.lexicon import Kind
from customers.tagging.measures.measure import Found, Measure
from customers.tagging.measures.measure import Kind as KindOfMeasure
from customers.tagging.measures.registry import all_kinds
from customers.tagging.scope.senses import read_senses
from customers.tagging.scope.stretches import Mention

_MOST = 20
"""Nobody states more in one message; whoever writes more numbers is not speaking of themselves."""


class Measures:
    """Finds measures in folded texts. Build it once and share it."""

    def __init__(self, kinds: Mapping[str, KindOfMeasure] | None = None) -> None:
        self._kinds = dict(all_kinds() if kinds is None else kinds)
        by_cue: dict[str, list[str]] = {}
        for name, kind in self._kinds.items():
            for cue in kind.cues:
                by_cue.setdefault(cue, []).append(name)
        self._names = [frozenset(names) for names in by_cue.values()]
        self._automaton = AhoCorasick(
            tuple(by_cue), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
        )

    def find(self, folded: str) -> list[Measure]:
        """Every measure of a folded text in order of place, none overlapping; the longest wins. Places are folded's."""
        cues = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        if not cues:
            return []
        asked = frozenset().union(*{self._names[index] for index, _, _ in cues})
        found = [(name, each) for name in self._kinds if name in asked for each in self._kinds[name].find(folded)]
        if not found:
            return []
        kept = _without_overlaps(found)
        return [
            Measure(name, *each, self._kinds[name].unit, subject)
            for (name, each), subject in zip(kept, _subjects(folded, kept), strict=True)
        ]


def _without_overlaps(found: list[tuple[str, Found]]) -> list[tuple[str, Found]]:
    """The longest first, of equal length the kind that is first by name, ``_MOST`` at most; then in order of place."""
    kept: list[tuple[str, Found]] = []
    for name, each in sorted(found, key=lambda item: (item[1].start - item[1].end, item[0], item[1].start)):
        if len(kept) == _MOST:
            break
        if all(each.end <= other.start or other.end <= each.start for _, other in kept):
            kept.append((name, each))
    return sorted(kept, key=lambda item: item[1].start)


def _subjects(folded: str, found: Sequence[tuple[str, Found]]) -> list[str]:
    """Whose each measure is: read as the lexicon's words are, as something wanted."""
    mentions = [Mention(each.start, each.end, Kind.QUALITY, "", name) for name, each in found]
    return [sense.subject for sense in read_senses(folded, mentions)]
