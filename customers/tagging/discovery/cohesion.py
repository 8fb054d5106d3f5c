"""Cohesion: finds strings of characters that hold together like a word though no dictionary has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log

from customers.tagging.discovery.bounded import Bounded

_LONGEST = 4
_LEAST_BOND, _LEAST_SHARE = 3.0, 0.6  # twenty times as often together as by chance; of little text, nearly always
_LEAST_ENTROPY = 0.8
# Words of one character that stand between others: no new word has one inside.
_BETWEEN = "的了吗呢吧啊呀哦嘛我你您他她它们这那是在不没很太都也还就请和跟与想要有到被把让给对"
_RUN = re.compile(f"(?:(?![{_BETWEEN}])[\u4e00-\u9fff])+")


class Strings:
    """Counts strings of one to four Chinese characters, within bounds."""

    def __init__(self) -> None:
        self._counts = Bounded()
        self._characters = 0

    def add(self, text: str) -> None:
        """Counts every string within the text's runs of Chinese."""
        for match in _RUN.finditer(text):
            run = match.group()
            self._characters += len(run)
            self._counts.add(
                run[start:end]
                for start in range(len(run))
                for end in range(start + 1, min(start + _LONGEST, len(run)) + 1)
            )

    def cohesive(self, least: int) -> Iterator[tuple[str, int]]:
        """Strings of two to four characters met ``least`` times or more whose parts meet far more often than by
        chance, wherever one parts them (pointwise mutual information)."""
        for string, count in self._counts.items():
            if len(string) > 1 and count >= least:
                strongest = log(self._characters / count)  # were no part of it ever met alone
                if self._weakest_bond(string, count) >= min(_LEAST_BOND, _LEAST_SHARE * strongest):
                    yield string, count

    def _weakest_bond(self, string: str, count: int) -> float:
        parts = ((string[:at], string[at:]) for at in range(1, len(string)))
        chances = (
            max(count, self._counts.count(left)) * max(count, self._counts.count(right)) for left, right in parts
        )
        return log(count * self._characters / max(chances))


def is_free(neighbours: Counter[str]) -> bool:
    """Whether what stands on one side of a string varies as beside a word (its entropy): left of "巴胺" stands always
    "多". What is no Chinese character, the text's end too, counts as another neighbour each time."""
    total = neighbours.total()
    chinese = [count for char, count in neighbours.items() if _RUN.fullmatch(char)]
    others = total - sum(chinese)
    entropy = sum(count * log(total / count) for count in chinese) + others * log(total) if total else 0.0
    return total > 0 and entropy / total >= _LEAST_ENTROPY
