"""A process that projects or replays all there is: ``python -m benchmarks.projector.worker URL project|replay``.

Says ``ready`` and begins when it is told to, so that several begin together; then tells its cost.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from datetime import timedelta

import psutil

from customers.projector import Projector
from customers.replaying import Progress, replay_tags
from customers.tagging.live import LiveLexicon
from models.database import close_database, open_database

_TELL_EVERY_S = 5.0


async def main(url: str, what: str) -> None:
    gc.set_threshold(20_000, 20, 20)  # as ``main.py serve`` has it
    await open_database(url)
    lexicon = LiveLexicon()
    lexicon.understanding.read("你好")
    print("ready", flush=True)
    sys.stdin.readline()
    process = psutil.Process()
    cpu_before, began = sum(process.cpu_times()[:2]), time.perf_counter()
    rows = await (_project(lexicon) if what == "project" else _replay(lexicon))
    seconds, cpu_s = time.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu_before
    await close_database()
    rss_mb = process.memory_info().rss / 1e6
    print(json.dumps({"rows": rows, "seconds": seconds, "cpu_s": cpu_s, "rss_mb": rss_mb}))


async def _project(lexicon: LiveLexicon) -> int:
    projector, rows = Projector(lexicon, timedelta(days=30)), 0
    while done := await projector.run_once():
        rows += done
    return rows


async def _replay(lexicon: LiveLexicon) -> int:
    """Of a replay the words count: other rows are not read."""
    began, told = time.monotonic(), 0.0

    def tell(progress: Progress) -> None:
        nonlocal told
        seconds = time.monotonic() - began
        if seconds - told >= _TELL_EVERY_S:
            told = seconds
            share = progress.messages / max(1, progress.messages_in_all)
            print(f"  {share:.0%} after {seconds:.0f} s", file=sys.stderr, flush=True)

    return (await replay_tags(lexicon, tell)).messages


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
