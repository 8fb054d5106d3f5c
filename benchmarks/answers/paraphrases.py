"""Other words for a question, made without knowing how anybody searches: eight ways, each by rule and a fixed dice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answers.questions import Asked, Part

THESAURUS = "同义词库.txt"

_LONGEST_WORD = 5
_BEFORE = ("你好，", "您好 ", "亲，", "请问", "请问一下，", "麻烦问下", "想咨询一下", "在吗？", "客服你好，", "那个…")
_AFTER = ("，谢谢", "呢", "哦", "呀", "啊？？", "～", "😊", "，急", "，麻烦了", "！！！")
_TRADITIONAL = dict(
    zip("们这个么为时间发货换问题钱还没给电话单买", "們這個麼為時間發貨換問題錢還沒給電話單買", strict=True)
)
_TOPICS = re.compile("[吗么嘛呢啊呀吧了的]+$")


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Synonyms by word, only such as customers write, and every word for cutting."""

    synonyms: Mapping[str, tuple[str, ...]]

    def cut(self, text: str) -> list[str]:
        """Longest known word first, else one character."""
        words: list[str] = []
        at = 0
        while at < len(text):
            size = next((n for n in range(_LONGEST_WORD, 1, -1) if text[at : at + n] in self.synonyms), 1)
            words.append(text[at : at + size])
            at += size
        return words


def read_thesaurus(folder: Path, seen_text: str) -> Thesaurus:
    """The groups of equal meaning (``=``), of words of two characters or more that ``seen_text`` uses."""
    synonyms: dict[str, list[str]] = {}
    for line in (folder / THESAURUS).read_text(encoding="utf-8").splitlines():
        code, _, rest = line.partition(" ")
        words = [word for word in rest.split() if 2 <= len(word) <= _LONGEST_WORD]
        used = [word for word in words if word in seen_text] if code.endswith("=") else []
        for word in words:
            synonyms.setdefault(word, []).extend(other for other in used if other != word)
    return Thesaurus({word: tuple(others) for word, others in synonyms.items()})


def asked(part: Part, thesaurus: Thesaurus, seed: int) -> list[Asked]:
    """Every way of asking each group once, then what nobody stored: foreign questions, and stored ones with one thing
    exchanged for another."""
    dice = random.Random(seed)
    found: list[Asked] = []
    for number, group in enumerate(part.stored):
        question = dice.choice(group)
        for way, change in _WAYS.items():
            words = change(question, thesaurus, dice)
            if words and words != question:
                found.append(Asked(words, way, number))
    found += [Asked(question, "foreign", None) for question in part.foreign]
    found += [Asked(words, "swapped", None) for words in _swapped(part, thesaurus, dice)]
    return found


def _polite(question: str, _: Thesaurus, dice: random.Random) -> str:
    return dice.choice(_BEFORE) + _TOPICS.sub("", question) + dice.choice(_AFTER)


def _synonym(question: str, thesaurus: Thesaurus, dice: random.Random) -> str:
    """One or two words exchanged for words of the same meaning; empty where the thesaurus knows none."""
    words = thesaurus.cut(question)
    places = [at for at, word in enumerate(words) if thesaurus.synonyms.get(word)]
    for at in dice.sample(places, min(len(places), dice.randint(1, 2))):
        words[at] = dice.choice(thesaurus.synonyms[words[at]])
    return "".join(words) if places else ""


def _order(question: str, thesaurus: Thesaurus, dice: random.Random) -> str:
    """What the question begins with is said last: 退款什么时候到账 → 什么时候到账，退款."""
    words = thesaurus.cut(_TOPICS.sub("", question))
    if len(words) < 3:
        return ""
    at = dice.randint(1, len(words) - 1)
    return "".join(words[at:]) + "，" + "".join(words[:at])


def _shorter(question: str, thesaurus: Thesaurus, dice: random.Random) -> str:
    """About a third of the words left out."""
    words = thesaurus.cut(question)
    kept = [word for word in words if dice.random() > 1 / 3]
    return "".join(kept) if len(kept) >= 2 and len("".join(kept)) >= 4 else ""


def _slip(question: str, _: Thesaurus, dice: random.Random) -> str:
    """Two characters change places, or one is lost."""
    at = dice.randrange(len(question) - 1)
    lost = dice.random() < 0.5
    return question[:at] + ("" if lost else question[at + 1]) + question[at] + question[at + 2 :]


def _script(question: str, _: Thesaurus, dice: random.Random) -> str:
    """Traditional characters, full width, a character said thrice."""
    at = dice.randrange(len(question))
    text = question[:at] + question[at] * 3 + question[at + 1 :]
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isalnum() else char for char in text)
    return "".join(_TRADITIONAL.get(char, char) for char in wide)


def _longer(question: str, thesaurus: Thesaurus, dice: random.Random) -> str:
    """A story before the question."""
    story = dice.choice(("我前几天在你们这买的，", "刚刚看了半天没找到，", "我妈让我问的，", "朋友推荐我来的，"))
    return story + question


def _mixed(question: str, thesaurus: Thesaurus, dice: random.Random) -> str:
    words = _synonym(question, thesaurus, dice)
    return _polite(_slip(words, thesaurus, dice), thesaurus, dice) if len(words) > 1 else ""


_WAYS: Mapping[str, Callable[[str, Thesaurus, random.Random], str]] = {
    "polite": _polite, "synonym": _synonym, "order": _order, "shorter": _shorter, "slip": _slip, "script": _script,
    "longer": _longer, "mixed": _mixed,
}  # fmt: skip


def _swapped(part: Part, thesaurus: Thesaurus, dice: random.Random) -> list[str]:
    """A stored question with its rarest word exchanged for the rarest of another one: nobody stored that."""
    counts: dict[str, int] = {}
    cuts = [thesaurus.cut(group[0]) for group in part.stored]
    for words in cuts:
        for word in set(words):
            counts[word] = counts.get(word, 0) + 1
    rarest = [
        min((w for w in words if len(w) > 1 and w in thesaurus.synonyms), key=counts.__getitem__, default="")
        for words in cuts
    ]
    named = [word for word in rarest if word]
    stored = {question for group in part.stored for question in group}
    found = []
    for words, word in zip(cuts, rarest, strict=True):
        if word and dice.random() < 0.5:
            other = dice.choice(named)
            changed = "".join(other if each == word else each for each in words)
            if other != word and other not in thesaurus.synonyms[word] and changed not in stored:
                found.append(changed)
    return found
