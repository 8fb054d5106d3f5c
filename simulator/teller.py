"""Tells a day in readable lines: who did what at which hour, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.actions import Action
from simulator.people import Person
from simulator.phone import Told
from simulator.push import Outcome

_LONGEST = 60
_KIND_WIDTH = 16


class Teller:
    """Writes lines through ``write`` in the order of arrival, whichever answer comes first."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lines: dict[int, list[str]] = {}
        self._done: set[int] = set()
        self._next = 1

    def opens(self, people: list[Person], actions: int) -> None:
        self._write(f"开门 open · {len(people)} 位顾客 people · {actions} 个动作 actions")

    def pushed(self, action: Action, outcome: Outcome, copies: int) -> None:
        repeated = f" ×{copies + 1}" if copies else ""
        self._line(action, f"{action.says}{repeated}  {_answer(outcome)}")

    def told(self, action: Action, told: Told) -> None:
        self._line(action, f"{action.says}  {'→ ok' if told.is_done else '✗ ' + told.fault} {_ms(told.latency_s)}")

    def noted(self, action: Action) -> None:
        self._line(action, action.says)

    def broke(self, action: Action, fault: str) -> None:
        self._line(action, f"{action.says}  ✗ {fault}")

    def finished(self, action: Action) -> None:
        """Nothing more comes from ``action``: its lines are written once those before it are."""
        self._done.add(action.number)
        while self._next in self._done:
            self._done.discard(self._next)
            for line in self._lines.pop(self._next, ()):
                self._write(line)
            self._next += 1

    def received(self, name: str, message: Mapping[str, Any]) -> None:
        """A message that came by itself, through the platform's API."""
        self._write(f"   …     {'received':<{_KIND_WIDTH}} {name} 收到 {message['api']}「{_short(message['text'])}」")

    def closes(self, summary: Mapping[str, Any]) -> None:
        said = {
            name: summary[name]
            for name in (
                "pushes",
                "duplicates_pushed",
                "retries",
                "replies_inline",
                "messages_received",
                "errors",
                "p50_ms",
                "p99_ms",
                "seconds",
            )
        }
        self._write("打烊 closed · " + " · ".join(f"{name} {value}" for name, value in said.items()))
        flash = summary["flash"]
        if flash["pushes"]:
            self._write(
                f"秒杀 flash · {flash['pushes']} 次推送 pushes · {len(flash['got'])} 人抢到 got one · "
                f"{len(flash['late'])} 人来晚了 too late"
            )
        for fault, count in summary["faults"].items():
            self._write(f"   ✗ {count} × {fault}")

    def _line(self, action: Action, words: str) -> None:
        minutes = int(action.at_s // 60)
        clock = f"{minutes // 60 % 24:02d}:{minutes % 60:02d}:{int(action.at_s % 60):02d}"
        who = f"{action.person.name}（{action.person.persona.title}）"
        line = f"{clock} {action.kind.value:<{_KIND_WIDTH}} {who} {words}"
        self._lines.setdefault(action.number, []).append(line)


def _answer(outcome: Outcome) -> str:
    if not outcome.is_acknowledged or outcome.answer.kind == "malformed":
        return f"✗ {outcome.fault} (attempt {outcome.attempts})"
    answer = outcome.answer
    shown = f"→ {answer.kind}" + (f"「{_short(answer.text)}」" if answer.text else "")
    return f"{shown} {_ms(outcome.latency_s)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
