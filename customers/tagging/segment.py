"""Segmentation: cuts a text into words as jieba does, with the brand's own words kept whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from customers.tagging.normal import normalise

_STOP_WORDS = Path(__file__).with_name("stop_words.txt")
# Words of jieba's dictionary that it writes with a capital, which no folded text has.
_LOWERED = "t恤 t恤衫 a型 b型 ab型 o型 b超 u盘 q版 qq号 sim卡 ic卡 x光 t台 aa制 bb机 c盘 d盘 k歌".split()
# What jieba can keep in one word, Chinese at both ends: "38码" would cut "138码", and a run of Latin is one anyway.
_WHOLE = re.compile(r"[\u4e00-\u9fd5][\u4e00-\u9fd5a-z0-9+#&._%-]*[\u4e00-\u9fd5]")
# jieba cuts "30-40岁" at the sign, the engine does not.
_JOINED = re.compile(r"[a-zA-Z0-9][-_.#&+%]+[a-zA-Z0-9]", re.ASCII)
_LATIN = re.compile(r"([a-zA-Z0-9]+(?:\.[0-9]+)?%?)", re.ASCII)


def read_stop_words() -> frozenset[str]:
    """Words that say nothing by themselves, as they are matched."""
    lines = _STOP_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


class Segmenter:
    """Cuts texts into words by jieba's dictionary and model. ``words`` are kept whole besides: names of products,
    brands and stores. Build it once (a fifth of a second) and share it, among threads too: nothing changes it later."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        from rjieba import Jieba  # loads a dictionary of 34 MB by itself: only who cuts texts pays for it

        self._jieba = Jieba()
        self._stop_words = read_stop_words()
        names = (name for each in words for name in _WHOLE.findall(normalise(each).folded))
        for word in sorted({*_LOWERED, *names}):
            self._jieba.add_word(word, None, None)

    def cut(self, folded: str) -> list[str]:
        """The words of a folded text, nothing left out: joined they are the text again."""
        words = self._jieba.cut(folded)
        if _JOINED.search(folded) is None:
            return words
        return [part for word in words for part in self._parted(word)]

    def tokens(self, text: str) -> list[str]:
        """What search looks at: the normalised text's words without stop words, signs and blanks."""
        stop_words, words = self._stop_words, self.cut(normalise(text).folded)
        return [word for word in words if word not in stop_words and (word[0].isalnum() or word[-1].isalnum())]

    def knows(self, word: str) -> bool:
        """Whether the dictionary or the words added have it."""
        return self._jieba.has_word(word)

    def _parted(self, word: str) -> Iterable[str]:
        if _JOINED.search(word) is None or self._jieba.has_word(word):
            return (word,)
        return filter(None, _LATIN.split(word))
