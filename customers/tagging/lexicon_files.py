"""Reads the lexicon from one small TOML file a group, and says by file, tag and word what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from customers.tagging.fold import fold
from customers.tagging.lexicon import Group, Kind, Lexicon, LexiconInvalid, TagRule, Word, version_of

STARTER = Path(__file__).with_name("lexicon")
_REQUIRED: Mapping[str, tuple[type, ...]] = {
    "label": (str,),
    "kind": (str,),
    "half_life_days": (int, float),
    "exclusive": (bool,),
    "weight": (int, float),
    "tags": (dict,),
}
_OPTIONAL: Mapping[str, tuple[type, ...]] = {"single": (list,), "blocked": (list,), "weights": (dict,)}
_WEIGHT_STEP = 0.25  # quarters add up exactly in binary, so a sum of weights does not depend on its order


def load_lexicon(folder: Path = STARTER) -> Lexicon:
    """Reads every ``*.toml`` of ``folder``; a file is named after its group. Raises LexiconInvalid with every fault."""
    faults: list[str] = []
    groups: dict[str, Group] = {}
    for path in sorted(folder.glob("*.toml")):
        group = _read_group(path, faults)
        if group is not None:
            groups[group.key] = group
    if not groups and not faults:
        faults.append(f"{folder}: no *.toml file")
    faults.extend(_clashes(groups.values()))
    faults.extend(_idle_blocks(groups.values()))
    if faults:
        raise LexiconInvalid(faults)
    return Lexicon(MappingProxyType(groups), version_of(groups.values()))


def _read_group(path: Path, faults: list[str]) -> Group | None:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: not readable as TOML: {error}")
        return None
    found = [f"{path.name}: {fault}" for fault in _shape_faults(raw)]
    if found:
        faults.extend(found)
        return None
    single = frozenset(fold(str(word)) for word in raw.get("single", ()))
    weights = raw.get("weights", {})
    found.extend(f"{path.name}: weights.{tag}: no such tag" for tag in weights if tag not in raw["tags"])
    tags = tuple(
        TagRule(
            path.stem,
            name,
            _read_words(f"{path.name}: {name}", words, single, found),
            float(weights.get(name, raw["weight"])),
        )
        for name, words in raw["tags"].items()
    )
    used = {word.folded for tag in tags for word in tag.words}
    found.extend(f"{path.name}: single: {word!r} is no word of this group" for word in sorted(single - used))
    blocked = _read_words(f"{path.name}: blocked", raw.get("blocked", []), frozenset(), found)
    faults.extend(found)
    key, kind, half_life = path.stem, Kind(raw["kind"]), float(raw["half_life_days"])
    return Group(key, raw["label"], kind, half_life, raw["exclusive"], tags, blocked)


def _shape_faults(raw: Mapping[str, object]) -> Iterator[str]:
    known = {**_REQUIRED, **_OPTIONAL}
    yield from (f"{key}: unknown setting" for key in raw if key not in known)
    yield from (f"{key}: missing" for key in _REQUIRED if key not in raw)
    for key, value in raw.items():
        expected = known.get(key, ())
        if key in known and type(value) not in expected:
            yield f"{key}: should be {' or '.join(each.__name__ for each in expected)}, is {value!r}"
        else:
            yield from _value_faults(key, value)


def _value_faults(key: str, value: object) -> Iterator[str]:
    match key, value:
        case "label", "":
            yield "label: empty"
        case "kind", str() if value not in list(Kind):
            yield f"kind: {value!r} is none of {', '.join(Kind)}"
        case "half_life_days", int() | float() if not 0 < value < float("inf"):
            yield f"half_life_days: should be more than 0, is {value}"
        case "weight", _ if not _is_weight(value):
            yield f"weight: should be a multiple of {_WEIGHT_STEP} above 0, is {value}"
        case "weights", dict():
            for tag, weight in value.items():
                if not _is_weight(weight):
                    yield f"weights.{tag}: should be a multiple of {_WEIGHT_STEP} above 0, is {weight!r}"
        case "tags", dict() if not value:
            yield "tags: empty"


def _is_weight(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 < value < float("inf") and (value / _WEIGHT_STEP).is_integer()


def _read_words(place: str, words: object, single: frozenset[str], faults: list[str]) -> tuple[Word, ...]:
    if not isinstance(words, list) or (not words and not place.endswith(": blocked")):
        faults.append(f"{place}: should be a list of words, is {words!r}")
        return ()
    read = []
    for text in words:
        fault = _word_fault(text, single)
        if fault:
            faults.append(f"{place}: {text!r} {fault}")
        else:
            read.append(Word(text, fold(text)))
    return tuple(read)


def _word_fault(text: object, single: frozenset[str]) -> str | None:
    if not isinstance(text, str):
        return "is no text"
    if not text:
        return "is empty"
    if any(char.isspace() for char in text):
        return "contains white space"
    if not text.isalnum():
        return "contains a sign that is neither letter nor digit"
    if len(text) == 1 and fold(text) not in single:
        return "is one character; list it under single to allow it"
    return None


def _clashes(groups: Iterable[Group]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for group in groups:
        places = [(f"{group.key}.toml: {tag.name}", tag.words) for tag in group.tags]
        for place, words in [*places, (f"{group.key}.toml: blocked", group.blocked)]:
            for word in words:
                if word.folded in owner:
                    yield f"{place}: {word.text!r} is already in {owner[word.folded]}"
                owner.setdefault(word.folded, place)


def _idle_blocks(groups: Iterable[Group]) -> Iterator[str]:
    for group in groups:
        ours = [word.folded for tag in group.tags for word in tag.words]
        for block in group.blocked:
            if not any(word in block.folded for word in ours):
                yield f"{group.key}.toml: blocked: {block.text!r} contains no word of this group, so it blocks nothing"
