"""``python -m benchmarks.answers.fit [DIR]``: the worths of ``campaigns.answers.likeness`` from the development part.

Logistic regression by plain gradient descent: is the best question found the one asked? The chats' paraphrases and the
hand-written questions count alike, however many they are. Prints WORTHS and BASE, and what thresholds would do.
"""

from __future__ import annotations

import gzip
import math
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.answers.ours import Ours
from benchmarks.answers.paraphrases import asked, read_thesaurus
from benchmarks.answers.questions import CHATS, Asked, Part, shop, split

_STEPS, _RATE, _PENALTY = 1500, 3.0, 1e-3
_CHATS_ASKED = 1000

Row = tuple[Sequence[float], bool, float]


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    part = split(folder).development
    paraphrases = asked(part, read_thesaurus(folder, gzip.open(folder / CHATS, "rt", encoding="utf-8").read()), 1)
    hand, by_hand, _ = shop()
    sides = [_rows(part, random.Random(9).sample(paraphrases, _CHATS_ASKED)), _rows(hand, by_hand)]
    worths = _fitted([row for side in sides for row in side])
    print("WORTHS", [round(worth, 2) for worth in worths[:-1]], "BASE", round(worths[-1], 2))
    for name, rows in zip(("chats", "by hand"), sides, strict=True):
        for threshold in (0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
            given = [is_right for signs, is_right, _ in rows if _probability(worths, signs) >= threshold]
            wrong = len(given) - sum(given)
            print(f"{name:8} {threshold:.2f}: {sum(given) / len(rows):.3f} right, {wrong / len(rows):.3f} wrong of all")


def _rows(part: Part, questions: Sequence[Asked]) -> list[Row]:
    ours = Ours([(words, group) for group, known in enumerate(part.stored) for words in known])
    best = [(each, likes[0]) for each in questions if (likes := ours.likes(each.words))]
    return [(like.signs, ours.group_of(like) == each.group, 1 / len(questions)) for each, like in best]


def _fitted(rows: Sequence[Row]) -> list[float]:
    worths = [0.0] * (len(rows[0][0]) + 1)
    total = sum(weight for _, _, weight in rows)
    for _ in range(_STEPS):
        slope = [0.0] * len(worths)
        for signs, is_right, weight in rows:
            miss = (_probability(worths, signs) - is_right) * weight / total
            for at, sign in enumerate((*signs, 1.0)):
                slope[at] += miss * sign
        for at in range(len(worths)):
            worths[at] -= _RATE * (slope[at] + _PENALTY * worths[at] * (at < len(worths) - 1))
    return worths


def _probability(worths: Sequence[float], signs: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-sum(worth * sign for worth, sign in zip(worths, (*signs, 1.0), strict=True))))


if __name__ == "__main__":
    main()
