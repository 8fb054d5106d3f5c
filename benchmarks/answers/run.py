"""The answers benchmark: stored questions asked in other words, and questions nobody stored, of us and of two peers.

Ours has the threshold of the product, fixed in ``campaigns.answers.likeness``. A peer has none of its own: it gets the
one at which, on the development part, it gives no more wrong answers than ours.
"""

from __future__ import annotations

import gzip
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Protocol

from benchmarks.answers.ours import Ours
from benchmarks.answers.paraphrases import THESAURUS, Thesaurus, asked, read_thesaurus
from benchmarks.answers.peers.jieba_bm25 import JiebaBm25
from benchmarks.answers.peers.overlap import Overlap
from benchmarks.answers.questions import CHATS, Asked, Part, shop, split

Say = Callable[[str], None]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_SEEDS_SMALL, _SEEDS_FULL = (1,), (1, 2, 3)
_MANY = 10_000
_TIMED = 300


class Engine(Protocol):
    """Finds groups of stored questions; built from (question, group)."""

    name: str

    def find(self, words: str) -> list[tuple[int, float]]: ...


class Task(NamedTuple):
    """What is stored, what is asked to choose a threshold by, and what is scored."""

    name: str
    stored: Part
    development: tuple[Part, Sequence[Asked]]
    scored: Sequence[Asked]


class Result(NamedTuple):
    """Of each question: who answers it, the three found, and the surest one's score."""

    asked: Asked
    groups: tuple[int, ...]
    score: float

    @property
    def is_right(self) -> bool:
        return bool(self.groups) and self.groups[0] == self.asked.group


ENGINES: tuple[Callable[[Sequence[tuple[str, int]]], Engine], ...] = (Ours, JiebaBm25, Overlap)


def run(full: bool, say: Say, data: Path = DATA) -> dict[str, Any]:
    """Returns ``{"rows": […], "ratios": {…}, …}``: a row for each engine, task and way of asking."""
    report: dict[str, Any] = {
        "benchmark": "answers",
        "size": "full" if full else "small",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rows": [],
        "ratios": {},
    }
    say(report["machine"])
    for task in _tasks(data, _SEEDS_FULL if full else _SEEDS_SMALL):
        rows = _measured(task)
        report["rows"] += rows
        _print(task, rows, say)
        ours, *peers = [row for row in rows if row["way"] == "all"]
        for measure in ("recall_1", "answered_right"):
            best = max(peer[measure] for peer in peers)
            report["ratios"][f"{task.name}_{measure}"] = round(ours[measure] / best, 3) if best else None
    report["rows"].append(_speed(data))
    say(f"{_MANY:,} stored questions: {report['rows'][-1]['us_a_query']} µs a question (median)")
    return report


def _tasks(data: Path, seeds: Sequence[int]) -> list[Task]:
    parts, thesaurus = split(data), _thesaurus(data)
    chats = Task(
        "chats",
        parts.scored,
        (parts.development, asked(parts.development, thesaurus, 0)),
        [each for seed in seeds for each in asked(parts.scored, thesaurus, seed)],
    )
    stored, development, scored = shop()
    return [chats, Task("by_hand", stored, (stored, development), scored)]


def _thesaurus(data: Path) -> Thesaurus:
    """A folder of held-out chats may lack the thesaurus: then ours is taken."""
    folder = data if (data / THESAURUS).exists() else DATA
    with gzip.open(data / CHATS, "rt", encoding="utf-8") as chats:
        return read_thesaurus(folder, chats.read())


def _measured(task: Task) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    allowed = 0.0
    for build in ENGINES:
        engine = build(_pairs(task.stored))
        tried = _ask(build(_pairs(task.development[0])), task.development[1])
        threshold = getattr(engine, "threshold", None)
        if threshold is None:
            threshold = _threshold(tried, allowed)
        else:
            allowed = _figures(tried, threshold)["wrong_of_all"]
        begun = time.perf_counter()
        results = _ask(engine, task.scored)
        us = (time.perf_counter() - begun) / len(results) * 1e6
        head = {"engine": engine.name, "task": task.name, "threshold": round(threshold, 3)}
        rows.append({**head, "way": "all", **_figures(results, threshold), "us_a_query": round(us)})
        for way in dict.fromkeys(each.way for each in task.scored):
            rows.append({**head, "way": way, **_figures([r for r in results if r.asked.way == way], threshold)})
    return rows


def _pairs(part: Part) -> list[tuple[str, int]]:
    return [(question, group) for group, questions in enumerate(part.stored) for question in questions]


def _ask(engine: Engine, questions: Sequence[Asked]) -> list[Result]:
    results = []
    for each in questions:
        found = engine.find(each.words)
        results.append(Result(each, tuple(group for group, _ in found), found[0][1] if found else 0.0))
    return results


def _threshold(results: Sequence[Result], allowed: float) -> float:
    """The lowest at which no larger a share of all questions than ``allowed`` is answered wrongly."""
    wrong, threshold = 0, float("inf")
    for result in sorted(results, key=lambda result: -result.score):
        wrong += not result.is_right
        if wrong > allowed * len(results):
            break
        threshold = result.score
    return threshold


def _figures(results: Sequence[Result], threshold: float) -> dict[str, Any]:
    """``answered_right`` of those somebody stored; ``wrong_of_unstored`` of those nobody did; ``wrong_of_all``."""
    stored = [result for result in results if result.asked.group is not None]
    given = [result for result in results if result.groups and result.score >= threshold]
    wrong = [result for result in given if not result.is_right]
    unstored = len(results) - len(stored)
    return {
        "questions": len(results),
        "recall_1": _share(sum(result.is_right for result in stored), len(stored)),
        "recall_3": _share(sum(result.asked.group in result.groups for result in stored), len(stored)),
        "answered_right": _share(len(given) - len(wrong), len(stored)),
        "wrong_of_unstored": _share(sum(result.asked.group is None for result in wrong), unstored),
        "wrong_of_given": _share(len(wrong), len(given)),
        "wrong_of_all": _share(len(wrong), len(results)) or 0.0,
    }


def _share(count: int, of: int) -> float | None:
    return round(count / of, 4) if of else None


def _speed(data: Path) -> dict[str, Any]:
    """The chats' questions, numbered until they are many; every way of asking."""
    part = split(data).scored
    questions = [question for group in part.stored for question in group]
    stored = [(f"{questions[at % len(questions)]}{at // len(questions)}款", at) for at in range(_MANY)]
    engine = Ours(stored)
    times = []
    for each in asked(part, _thesaurus(data), 7)[:_TIMED]:
        begun = time.perf_counter()
        engine.find(each.words)
        times.append((time.perf_counter() - begun) * 1e6)
    times.sort()
    return {
        "engine": "ours", "task": "speed", "stored": _MANY, "us_a_query": round(median(times)),
        "p99_us": round(times[int(len(times) * 0.99)]),
    }  # fmt: skip


def _print(task: Task, rows: Sequence[dict[str, Any]], say: Say) -> None:
    names = ("recall_1", "recall_3", "answered_right", "wrong_of_unstored", "wrong_of_given", "wrong_of_all")
    say(f"{task.name}: {len(_pairs(task.stored))} stored, {len(task.scored)} asked")
    say(f"  {'engine':13}{'way':10}{'asked':>6}" + "".join(f"{name:>19}" for name in names) + f"{'µs':>7}")
    for row in rows:
        cells = "".join(f"{'–' if row[name] is None else format(row[name], '.3f'):>19}" for name in names)
        say(f"  {row['engine']:13}{row['way']:10}{row['questions']:6}{cells}{row.get('us_a_query', ''):>7}")
