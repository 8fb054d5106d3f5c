"""Tells how a score came about: each day's words, caps and what is left of it, as figures and as lines for staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from customers.tagging.scope.registry import all_reasons
from customers.tagging.score import (
    DAY_CAP,
    GAINED_FROM,
    LOST_BELOW,
    WORD_CAP,
    Day,
    Evidence,
    Scored,
    Uncounted,
    day_of,
    decay,
    find_uncounted,
    score_at,
    tally,
)


@dataclass(frozen=True, slots=True)
class Counting:
    """By what one tag's evidence is counted."""

    half_life_days: float
    is_personal: bool
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of evidence with the reasons for its weight (``strong``, ``asked`` …)."""

    evidence: Evidence
    because: str


def score_of(said: Iterable[Said], by: Counting) -> Scored | None:
    """The score of one tag; None where nothing counts."""
    evidence = [each.evidence for each in said]
    return tally(evidence, by.half_life_days, is_personal=by.is_personal, removed_at=by.removed_at)


def tell_arithmetic(said: Sequence[Said], by: Counting, now: datetime) -> dict[str, Any]:
    """``days`` with their words, ``for`` and ``against`` after the caps, the share ``left`` ``now`` and what that is
    worth; ``today``, their sum; the figures they were counted by; and ``lines``, all of it to read.

    Days are UTC days. Evidence that does not count stands among the words with the reason in ``uncounted``.
    """
    ordered = sorted(said, key=lambda each: (each.evidence, each.because))
    by_day = groupby(ordered, key=lambda each: day_of(each.evidence.at))
    days = [_day(on, list(words), by, now) for on, words in by_day]
    scored = score_of(said, by)
    today = score_at(scored, now, by.half_life_days) if scored else 0.0
    return {
        "days": days,
        "today": round(today, 4),
        "half_life_days": by.half_life_days if by.half_life_days < float("inf") else None,
        "word_cap": WORD_CAP,
        "day_cap": DAY_CAP,
        "gained_from": GAINED_FROM,
        "lost_below": LOST_BELOW,
        "lines": [*(_day_line(day) for day in days), _sum_line(today, scored)],
    }


def _day(on: date, said: Sequence[Said], by: Counting, now: datetime) -> dict[str, Any]:
    day = Day()
    counted = [each.evidence for each in said if _uncounted(each, by) is None]
    for _, message in groupby(counted, key=lambda each: each.interaction_id):
        day.hear(message)
    age_days = max(0, (day_of(now) - on).days)
    left = decay(age_days, by.half_life_days)
    return {
        "on": on.isoformat(),
        "words": [_word(each, by) for each in said],
        "for": day.capped(negated=False),
        "against": day.capped(negated=True),
        "is_capped": any(day.uncapped(against) > day.capped(against) for against in (False, True)),
        "age_days": age_days,
        "left": round(left, 4),
        "today": round(day.worth * left, 4),
    }


def _word(each: Said, by: Counting) -> dict[str, Any]:
    evidence, uncounted = each.evidence, _uncounted(each, by)
    return {
        "interaction_id": evidence.interaction_id,
        "keyword": evidence.word,
        "negated": evidence.negated,
        "weight": evidence.weight,
        "because": each.because,
        "subject": evidence.subject,
        "uncounted": uncounted.value if uncounted else None,
    }


def _uncounted(each: Said, by: Counting) -> Uncounted | None:
    return find_uncounted(each.evidence, by.is_personal, by.removed_at)


def _day_line(day: dict[str, Any]) -> str:
    words = "、".join(map(_word_text, day["words"]))
    worth = _figure(day["for"]) + (f" − {_figure(day['against'])}" if day["against"] else "")
    capped = f"（每词每天最多 {_figure(WORD_CAP)}，每天最多 {_figure(DAY_CAP)}）" if day["is_capped"] else ""
    faded = f"，{day['age_days']} 天后剩 {day['left']:.1%}" if day["left"] != 1.0 else ""
    return f"{day['on']}：{words} → {worth}{capped}{faded} ＝ {_figure(day['today'])}"


def _word_text(word: dict[str, Any]) -> str:
    sign = "−" if word["negated"] else "+"
    notes = [all_reasons().get(name, name) for name in word["because"].split()]
    match word["uncounted"]:
        case Uncounted.SUBJECT.value:
            notes.append(f"说的是{word['subject']}，不计")
        case Uncounted.REMOVED.value:
            notes.append("标签移除前说的，不计")
        case _ if word["subject"]:
            notes.append(f"说的是{word['subject']}")
    told = f"（{'，'.join(notes)}）" if notes else ""
    return f"{word['keyword']} {sign}{_figure(word['weight'])}{told}"


def _sum_line(today: float, scored: Scored | None) -> str:
    standing = "无效"
    if scored is not None and scored.is_held:
        standing = "有效" if today >= LOST_BELOW else "已淡去"
    elif scored is not None and scored.is_refused:
        standing = "客户不要" if today <= -LOST_BELOW else "已淡去"
    return f"今天合计 {_figure(today)}：{standing}（到 {_figure(GAINED_FROM)} 记上，低于 {_figure(LOST_BELOW)} 取消）"


def _figure(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".").replace("-", "−")
