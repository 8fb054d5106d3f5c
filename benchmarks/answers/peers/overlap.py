"""Plain overlap: the share of characters two questions have in common (Jaccard), all stored questions compared."""

from __future__ import annotations

from collections.abc import Sequence


class Overlap:
    """``find`` gives the groups most likely meant, each once, with how alike."""

    name = "overlap"

    def __init__(self, stored: Sequence[tuple[str, int]]) -> None:
        self._stored = [(frozenset(question), group) for question, group in stored]

    def find(self, words: str) -> list[tuple[int, float]]:
        asked = frozenset(words)
        found: dict[int, float] = {}
        for letters, group in self._stored:
            shared = len(asked & letters)
            if shared:
                found[group] = max(found.get(group, 0.0), shared / len(asked | letters))
        return sorted(found.items(), key=lambda item: -item[1])[:3]
