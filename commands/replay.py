"""``replay tags``: rebuilds every automatic tag from the first journal row, by today's lexicon."""

from __future__ import annotations

import argparse
import sys
from time import monotonic

from commands.output import Exit, Output
from commands.wiring import database, read_installation
from customers.replaying import Progress, replay_tags
from customers.tagging.live import LiveLexicon

HELP = "rebuild every automatic tag from the journal"
_TELL_EVERY_S = 2.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["tags"])


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    async with database(installation):
        told = _Told()
        done = await replay_tags(LiveLexicon(), told.tell)
        seconds = monotonic() - told.began_s
    out.line(f"tags of {done.identities} identities rebuilt with lexicon {done.version}")
    out.put(
        identities=done.identities,
        messages=done.messages,
        seconds=round(seconds, 1),
        lexicon=done.version,
        restarts=done.restarts,
    )
    return Exit.DONE


class _Told:
    """Says on stderr every other second how far it is, how fast, and how long it will take."""

    def __init__(self) -> None:
        self.began_s = self._pass_began_s = self._told_s = monotonic()
        self._restarts = 0

    def tell(self, progress: Progress) -> None:
        now = monotonic()
        if progress.restarts > self._restarts:
            self._restarts, self._pass_began_s = progress.restarts, now
            print("the lexicon has changed: beginning again with the new one", file=sys.stderr, flush=True)
        if now - self._told_s < _TELL_EVERY_S:
            return
        self._told_s = now
        print(self._words(progress, now - self._pass_began_s), file=sys.stderr, flush=True)

    def _words(self, progress: Progress, seconds: float) -> str:
        rate = progress.messages / seconds if seconds else 0.0
        left_s = max(0, progress.messages_in_all - progress.messages) / rate if rate else 0.0
        share = progress.messages / progress.messages_in_all if progress.messages_in_all else 1.0
        return (
            f"{progress.messages:,} of {progress.messages_in_all:,} messages ({share:.0%}), {rate:,.0f} a second,"
            f" about {_duration(left_s)} left"
        )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
