"""Everything that can be turned while the simulator runs, and the dice that obey it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SENDS = (
    "/cgi-bin/message/custom/send",
    "/cgi-bin/message/template/send",
    "/cgi-bin/message/subscribe/send",
    "/cgi-bin/message/subscribe/bizsend",
)


SUCCESS, BLOCKED, SYSTEM_FAILED = "success", "failed:user block", "failed: system failed"


class Ending(NamedTuple):
    """How a notice ends, in TEMPLATESENDJOBFINISH's words, and when that is told; None: nobody is told."""

    status: str | None
    delay_s: float


@dataclass(slots=True)
class Knobs:
    """Defaults are WeChat's own behaviour on a good day.

    Shares are 0–1. ``fault_paths`` limits slow, broken and lost answers to those paths ("*" is every path).
    ``errors`` maps a path or "*" to {"code": errcode, "share": 0–1, "times": how often at most}.
    ``broken_share``: 502 before anything happened; ``broken_after_share``: 502 though the call took effect;
    ``lost_share``: the call took effect, then the connection is cut without an answer; ``nonsense_share``: it took
    effect and is answered 200 with a page of HTML.
    ``daily_limits`` / ``minute_limits`` / ``second_limits``: path → calls of one app id, over WeChat's usual ones; "*"
    counts all its calls together. Beyond them 45009, 45011, 45011.
    ``token_ends_after_calls``: every so many calls the token ends in the middle of things (40001); 0 for never.
    ``repeat_code``: what a client id that was sent already is answered, 0 (with the first msgid) or 45065.
    ``names_notices``: whether subscription notices are answered with their msgid, which WeChat does not promise.
    ``banned_templates`` are answered 43107.
    ``notice_ms``: how long a subscription notice takes; a second one to the same person meanwhile is 43108.
    ``result_…``: how notices end. ``failed``: the person blocks them; ``system_failed``: WeChat could not; ``missing``:
    nobody is ever told; ``late``: told after ``result_late_s`` instead of ``result_delay_s``.
    """

    token_life_s: float = 7200.0
    token_overlap_s: float = 300.0
    slow_ms: float = 0.0
    slow_share: float = 1.0
    broken_share: float = 0.0
    broken_after_share: float = 0.0
    lost_share: float = 0.0
    nonsense_share: float = 0.0
    fault_paths: tuple[str, ...] = SENDS
    errors: dict[str, dict[str, Any]] = field(default_factory=dict)
    daily_limits: dict[str, int] = field(default_factory=dict)
    minute_limits: dict[str, int] = field(default_factory=dict)
    second_limits: dict[str, int] = field(default_factory=dict)
    token_ends_after_calls: int = 0
    repeat_code: int = 0
    names_notices: bool = True
    banned_templates: tuple[str, ...] = ()
    followers_page: int = 10_000
    notice_ms: float = 5.0
    unionid_after_s: float = 0.0
    result_delay_s: float = 0.2
    result_failed_share: float = 0.0
    result_system_failed_share: float = 0.0
    result_missing_share: float = 0.0
    result_late_share: float = 0.0
    result_late_s: float = 30.0
    seed: int = 0

    def turn(self, changes: Mapping[str, Any]) -> None:
        """Sets the named knobs; raises ValueError for an unknown name or a wrong kind of value, changing nothing."""
        kinds = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        checked = {name: _fitting(name, value, kinds) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def values(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def _fitting(name: str, value: Any, kinds: Mapping[str, Any]) -> Any:
    if name not in kinds:
        raise ValueError(f"no knob is called {name!r}; there are {', '.join(kinds)}")
    wanted = type(kinds[name])
    if wanted is tuple and isinstance(value, list | tuple):
        return tuple(str(each) for each in value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not wanted:
        raise ValueError(f"knob {name!r} wants {wanted.__name__}, not {value!r}")
    if name.endswith("_share") and not 0.0 <= value <= 1.0:
        raise ValueError(f"knob {name!r} is a share between 0 and 1, not {value!r}")
    return value


class Dice:
    """Decides which call meets which mishap; the same seed throws the same numbers."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._random = random.Random(knobs.seed)
        self._spent: dict[str, int] = {}

    def delay_s(self, path: str) -> float:
        return self._knobs.slow_ms / 1000 if self._falls(path, self._knobs.slow_share, self._knobs.slow_ms) else 0.0

    def is_broken(self, path: str) -> bool:
        return self._falls(path, self._knobs.broken_share)

    def is_broken_after(self, path: str) -> bool:
        return self._falls(path, self._knobs.broken_after_share)

    def is_lost(self, path: str) -> bool:
        return self._falls(path, self._knobs.lost_share)

    def is_nonsense(self, path: str) -> bool:
        return self._falls(path, self._knobs.nonsense_share)

    def result(self) -> Ending:
        """How one accepted notice ends."""
        is_late = self._random.random() < self._knobs.result_late_share
        delay_s = self._knobs.result_late_s if is_late else self._knobs.result_delay_s
        throw = self._random.random()
        for ending, share in (
            (None, self._knobs.result_missing_share),
            (BLOCKED, self._knobs.result_failed_share),
            (SYSTEM_FAILED, self._knobs.result_system_failed_share),
        ):
            if throw < share:
                return Ending(ending, delay_s)
            throw -= share
        return Ending(SUCCESS, delay_s)

    def error_for(self, path: str) -> int | None:
        """The errcode ordered for this call, if any."""
        key = path if path in self._knobs.errors else "*"
        order = self._knobs.errors.get(key)
        if not order or self._random.random() >= float(order.get("share", 1.0)):
            return None
        if self._spent.get(key, 0) >= int(order.get("times", 1 << 60)):
            return None
        self._spent[key] = self._spent.get(key, 0) + 1
        return int(order["code"])

    def _falls(self, path: str, share: float, size: float = 1.0) -> bool:
        if not share or not size or ("*" not in self._knobs.fault_paths and path not in self._knobs.fault_paths):
            return False
        return self._random.random() < share
