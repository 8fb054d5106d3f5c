"""The tagging benchmark: how well and how fast customers are understood, beside jieba and a plain substring tagger."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Any

from benchmarks.tagging import chats, segmentation, sentences
from benchmarks.tagging.data import Folders, home
from benchmarks.tagging.report import Say
from benchmarks.tagging.reviews import measure as reviews
from benchmarks.tagging.slots import measure as slots


def run(full: bool, say: Say, data: Path | None = None, samples: int | None = None) -> dict[str, Any]:
    """Returns ``{"rows": [a figure each], "ratios": {…}, …}``. ``data`` is a folder of rows held out, with the file
    names of the folder learnt from; ``samples`` is how many turns are printed for reading (none, or 100 in full)."""
    if data is not None and not data.is_dir():
        raise SystemExit(f"--data: no folder {data}")
    folders = Folders(home(), data or home())
    began = time.monotonic()
    say(f"learning from {folders.home}, scoring {folders.scored}")
    by_slots = slots.measure(folders, full, say)
    by_reviews, ratios = reviews.measure(folders, full, say)
    rows = [
        *by_slots.rows,
        *by_reviews,
        *chats.measure(folders, full, say, (100 if full else 0) if samples is None else samples),
        *segmentation.measure(folders, full, say),
        *sentences.measure(say),
    ]
    if by_slots.ours_vs_substring is not None:
        ratios["ours_vs_substring_f1"] = by_slots.ours_vs_substring
    for name, ratio in ratios.items():
        say(f"{name} {ratio:.3f}")
    say(f"{time.monotonic() - began:.0f} s")
    return {
        "benchmark": "tagging",
        "size": "full" if full else "small",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rows": [row.as_json() for row in rows],
        "ratios": {name: round(ratio, 4) for name, ratio in ratios.items()},
    }
