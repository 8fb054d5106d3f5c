"""A customer asks: the stored answer, a choice among suggestions, or what becomes of a question that finds none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.answers.base import AnswerBase, Found, suggested
from campaigns.answers.suggestions import chosen_question, written
from core.ports import Subject
from guides.binding import guide_of
from guides.nearby import PersonAsked, ask_for_person
from guides.stores import StoreDirectory
from models import Interaction

MISSED = "answer_missed"
"""The handler of a question that found no sure answer, as the journal names it."""

KINDS = ("text", "voice")

IN_A_ROW = timedelta(minutes=10)
"""A second miss within this is handed to a person."""

CHOICE_WITHIN = timedelta(minutes=30)
"""So long a number chooses among suggestions."""

_LONGEST_QUOTE = 90
"""Characters of each question in a task's reason, which holds 255."""


@dataclass(frozen=True, slots=True)
class Missed:
    """No sure answer: questions that come near, or the person who was asked after two misses in a row."""

    suggestions: tuple[str, ...] = ()
    handed_over: PersonAsked | None = None


class _Said(NamedTuple):
    """The last message of words: what was said, whether it missed, and the words it was answered with at once."""

    words: str
    is_miss: bool
    reply: Mapping[str, str] | None


def needs_store(found: tuple[Found, ...]) -> bool:
    """True where which store serves the customer decides what they are answered."""
    return any(each.is_sure and each.answer.stores for each in found)


async def answered(base: AnswerBase, app_id: str, openid: str, words: str, at: datetime) -> Found | None:
    """The sure answer for this person's words, by the store that serves them; None where it is not theirs."""
    found = await _found(base, app_id, openid, words, at)
    return found[0] if found and found[0].is_sure else None


async def say(base: AnswerBase, app_id: str, openid: str, words: str, at: datetime) -> str:
    """The words of the sure answer, reworded where that is set, else suggestions; empty where nothing comes near.

    Outside a transaction: the endpoint that rewords is a network away.
    """
    found = await _found(base, app_id, openid, words, at)
    if found and found[0].is_sure:
        stored = found[0].answer.words
        return await base.rephraser.reworded(words, stored) if base.rephraser else stored
    near = suggested(found)
    return written(near) if near else ""


async def nearest(base: AnswerBase, app_id: str, openid: str, words: str, at: datetime) -> list[str]:
    """The questions that come near for this person."""
    return suggested(await _found(base, app_id, openid, words, at))


async def chosen(base: AnswerBase, app_id: str, openid: str, number: int, at: datetime) -> Found | None:
    """The answer to the suggestion of that number, where the last reply made suggestions; else None.

    Read from the journal, so it does not matter which process suggested. A mini program's words went out as a delivery
    and do not stand there: its suggestions are found again.
    """
    last = await _last_said(app_id, openid, at - CHOICE_WITHIN)
    if last is None or not last.is_miss:
        return None
    if last.reply is not None:
        question = chosen_question(last.reply.get("text", ""), number)
    else:
        near = await nearest(base, app_id, openid, last.words, at)
        question = near[number - 1] if number <= len(near) else None
    return await answered(base, app_id, openid, question, at) if question else None


async def missed(base: AnswerBase, directory: StoreDirectory, who: Subject, words: str, at: datetime) -> Missed:
    """A question without a sure answer: suggestions, or after a miss a moment ago the guide; in the caller's
    transaction."""
    last = await _last_said(who.app_id, who.openid, who.at - IN_A_ROW)
    if last is not None and last.is_miss:
        reason = f"自动回复连续两次没答上来：“{_quote(last.words)}”“{_quote(words)}”"
        return Missed(handed_over=await ask_for_person(directory, who, reason, at))
    return Missed(tuple(await nearest(base, who.app_id, who.openid, words, at)))


async def _found(base: AnswerBase, app_id: str, openid: str, words: str, at: datetime) -> tuple[Found, ...]:
    """Reads who serves the customer only where an answer depends on it."""
    found = base.find(words, at)
    if not any(each.is_near and each.answer.stores for each in found):
        return found
    guide = await guide_of(app_id, openid)
    return base.find(words, at, guide.store_code if guide else "")


async def _last_said(app_id: str, openid: str, since: datetime) -> _Said | None:
    """The row of the message in work, where there is one already, has no handler yet."""
    rows = Interaction.filter(identity__app_id=app_id, identity__openid=openid, kind__in=KINDS).exclude(handler="")
    newest = rows.filter(occurred_at__gte=since).order_by("-occurred_at", "-id").first()
    row = await newest.only("id", "kind", "fields_", "reply", "handler")
    if row is None:
        return None
    return _Said(words_of(row), row.handler == MISSED, row.reply)


def words_of(row: Interaction) -> str:
    """What a stored message said: a text's content or a voice message's recognition."""
    return str(row.fields_.get("Content" if row.kind == "text" else "Recognition") or "")


def _quote(words: str) -> str:
    return words if len(words) <= _LONGEST_QUOTE else f"{words[: _LONGEST_QUOTE - 1]}…"
