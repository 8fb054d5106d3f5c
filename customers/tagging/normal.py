"""Normal form: what is matched of a customer's text, with the way back to the places in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from customers.tagging.fold import fold, fold_char

# Joiners, marks of direction, selectors of an emoji's looks, the cap of a key, signs of a trade mark.
_UNSEEN = (
    "\u00a9\u00ad\u00ae\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u2122"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
# Pictures: WeChat's old emoji stand in the private area. Planes 2 and 3 are rare Chinese characters.
_PICTURES = "\u2300-\u23ff\u2500-\u27bf\u2934\u2935\u2b00-\u2bff\ue000-\uf8ff\U00010000-\U0001ffff\U000f0000-\U0010ffff"
_PICTURE, _ODD = re.compile(f"[{_PICTURES}]"), re.compile(f"[{_UNSEEN}{_PICTURES}]+")
_RUN = re.compile(r"(.)\1\1+", re.DOTALL)
# These say something only twice over: "谢谢谢谢" thanks, "妈妈妈" is mother.
_DOUBLES = frozenset("谢蟹妈爸爷奶姥哥姐弟妹叔舅姑宝哈呵嘻嘿呜拜")
_FIRST_CJK = "\u2e80"

_Place = tuple[int, int]


class Normal(NamedTuple):
    """A text as it is matched. ``places`` holds for each character of ``folded`` where in the customer's own text
    stands what it stands for, as (start, end); None where every character still stands at its own place."""

    folded: str
    places: Sequence[_Place] | None = None

    def span(self, start: int, end: int) -> _Place:
        """The places in the customer's own text of ``folded[start:end]``, which holds at least one character."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def normalise(text: str) -> Normal:
    """The text folded (see ``fold``), without what cannot be seen, pictures as one blank between words, and a Chinese
    character or a sign given three times or more as one ("好好好看", "！！！"); digits and Latin letters stay."""
    folded = fold(text)
    normal = Normal(folded) if _ODD.search(folded) is None else _without_odd(folded)
    return normal if _RUN.search(normal.folded) is None else _without_runs(normal)


def matched_text(text: str) -> str:
    """``normalise(text).folded``, for whoever needs no places: less than half its work where signs are repeated."""
    folded = fold(text)
    if _ODD.search(folded) is not None:
        folded = _without_odd(folded).folded
    return _RUN.sub(_collapsed, folded)


def _collapsed(run: re.Match[str]) -> str:
    char = run[1]
    if not _collapses(char):
        return run[0]
    return char + char if char in _DOUBLES else char


def _without_odd(folded: str) -> Normal:
    kept: list[str] = []
    places: list[_Place] = []
    done = 0
    for odd in _ODD.finditer(folded):
        kept.append(folded[done : odd.start()])
        places += _own_places(done, odd.start())
        done = odd.end()
        chars = [(at, usual) for at in range(*odd.span()) if not _ODD.match(usual := fold_char(folded[at]))]
        if chars:  # 🈶 is a way of writing 有
            kept.extend(char for _, char in chars)
            places += [(at, at + 1) for at, _ in chars]
        elif _PICTURE.search(odd.group()) and places and done < len(folded) and not _meets_blank(folded, odd.span()):
            kept.append(" ")
            places.append(odd.span())
    kept.append(folded[done:])
    places += _own_places(done, len(folded))
    return Normal("".join(kept), places)


def _without_runs(normal: Normal) -> Normal:
    folded = normal.folded
    before = normal.places or _own_places(0, len(folded))
    kept: list[str] = []
    places: list[_Place] = []
    done = 0
    for run in _RUN.finditer(folded):
        if not _collapses(run[1]):
            continue
        whole = run.start() + (run[1] in _DOUBLES)
        kept.append(folded[done : whole + 1])
        places += before[done:whole]
        places.append((before[whole][0], before[run.end() - 1][1]))
        done = run.end()
    kept.append(folded[done:])
    places += before[done:]
    return Normal("".join(kept), places) if done else normal


def _own_places(start: int, end: int) -> list[_Place]:
    return list(zip(range(start, end), range(start + 1, end + 1), strict=True))


def _meets_blank(folded: str, span: _Place) -> bool:
    return folded[span[0] - 1].isspace() or folded[span[1]].isspace()


def _collapses(char: str) -> bool:
    return not char.isnumeric() and (char >= _FIRST_CJK or not char.isalpha())
