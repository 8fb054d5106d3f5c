"""The lexicon: groups of tags and the words that speak for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Invalid
from customers.tagging.normal import normalise

_VERSION_LENGTH = 12


class Kind(StrEnum):
    """What the words of a group stand for, which decides what a negation before or after them means."""

    THING = "thing"  # goods: "没有裙子吗" asks for one; "不要黑色的裙子" is about the black, not the skirt
    QUALITY = "quality"  # what goods should be like: "没有黑色" laments, "不要黑色" refuses
    REQUEST = "request"  # what the shop should do: "不能退货" still is about returning
    PERSON = "person"  # of whom they speak: "没有孩子" denies, "老婆不喜欢" is what the person says
    FACT = "fact"  # what happened: "没有起球" denies it, "会起球吗" and "如果起球" do not state it


@dataclass(frozen=True, slots=True)
class Word:
    """One word as the lexicon writes it, and as it is matched; ``pattern`` is what it was made from, if any."""

    text: str
    folded: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class TagRule:
    """One tag of a group with the words that speak for it; ``weight`` is what one mention is worth."""

    group: str
    name: str
    words: tuple[Word, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Group:
    """Tags of one sort. ``blocked`` holds longer words that contain one of ours and mean something else.

    What is said of somebody else counts for the customer unless the group is ``personal``: who buys a red dress for
    mother wants a dress, and does not like red. ``weight`` is that of tags that have none of their own.
    """

    key: str
    label: str
    kind: Kind
    half_life_days: float
    exclusive: bool
    tags: tuple[TagRule, ...]
    blocked: tuple[Word, ...]
    personal: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every group by its key; ``version`` changes with any word, weight or setting, not with order or comments.

    ``vocabulary`` are the brand's own words that speak for no tag: names to keep whole where text is cut into words.
    """

    groups: Mapping[str, Group]
    version: str
    vocabulary: tuple[str, ...] = ()

    def rules(self) -> Iterator[TagRule]:
        """Every tag of every group."""
        return (tag for group in self.groups.values() for tag in group.tags)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a lexicon: where (file, group, tag), what (with the word), and what to do."""

    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem} — {self.remedy}"


class LexiconInvalid(Invalid):
    """The lexicon cannot be used; ``faults`` are all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("lexicon", "; ".join(map(str, self.faults)), "correct what is named and load again")


def as_matched(text: str) -> str:
    """How a word is matched: as the texts are that it is looked for in."""
    return normalise(text).folded


def version_of(groups: Iterable[Group], vocabulary: Iterable[str] = ()) -> str:
    """A short hash of everything that decides what is found; the same whatever the order it was written in."""
    content = [
        sorted(vocabulary),
        *(
            [
                [group.key, group.label, group.kind, group.half_life_days, group.exclusive, group.personal],
                sorted(word.text for word in group.blocked),
                sorted([tag.name, tag.weight, sorted(word.text for word in tag.words)] for tag in group.tags),
            ]
            for group in sorted(groups, key=lambda group: group.key)
        ),
    ]
    canonical = json.dumps(content, ensure_ascii=False).encode()
    return hashlib.sha256(canonical).hexdigest()[:_VERSION_LENGTH]
