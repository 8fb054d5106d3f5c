"""The lexicon that is live: the newest edition stored, or the starter files where none is; kept in memory."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from customers.tagging.lexicon import Lexicon
from customers.tagging.lexicon_document import read_document
from customers.tagging.lexicon_files import load_lexicon, read_toml
from models import LexiconEdition
from models.revisions import number

if TYPE_CHECKING:
    from customers.tagging.understand import Understanding

REVISION = "lexicon"
_MOST_KEPT = 4
"""Editions in memory: the live one, those an undo goes between, and a neighbour's for a moment."""

starter_lexicon = cache(load_lexicon)
"""The lexicon of the house, read once a process."""

_kept: dict[str, Lexicon] = {}


async def live_lexicon() -> Lexicon:
    """Today's lexicon, inside a transaction or out of it; read anew only where another edition has become live."""
    newest = await LexiconEdition.all().order_by("-id").limit(1).values_list("id", "version")
    if not newest:
        return starter_lexicon()
    edition_id, version = newest[0]
    if version not in _kept:
        edition = await LexiconEdition.get(id=edition_id)
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[version] = lexicon_of(edition)
    return _kept[version]


def lexicon_of(edition: LexiconEdition) -> Lexicon:
    """What an edition holds. Raises LexiconInvalid where this program no longer takes it."""
    name = f"lexicon edition {edition.id}"
    return read_document(read_toml(str(edition.content["toml"]), name), lambda key: f"{name}: {key}")


class LiveLexicon:
    """The lexicon and what is built from it, for whoever reads messages one after the other. It changes only in
    ``refresh``; until the first the starter files are all there is."""

    def __init__(self) -> None:
        self._revision: int | None = None
        self._built = _Built(starter_lexicon())

    @property
    def lexicon(self) -> Lexicon:
        return self._built.lexicon

    @property
    def understanding(self) -> Understanding:
        """Reads messages by this lexicon; built the first time it is asked for."""
        return self._built.understanding

    def prepare(self) -> None:
        """Builds the understanding now, so that no customer waits for it."""
        self._built.understanding  # noqa: B018 - built when it is asked for

    async def refresh(self) -> bool:
        """Look whether another edition has become live, and take it; True if it has. Cheap: one row is read.

        Run it about once a second, or first thing in the transaction whose rows it decides about.
        """
        revision = await number(REVISION)  # first: an edition committed after it makes the next look reload once more
        if revision == self._revision:
            return False
        lexicon = await live_lexicon()
        self._revision = revision
        has_changed = lexicon.version != self.lexicon.version
        if has_changed:
            self._built = _Built(lexicon)
        return has_changed


class _Built:
    """One lexicon with what is made from it, so that the two change together."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    @cached_property
    def understanding(self) -> Understanding:
        from customers.tagging.understand import Understanding  # slow to import; whoever shows a card needs no tagger

        return Understanding(self.lexicon)
