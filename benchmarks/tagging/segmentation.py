"""Whether our segmentation cuts where jieba, the oracle, cuts, and what each costs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

from benchmarks.tagging.clock import measure as clock
from benchmarks.tagging.data import CHATS, REVIEWS, Folders, read_reviews, read_turns
from benchmarks.tagging.peers import jieba_words
from benchmarks.tagging.report import Row, Say, tell
from benchmarks.tagging.slots.queries import VALIDATION, read_queries
from customers.tagging.normal import normalise
from customers.tagging.segment import Segmenter

_SEED = 4


def measure(folders: Folders, full: bool, say: Say) -> list[Row]:
    """Agreement on each set, and CPU over all of them."""
    segmenter = Segmenter()
    jieba_words.start()
    rows, timed = list[Row](), list[str]()
    for name, texts in _sets(folders, 4_000 if full else 300):
        rows.append(Row("segmentation", f"cuts as jieba's: {name}", agreement(segmenter, texts), "share", len(texts)))
        timed += texts[: 1_000 if full else 100]
    if timed:
        costs = clock({"ours": segmenter.cut, "jieba": jieba_words.cut}, timed)
        rows += [
            Row("segmentation", f"CPU a text: {who}", cost.cpu_us, "µs", len(timed)) for who, cost in costs.items()
        ]
    return tell(say, "segmentation", rows)


def agreement(segmenter: Segmenter, texts: Sequence[str]) -> float:
    """Cuts inside a text that both make, over those that one of them makes, counting a common one twice."""
    common = made = 0
    for text in texts:
        ours, theirs = set(_places(segmenter.cut(text))), set(_places(jieba_words.cut(text)))
        common += 2 * len(ours & theirs)
        made += len(ours) + len(theirs)
    return common / made if made else 1.0


def _places(words: Sequence[str]) -> Iterator[int]:
    return accumulate(map(len, words[:-1]))


def _sets(folders: Folders, most: int) -> Iterator[tuple[str, list[str]]]:
    chance = random.Random(_SEED)
    for name, file in (("queries", VALIDATION), ("reviews", REVIEWS), ("chats", CHATS)):
        if path := folders.find(file):
            match name:
                case "queries":
                    texts = [query.text for query in read_queries(path)]
                case "reviews":
                    texts = [review.text for review in read_reviews(path)]
                case _:
                    texts = read_turns(path)
            yield name, [normalise(text).folded for text in chance.sample(texts, min(most, len(texts)))]
