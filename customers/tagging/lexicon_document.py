"""The lexicon as one document: a table for each group beside ``vocabulary``. What is written reads back the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from customers.tagging.lexicon import Fault, Group, Lexicon, LexiconInvalid, TagRule, Word, version_of
from customers.tagging.lexicon_table import LONGEST_WORD, read_group

VOCABULARY = "vocabulary"
MOST_WORDS = 50_000
"""Of a whole lexicon, patterns written out: twenty times the starter, and still read within a second."""

Place = Callable[[str], str]


def read_document(raw: Mapping[str, object], place: Place | None = None) -> Lexicon:
    """The lexicon of a document; ``place`` says where a group stands. Raises LexiconInvalid with every fault."""
    place = place or (lambda key: f"lexicon: {key}")
    faults: list[Fault] = []
    groups: dict[str, Group] = {}
    for key, table in raw.items():
        group = read_group(key, table, place(key), faults) if key != VOCABULARY else None
        if group is not None:
            groups[key] = group
    if not groups and not faults:
        faults.append(Fault(place("").rstrip(": "), "holds no group", "write one table a group; see docs/tagging.md"))
    vocabulary = tuple(_vocabulary(raw.get(VOCABULARY, []), place(VOCABULARY), faults))
    faults.extend(_clashes(groups.values(), place))
    faults.extend(_idle_blocks(groups.values(), place))
    faults.extend(_excess(groups.values(), place))
    if faults:
        raise LexiconInvalid(faults)
    version = version_of(groups.values(), vocabulary)
    return Lexicon(MappingProxyType(groups), version, vocabulary)


def document_of(lexicon: Lexicon) -> dict[str, object]:
    """The document that reads as this lexicon, settings in the order staff are shown them."""
    document: dict[str, object] = {VOCABULARY: list(lexicon.vocabulary)} if lexicon.vocabulary else {}
    return document | {key: _table(group) for key, group in lexicon.groups.items()}


def write_toml(lexicon: Lexicon) -> str:
    """The document as a TOML file."""
    lines: list[str] = []
    for key, value in document_of(lexicon).items():
        if isinstance(value, dict):
            lines += ["", f"[{_key(key)}]", *_table_lines(_key(key), value)]
        else:
            lines += _assignment(key, value)
    return "\n".join(lines).lstrip("\n") + "\n"


def is_same(one: Lexicon, other: Lexicon) -> bool:
    """Whether both are written alike, whatever the order. Patterns and the words they stand for are not."""
    return _sorted(document_of(one)) == _sorted(document_of(other))


def list_words(lexicon: Lexicon) -> set[tuple[str, str]]:
    """Every word with where it stands: ``GROUP/TAG``, ``GROUP/blocked`` or ``vocabulary``."""
    tagged = {(f"{rule.group}/{rule.name}", word.text) for rule in lexicon.rules() for word in rule.words}
    blocked = {(f"{key}/blocked", word.text) for key, group in lexicon.groups.items() for word in group.blocked}
    return tagged | blocked | {(VOCABULARY, word) for word in lexicon.vocabulary}


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _table(group: Group) -> dict[str, object]:
    words = [word for tag in group.tags for word in tag.words]
    table: dict[str, object] = {
        "label": group.label,
        "kind": group.kind.value,
        "half_life_days": group.half_life_days,
        "exclusive": group.exclusive,
        "personal": group.personal,
        "weight": group.weight,
        "single": [word.text for word in words if len(word.folded) == 1],
        "blocked": [word.text for word in group.blocked],
        "weights": {tag.name: tag.weight for tag in group.tags if tag.weight != group.weight},
        "tags": {tag.name: [word.text for word in tag.words if not word.pattern] for tag in group.tags},
        "patterns": {tag.name: patterns for tag in group.tags if (patterns := _patterns(tag))},
    }
    return {key: value for key, value in table.items() if value not in ([], {})}


def _patterns(tag: TagRule) -> list[str]:
    return list(dict.fromkeys(word.pattern for word in tag.words if word.pattern))


def _table_lines(path: str, table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if not isinstance(value, dict):
            yield from _assignment(key, value)
    for key, value in table.items():
        if isinstance(value, dict):
            yield from ("", f"[{path}.{key}]")
            for name, inner in value.items():
                yield from _assignment(name, inner)


def _assignment(key: str, value: object) -> Iterator[str]:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    yield f"{_key(key)} = {_written(value)}"


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("-", "_").isidentifier()
    return name if is_bare else _written(name)


def _written(value: object) -> str:
    """JSON writes texts, numbers and lists as TOML does; DEL alone needs an escape there."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    return sorted(value) if isinstance(value, list) else value


# ── what no group can see alone ──────────────────────────────────────────────────────────────────────────────────
def _vocabulary(written: object, place: str, faults: list[Fault]) -> Iterator[str]:
    if not isinstance(written, list):
        faults.append(Fault(place, f"should be a list of words, is {written!r}", 'write vocabulary = ["a name"]'))
        return
    seen: set[str] = set()
    for word in written:
        if not isinstance(word, str) or not word.isalnum() or not 2 <= len(word) <= LONGEST_WORD:
            remedy = f"write 2 to {LONGEST_WORD} letters and digits, no blank and no sign"
            faults.append(Fault(place, f"{word!r} is no word", remedy))
        elif word in seen:
            faults.append(Fault(place, f"{word!r} stands there twice", "take one away"))
        else:
            seen.add(word)
            yield word


def _clashes(groups: Iterable[Group], place: Place) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for group in groups:
        here = place(group.key)
        places = [(f"{here}: {tag.name}", tag.words) for tag in group.tags]
        for at, words in [*places, (f"{here}: blocked", group.blocked)]:
            for word in words:
                if word.folded in owner:
                    remedy = "a word speaks for one tag: take one of the two away"
                    yield Fault(at, f"{_told(word)} is already in {owner[word.folded]}", remedy)
                owner.setdefault(word.folded, at)


def _told(word: Word) -> str:
    return f"{word.text!r} of the pattern {word.pattern!r}" if word.pattern else repr(word.text)


def _idle_blocks(groups: Iterable[Group], place: Place) -> Iterator[Fault]:
    for group in groups:
        ours = {word.folded for tag in group.tags for word in tag.words}
        for block in group.blocked:
            if ours.isdisjoint(_parts(block.folded)):
                problem = f"{block.text!r} contains no word of this group, so it blocks nothing"
                yield Fault(f"{place(group.key)}: blocked", problem, "take it away")


def _parts(text: str) -> Iterator[str]:
    return (text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1))


def _excess(groups: Iterable[Group], place: Place) -> Iterator[Fault]:
    total = 0
    for group in groups:
        total += sum(len(tag.words) for tag in group.tags)
        if total > MOST_WORDS:
            problem = f"with its words the lexicon has more than {MOST_WORDS:,}"
            yield Fault(place(group.key), problem, "take away words nobody uses, or narrow the patterns")
            return
