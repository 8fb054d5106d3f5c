"""The stored answers: imported by code, whole or not at all, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.transactions import in_transaction

from campaigns.answers.rows import Answer, read_rows
from core.errors import Invalid, Missing
from models import Store, StoredAnswer, StoredQuestion
from models.dialect.locks import lock_word
from models.revisions import bump

REVISION = "answers"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in answers."""

    created: int
    updated: int
    unchanged: int


async def list_answers() -> list[Answer]:
    """Every answer, by code."""
    rows = await StoredAnswer.all().order_by("code").prefetch_related("questions")
    return [_answer(row) for row in rows]


async def import_rows(
    rows: Iterable[Mapping[str, str]], now: datetime, numbers: Sequence[int] | None = None
) -> Imported:
    """Store rows of ``code,question,answer,valid_from,valid_until,stores`` by code, all or none.

    ``numbers`` are the rows' places as a spreadsheet shows them (default: 2, 3, … below a header). Raises ``Invalid``
    naming row and field.
    """
    placed = read_rows(zip(numbers, rows, strict=True) if numbers is not None else enumerate(rows, start=2))
    async with in_transaction():
        await lock_word(REVISION)
        kept = {row.code: row for row in await StoredAnswer.all().prefetch_related("questions")}
        await _check_stores(placed)
        _check_doubles(
            [(0, _answer(row)) for row in kept.values() if row.code not in {a.code for _, a in placed}], placed
        )
        answers = [answer for _, answer in placed]
        new = [answer for answer in answers if answer.code not in kept]
        changed = [a for a in answers if a.code in kept and _answer(kept[a.code]) != a]
        for answer in new:
            await _write(StoredAnswer(code=answer.code), answer, now)
        for answer in changed:
            await _write(kept[answer.code], answer, now)
        if new or changed:
            await bump(REVISION)
    return Imported(len(new), len(changed), len(answers) - len(new) - len(changed))


async def remove(code: str) -> Answer:
    """Delete an answer with its questions. Raises ``Missing``."""
    async with in_transaction():
        row = await StoredAnswer.get_or_none(code=code.strip()).prefetch_related("questions")
        if row is None:
            raise Missing(f"no answer {code!r}: answers list shows those there are")
        answer = _answer(row)
        await StoredQuestion.filter(answer_id=row.id).delete()
        await row.delete()
        await bump(REVISION)
    return answer


async def _write(row: StoredAnswer, answer: Answer, now: datetime) -> None:
    row.answer, row.stores, row.updated_at = answer.words, sorted(answer.stores), now
    row.valid_from, row.valid_until = answer.valid_from, answer.valid_until
    await row.save()
    await StoredQuestion.filter(answer_id=row.id).delete()
    await StoredQuestion.bulk_create(
        [StoredQuestion(answer_id=row.id, position=at, question=words) for at, words in enumerate(answer.questions)]
    )


def _answer(row: StoredAnswer) -> Answer:
    questions = sorted(row.questions, key=lambda question: question.position)
    return Answer(
        row.code,
        tuple(question.question for question in questions),
        row.answer,
        _day(row.valid_from),
        _day(row.valid_until),
        frozenset(row.stores),
    )


def _day(value: date | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


async def _check_stores(placed: Sequence[tuple[int, Answer]]) -> None:
    named = {code for _, answer in placed for code in answer.stores}
    known = set(await Store.filter(code__in=list(named)).values_list("code", flat=True)) if named else set()
    for number, answer in placed:
        if unknown := sorted(answer.stores - known):
            remedy = "write a code of the imported stores, or import the store first"
            raise Invalid(f"row {number} stores", f"there is no store {unknown[0]!r}", remedy)


def _check_doubles(kept: Sequence[tuple[int, Answer]], placed: Sequence[tuple[int, Answer]]) -> None:
    """No question may lead to two answers at one place and time; a store's own comes before the one for all."""
    owners: dict[str, list[Answer]] = {}
    for number, answer in [*kept, *placed]:
        for question in answer.questions:
            for other in owners.setdefault(question, []):
                if other.code != answer.code and answer.meets(other):
                    problem = f"{question!r} is a question of {other.code} too"
                    raise Invalid(
                        f"row {number} question", problem, "leave it to one, or give them other stores or days"
                    )
            owners[question].append(answer)
