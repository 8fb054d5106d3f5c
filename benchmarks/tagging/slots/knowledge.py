"""What is known of words beyond the training queries: a public thesaurus' classes.

The thesaurus (同义词词林: class codes such as Ed02B, one letter more for each finer class) knows no slot types. It is
measured with and never shipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

Names = Callable[[str], Iterable[str]]
"""Names the features of a span by its characters."""

_LEVELS = (2, 4, 5)  # letters of a class code: from "tools and materials" to "kinds of cloth"


def read_thesaurus(path: Path) -> Names:
    """Classes of the span itself, of the longest word it ends with and of the longest it begins with."""
    classes: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            code, *words = line.split()
            for word in words:
                classes[word].add(code)
    return lambda inner: sorted(set(_classes_of(inner, classes)))


def _classes_of(inner: str, classes: Mapping[str, set[str]]) -> Iterator[str]:
    own = {code[:level] for code in classes.get(inner, ()) for level in _LEVELS}
    yield from (f"t{code}" for code in own)
    if not own:
        yield "t-"
    sizes = range(min(3, len(inner) - 1), 0, -1)
    for name, parts in (("tl", [inner[-size:] for size in sizes]), ("tf", [inner[:size] for size in sizes])):
        longest = next((part for part in parts if part in classes), "")
        for code in classes.get(longest, ()):
            yield f"{name}{len(longest) > 1}{code[:2]}"
            yield f"{name}{len(longest) > 1}{code[:4]}"
