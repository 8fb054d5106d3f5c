"""``replay tags``: rebuilds every automatic tag from the first journal row, by today's lexicon."""

from __future__ import annotations

import argparse
from datetime import timedelta

from commands.output import Exit, Output
from commands.wiring import database, read_installation
from customers.projector import Projector
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Tagger

HELP = "rebuild every automatic tag from the journal"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["tags"])


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    lexicon = load_lexicon()
    async with database(installation):
        projector = Projector(Tagger(lexicon), timedelta(days=installation.settings.brand.place_days))
        identities = await projector.replay_tags()
    out.line(f"tags of {identities} identities rebuilt with lexicon {lexicon.version}")
    out.put(identities=identities, lexicon=lexicon.version)
    return Exit.DONE
