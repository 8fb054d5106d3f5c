"""Processes full of callers that all ask in the same moment, a round a line on their standard input.

A caller's process says ``ready``, then for each line ``ROUND UNIX_TIME`` waits until then, lets its callers ask, and
prints their waits in seconds as a JSON list.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.token.wechat import ROOT, WeChat

BEGIN_AFTER_S = 0.3
"""So long before a round everybody is told of it."""


@dataclass(slots=True)
class Outcome:
    """Fetches at the simulator, a figure a round, and the waits of all callers of all rounds, in seconds."""

    fetches: list[int] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.waits_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def drive(command: Callable[[int], Sequence[str]], wechat: WeChat, callers: Sequence[int], rounds: int) -> Outcome:
    """Runs ``rounds`` rounds with a process for each number of ``callers``; ``command`` gives its arguments."""
    outcome = Outcome()
    crowd = [_start(command(count)) for count in callers]
    try:
        for process in crowd:
            _read(process, "ready")
        for number in range(rounds):
            before = wechat.fetches()
            line = f"{number} {time.time() + BEGIN_AFTER_S}\n"
            for process in crowd:
                assert process.stdin is not None
                process.stdin.write(line)
                process.stdin.flush()
            for process in crowd:
                outcome.waits_s += json.loads(_read(process))
            outcome.fetches.append(wechat.fetches() - before)
    finally:
        for process in crowd:
            process.communicate()
    return outcome


def rounds() -> Iterator[tuple[int, float]]:
    """In a caller's process: the rounds as they are told, (number, Unix time to begin at)."""
    print("ready", flush=True)
    while line := sys.stdin.readline():
        number, at = line.split()
        yield int(number), float(at)


def _start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _read(process: subprocess.Popen[str], expected: str = "") -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line or (expected and line != expected):
        raise RuntimeError("a process of callers ended early")
    return line
