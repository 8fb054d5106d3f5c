"""Lexicon: whether this program still reads the edition that is live; one it cannot read stops the projector."""

from __future__ import annotations

from commands.checks.finding import Finding, green, red
from customers.tagging.editions import Edition, get_edition, list_editions
from customers.tagging.lexicon import Lexicon, LexiconInvalid
from customers.tagging.live import starter_lexicon

PART = "lexicon"

_LOOKED_BACK = 100
_STARTER = "python main.py lexicon import customers/tagging/lexicon"


async def check_lexicon() -> Finding:
    """The live edition, read as the service reads it, and where that fails the newest one to go back to; changes
    nothing. Needs an open database."""
    editions = await list_editions(_LOOKED_BACK)
    if not editions:
        return green(PART, f"the starter files, {_sum(starter_lexicon())}")
    live = editions[0]
    try:
        return green(PART, f"edition {live.id}, {_sum(await get_edition(live.id))}")
    except LexiconInvalid as error:
        first, more = error.faults[0], len(error.faults) - 1
        others = f", and {more} more" if more else ""
        detail = f"edition {live.id} is live and cannot be read: {first.place}: {first.problem}{others}"
        return red(PART, detail, await _way_back(editions))


async def _way_back(editions: list[Edition]) -> str:
    """The command that makes the newest edition live that can be read."""
    for steps, edition in enumerate(editions[1:], start=1):
        if await _is_readable(edition):
            if steps == 1:
                return f"run: python main.py lexicon undo (what edition {edition.id} held is live again then)"
            copy = f"python main.py lexicon export edition{edition.id}.toml --edition {edition.id}"
            return f"run: {copy} && python main.py lexicon import edition{edition.id}.toml"
    return f"run: {_STARTER} (the starter files; no edition can be read)"


async def _is_readable(edition: Edition) -> bool:
    try:
        await get_edition(edition.id)
    except LexiconInvalid:
        return False
    return True


def _sum(lexicon: Lexicon) -> str:
    return f"{sum(len(rule.words) for rule in lexicon.rules()):,} words"
