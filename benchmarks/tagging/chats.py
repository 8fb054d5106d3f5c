"""Customers' turns of real service chats: what understanding one costs, and how many say something we know."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.tagging.clock import measure as clock
from benchmarks.tagging.data import CHATS, Folders, read_turns
from benchmarks.tagging.peers import jieba_words
from benchmarks.tagging.peers.substring import Substring
from benchmarks.tagging.report import Row, Say, tell
from customers.tagging.lexicon import Lexicon
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.understand import Understanding

_SEED, _TOP = 9, 20
_ROOT = Path(__file__).parents[2]


def measure(folders: Folders, full: bool, say: Say, samples: int) -> list[Row]:
    """Time beside two plain ways, memory and start of a process of its own, and reach. Prints samples to be read."""
    path = folders.find(CHATS)
    turns = read_turns(path) if path is not None else []
    if not turns:
        return []
    chance = random.Random(_SEED)
    lexicon = load_lexicon()
    understanding = Understanding(lexicon)
    timed = chance.sample(turns, min(len(turns), 3_000 if full else 300))
    rows = tell(say, "service chats: time", _times(understanding, lexicon, timed))
    rows += tell(say, "service chats: a fresh process", _fresh(turns))
    rows += tell(say, "service chats: reach", _reach(understanding, lexicon, turns))
    for turn in chance.sample(turns, min(len(turns), samples)):
        say(f"  {turn}\n      → {_shown(understanding, turn)}")
    return rows


def _plain(lexicon: Lexicon) -> Substring:
    return Substring({word.text: rule.name for rule in lexicon.rules() for word in rule.words if not word.pattern})


def _times(understanding: Understanding, lexicon: Lexicon, turns: Sequence[str]) -> list[Row]:
    jieba_words.start()
    ways = {
        "tags, measures, intents and mood": understanding.read,
        "plain substring tagger, tags only": _plain(lexicon).tags,
        "jieba TF-IDF, keywords only": lambda turn: jieba_words.tf_idf(turn, _TOP),
    }
    rows = []
    for name, cost in clock(ways, turns).items():
        rows.append(Row("chats", f"CPU a turn: {name}", cost.cpu_us, "µs", len(turns)))
        rows.append(Row("chats", f"99th percentile: {name}", cost.p99_us, "µs", len(turns)))
        rows.append(Row("chats", f"on one core: {name}", 1e6 / cost.cpu_us, "turns/s", len(turns)))
    return rows


def _fresh(turns: Sequence[str]) -> list[Row]:
    said = "\n".join(turns).encode("utf-8", "replace")
    command = [sys.executable, "-m", "benchmarks.tagging.fresh"]
    runs = [
        json.loads(subprocess.run(command, input=said, capture_output=True, check=True, cwd=_ROOT).stdout)
        for _ in range(3)
    ]
    return [
        Row("chats", "CPU from start to the first reading", median(run["start_s"] for run in runs), "s", 3),
        Row("chats", "memory after every turn", median(run["rss_mb"] for run in runs), "MB", len(turns)),
    ]


def _reach(understanding: Understanding, lexicon: Lexicon, turns: Sequence[str]) -> list[Row]:
    readings = [understanding.read(turn) for turn in turns]
    plain = _plain(lexicon)
    counts = {
        "a tag or an intent": sum(bool(reading.hits or reading.intents) for reading in readings),
        "a tag": sum(bool(reading.hits) for reading in readings),
        "an intent": sum(bool(reading.intents) for reading in readings),
        "a measure": sum(bool(reading.measures) for reading in readings),
        "a mood": sum(reading.strength > 0 for reading in readings),
        "a tag of the plain substring tagger": sum(bool(plain.tags(turn)) for turn in turns),
    }
    return [
        Row("chats", f"turns with {what}", count / len(turns), "share", len(turns)) for what, count in counts.items()
    ]


def _shown(understanding: Understanding, turn: str) -> str:
    reading = understanding.read(turn)
    tags = [
        f"{'不要' if hit.negated else ''}{hit.tag}{f'@{hit.subject}' if hit.subject else ''}" for hit in reading.hits
    ]
    measures = [f"{measure.name}={measure.value}" for measure in reading.measures]
    return " · ".join([*tags, *measures, *reading.intents, reading.mood])
