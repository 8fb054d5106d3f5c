"""jieba as people use it: cut with one's own words added, look each word up; keywords by TF-IDF and by TextRank."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import jieba
import jieba.analyse

from benchmarks.tagging.slots.queries import Span

jieba.setLogLevel(logging.WARNING)


class CutAndLookUp:
    """Cuts with the mentions as user words (jieba's own way of making a word stay whole) and looks each up."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)
        self._cutter = jieba.Tokenizer()
        self._cutter.initialize()
        for word in self._tags:
            self._cutter.add_word(word)

    def tag(self, texts: Sequence[str]) -> list[list[Span]]:
        """Words of the list among the words of each text."""
        return [
            [
                Span(start, end, self._tags[word])
                for word, start, end in self._cutter.tokenize(text)
                if word in self._tags
            ]
            for text in texts
        ]


def start() -> None:
    """Reads jieba's dictionary and word weights, so that no measurement pays for it."""
    jieba.analyse.extract_tags("开始")
    jieba.analyse.textrank("开始")


def cut(text: str) -> list[str]:
    """jieba's own cut."""
    return list(jieba.cut(text))


def tf_idf(text: str, top: int) -> list[str]:
    """jieba's keywords by TF-IDF."""
    return list(jieba.analyse.extract_tags(text, topK=top))


def text_rank(text: str, top: int) -> list[str]:
    """jieba's keywords by TextRank."""
    return list(jieba.analyse.textrank(text, topK=top))
