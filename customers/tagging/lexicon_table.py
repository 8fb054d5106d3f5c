"""Reads one group's table into a ``Group``, and says by tag and word what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from customers.tagging.lexicon import Fault, Group, Kind, TagRule, Word, as_matched
from customers.tagging.word_patterns import PatternInvalid, expand

LONGEST_WORD = 64
"""Characters of a word, a tag or a group; what their columns hold."""

_REQUIRED: Mapping[str, tuple[type, ...]] = {
    "label": (str,),
    "kind": (str,),
    "half_life_days": (int, float),
    "exclusive": (bool,),
    "weight": (int, float),
    "tags": (dict,),
}
_OPTIONAL: Mapping[str, tuple[type, ...]] = {
    "personal": (bool,),
    "single": (list,),
    "blocked": (list,),
    "weights": (dict,),
    "patterns": (dict,),
}
_WEIGHT_STEP = 0.25  # quarters add up exactly in binary, so a sum of weights does not depend on its order
_WEIGHT_PROBLEM = f"should be a multiple of {_WEIGHT_STEP} above 0, is"
_SETTINGS = {**_REQUIRED, **_OPTIONAL}
_STAND_INS: Mapping[str, Any] = {
    "label": "",
    "kind": Kind.THING,
    "half_life_days": 1.0,
    "exclusive": False,
    "personal": False,
    "weight": 1.0,
    "single": [],
    "blocked": [],
    "weights": {},
    "tags": {},
    "patterns": {},
}
_WRITTEN = {str: 'a text in "quotes"', int: "a number", bool: "true or false", list: "a list", dict: "a table"}


def read_group(key: str, raw: object, place: str, faults: list[Fault]) -> Group | None:
    """The group of a table, None where there is none; its faults are added to ``faults``. What is faulty has a stand-in
    in the group, so that everything else is looked through as well."""
    if not isinstance(raw, dict):
        faults.append(Fault(place, f"is {raw!r}", f"write the group as a table: [{key}], its settings below"))
        return None
    wrong = dict.fromkeys(_SETTINGS, False)
    for setting, fault in _shape_faults(raw, place):
        wrong[setting] = True
        faults.append(fault)
    faults.extend(_key_faults(key, place))
    sound = {**_STAND_INS, **{setting: value for setting, value in raw.items() if not wrong.get(setting, True)}}
    single = frozenset(as_matched(word) for word in sound["single"] if isinstance(word, str))
    tags = [TagRule(key, name, tuple(words), weight) for name, words, weight in _tags(sound, single, place, faults)]
    if not wrong["tags"]:
        faults.extend(_unused(sound, single, tags, place))
    blocked = _read_words(sound["blocked"], f"{place}: blocked", single, faults)
    return Group(
        key, sound["label"], Kind(sound["kind"]), float(sound["half_life_days"]), sound["exclusive"], tuple(tags),
        tuple(blocked) if tags else (), sound["personal"], float(sound["weight"]),
    )  # fmt: skip


def word_fault(text: object, single: frozenset[str], *, is_blocked: bool = False) -> tuple[str, str] | None:
    """What is wrong with a word, and the remedy; None where nothing is. ``single``: the one-character words taken."""
    if not isinstance(text, str):
        return "is no text", "put it between quotes"
    if not (folded := as_matched(text)):
        return "is empty", "take it away"
    if any(char.isspace() for char in text):
        return "contains white space", "write the word without it, as two words if it is two"
    if not text.isalnum():
        return "contains a sign that is neither letter nor digit", "write the word without the sign"
    if len(folded) == 1 and not is_blocked and folded not in single:
        return "is one character; list it under single to allow it", f"write single = [{text!r}], or a longer word"
    if len(text) > LONGEST_WORD:
        return f"has {len(text)} characters", f"a word has at most {LONGEST_WORD}"
    return None


# ── shape ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _key_faults(key: str, place: str) -> Iterator[Fault]:
    if not key.replace("-", "_").isidentifier() or len(key) > LONGEST_WORD:
        yield Fault(place, f"{key!r} is no name of a group", f"write at most {LONGEST_WORD} letters, digits and _")


def _shape_faults(raw: Mapping[str, object], place: str) -> Iterator[tuple[str, Fault]]:
    """Each with the setting it is about."""
    for key in raw:
        if key not in _SETTINGS:
            yield key, Fault(place, f"{key}: unknown setting", f"take it away; there are {', '.join(_SETTINGS)}")
    for key, expected in _REQUIRED.items():
        if key not in raw:
            yield key, Fault(place, f"{key}: missing", f"write {key} = {_WRITTEN[expected[0]]}")
    for key, value in raw.items():
        if key in _SETTINGS and type(value) not in _SETTINGS[key]:
            wanted = _WRITTEN[_SETTINGS[key][0]]
            yield key, Fault(place, f"{key}: should be {wanted}, is {value!r}", f"write {wanted}")
        else:
            for fault in _value_faults(key, value, place):
                yield key, fault


def _value_faults(key: str, value: object, place: str) -> Iterator[Fault]:
    match key, value:
        case "label", "":
            yield Fault(place, "label: empty", "write what people call the group")
        case "kind", str() if value not in list(Kind):
            yield Fault(place, f"kind: {value!r} is none of {', '.join(Kind)}", "write one of these")
        case "half_life_days", int() | float() if not 0 < value < float("inf"):
            yield Fault(place, f"half_life_days: should be more than 0, is {value}", "write days, such as 60")
        case "weight", _ if not _is_weight(value):
            yield Fault(place, f"weight: {_WEIGHT_PROBLEM} {value}", "write 1.0 for an ordinary mention")
        case "weights", dict():
            for tag, weight in value.items():
                if not _is_weight(weight):
                    yield Fault(place, f"weights.{tag}: {_WEIGHT_PROBLEM} {weight!r}", "write 1.5, say")
        case "tags", dict() if not value:
            yield Fault(place, "tags: empty", 'write one tag at least: "黑色" = ["黑色", "黑的"]')


def _is_weight(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 < value < float("inf") and (value / _WEIGHT_STEP).is_integer()


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _tags(
    sound: Mapping[str, Any], single: frozenset[str], place: str, faults: list[Fault]
) -> Iterator[tuple[str, list[Word], float]]:
    patterns = sound["patterns"]
    for name, written in sound["tags"].items():
        here = f"{place}: {name}"
        if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > LONGEST_WORD:
            remedy = f"write 1 to {LONGEST_WORD} characters, no blanks around"
            faults.append(Fault(place, f"{name!r} is no name of a tag", remedy))
        if not isinstance(written, list) or not (written or name in patterns):
            faults.append(Fault(here, f"should be a list of words, is {written!r}", f'write "{name}" = ["a word"]'))
            written = []
        words = _read_words(written, here, single, faults)
        words += _read_patterns(patterns.get(name, []), words, here, single, faults)
        yield name, words, float(sound["weights"].get(name, sound["weight"]))


def _read_words(
    written: Sequence[object], place: str, single: frozenset[str], faults: list[Fault], pattern: str = ""
) -> list[Word]:
    words = []
    for text in written:
        fault = word_fault(text, single, is_blocked=place.endswith(": blocked"))
        if fault:
            origin = f"{pattern!r} stands for {text!r}, which" if pattern else repr(text)
            faults.append(Fault(place, f"{origin} {fault[0]}", fault[1]))
            if pattern:
                break  # a pattern's hundreds of words are most often wrong for one cause
        else:
            words.append(Word(str(text), as_matched(str(text)), pattern))
    return words


def _read_patterns(
    written: object, plain: Sequence[Word], place: str, single: frozenset[str], faults: list[Fault]
) -> list[Word]:
    if not isinstance(written, list):
        faults.append(Fault(place, f"patterns: should be a list, is {written!r}", 'write ["(纯|亮)黑色"]'))
        return []
    known = {word.folded for word in plain}
    words: list[Word] = []
    for pattern in written:
        try:
            made = expand(pattern) if isinstance(pattern, str) else []
        except PatternInvalid as fault:
            faults.append(Fault(place, f"{pattern!r} {fault.problem}", fault.remedy))
            continue
        if not isinstance(pattern, str):
            faults.append(Fault(place, f"{pattern!r} is no text", "put it between quotes"))
        fresh = {folded: text for text in made if (folded := as_matched(text)) not in known}
        if made and not fresh:
            faults.append(Fault(place, f"{pattern!r} stands for no word that is not there already", "take it away"))
        known |= fresh.keys()
        words += _read_words(list(fresh.values()), place, single, faults, str(pattern))
    return words


def _unused(sound: Mapping[str, Any], single: frozenset[str], tags: Sequence[TagRule], place: str) -> Iterator[Fault]:
    """Settings for a tag or a word the group does not have: most likely a slip of the pen."""
    for setting in ("weights", "patterns"):
        for name in sound[setting]:
            if name not in sound["tags"]:
                yield Fault(place, f"{setting}.{name}: no such tag", "name one that stands under tags")
    for word in sorted(single - {word.folded for tag in tags for word in tag.words}):
        yield Fault(place, f"single: {word!r} is no word of this group", "take it away, or give the word to a tag")
