"""Editions of the lexicon: each change is stored whole, the newest is live in every process, and one step goes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from core.errors import Invalid, Missing
from customers.audit import SYSTEM, note
from customers.tagging.lexicon import Lexicon, LexiconInvalid
from customers.tagging.lexicon_document import is_same, list_words, write_toml
from customers.tagging.live import REVISION, lexicon_of, starter_lexicon
from models import LexiconEdition
from models.dialect.locks import lock_word
from models.revisions import bump

_LONGEST_NOTE = 128
_STARTER = "starter files"


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition as the history tells it."""

    id: int
    version: str
    made_at: datetime
    made_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is live now and the version that was; ``edition`` is None where the starter files are, and still are.

    ``added`` and ``removed`` count words with their places, so that a word put elsewhere is in both.
    """

    edition: Edition | None
    lexicon: Lexicon
    version_before: str
    has_changed: bool
    added: int = 0
    removed: int = 0


async def find_live() -> Edition | None:
    """The edition live now; None while that is the starter files."""
    row = await _newest()
    return _told(row) if row else None


async def list_editions(limit: int) -> list[Edition]:
    """The newest editions, newest first."""
    return [_told(row) for row in await LexiconEdition.all().order_by("-id").limit(limit)]


async def get_edition(edition_id: int) -> Lexicon:
    """What an edition held. Raises ``Missing``."""
    row = await LexiconEdition.get_or_none(id=edition_id)
    if row is None:
        raise Missing(f"there is no lexicon edition {edition_id}: lexicon history shows those there are")
    return lexicon_of(row)


async def store(lexicon: Lexicon, by: str, at: datetime, words: str = "") -> Change:
    """Make a lexicon live; one that is live already changes nothing. ``words`` is a note for the history."""
    return await _change(lambda _: lexicon, by, at, words, "lexicon.import")


async def edit(change: Callable[[Lexicon], Lexicon], by: str, at: datetime, words: str) -> Change:
    """Make live what ``change`` makes of the lexicon live now, nobody else editing meanwhile. Raises what it raises."""
    return await _change(lambda row: change(_held(row)), by, at, words, "lexicon.edit")


async def undo(by: str, at: datetime) -> Change:
    """Make live again, as a new edition, what was live before the last change; undone again, the change is back.

    Raises ``Missing`` where nothing was ever changed.
    """
    async with in_transaction():
        await lock_word(REVISION)
        rows = await LexiconEdition.all().order_by("-id").limit(2)
        if len(rows) < 2:
            raise Missing("the lexicon was never changed: there is nothing to undo")
        newest, earlier = rows
        after = lexicon_of(earlier)
        words = f"undo of {newest.id}: as edition {earlier.id}"
        edition = await _add(after, by, at, words, "lexicon.undo")
        return _changed(edition, after, newest.version, _find_held(newest))


async def _change(
    make: Callable[[LexiconEdition | None], Lexicon], by: str, at: datetime, words: str, action: str
) -> Change:
    if len(words) > _LONGEST_NOTE or not words.isprintable():
        raise Invalid("--note", f"{words!r} is no note", f"write at most {_LONGEST_NOTE} characters in one line")
    async with in_transaction():
        await lock_word(REVISION)
        row = await _newest()
        lexicon, before = make(row), _find_held(row)
        version = row.version if row else starter_lexicon().version
        if before is not None and is_same(before, lexicon):
            return Change(_told(row) if row else None, lexicon, version, has_changed=False)
        return _changed(await _add(lexicon, by, at, words, action), lexicon, version, before)


def _changed(edition: Edition, lexicon: Lexicon, version_before: str, before: Lexicon | None) -> Change:
    new, old = list_words(lexicon), list_words(before) if before else set()
    return Change(edition, lexicon, version_before, True, len(new - old), len(old - new))


def _held(row: LexiconEdition | None) -> Lexicon:
    return lexicon_of(row) if row else starter_lexicon()


def _find_held(row: LexiconEdition | None) -> Lexicon | None:
    """None where this program no longer takes the edition: an import is what repairs it."""
    try:
        return _held(row)
    except LexiconInvalid:
        return None


async def _add(lexicon: Lexicon, by: str, at: datetime, words: str, action: str) -> Edition:
    """In the transaction of the change. The first change keeps the starter files too, for the undo."""
    if not await LexiconEdition.exists():
        await _create(starter_lexicon(), SYSTEM, at, _STARTER)
    row = await _create(lexicon, by, at, words)
    await bump(REVISION)
    await note(action, f"lexicon_edition:{row.id}", at, by, version=row.version)
    return _told(row)


async def _create(lexicon: Lexicon, by: str, at: datetime, words: str) -> LexiconEdition:
    content: dict[str, object] = {"toml": write_toml(lexicon)}  # a text: JSON of PostgreSQL keeps no order of tags
    return await LexiconEdition.create(version=lexicon.version, content=content, made_at=at, made_by=by, note=words)


async def _newest() -> LexiconEdition | None:
    return await LexiconEdition.all().order_by("-id").first()


def _told(row: LexiconEdition) -> Edition:
    return Edition(row.id, row.version, row.made_at, row.made_by, row.note)
