"""Keyword replies: words HQ configured for words a customer sends, kept in memory, changed without a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tortoise.transactions import in_transaction

from core.errors import Invalid, Missing
from customers.tagging.fold import fold
from models import KeywordReply
from models.dialect.locks import lock_word
from models.revisions import bump, number

REVISION = "keyword_replies"
COLUMNS = ("keyword", "match", "reply")

_FIRST_OF_CHINESE = "\u2e80"
_LONGEST_KEYWORD = 64
_MOST_REPLY_BYTES = 2048
"""What WeChat takes in one text message."""


class Match(StrEnum):
    """How a keyword is met: the whole text, or anywhere in it.

    Where a contained keyword begins or ends with a letter or a digit of an alphabet, no other may stand beside it:
    ``xl`` is in “要XL的”, not in “XXL”; ``12`` not in “128”. Chinese has no such borders: ``会员`` is in “会员日”.
    """

    EXACT = "exact"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Rule:
    """One configured reply."""

    keyword: str
    match: Match
    reply: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in rules."""

    created: int
    updated: int
    unchanged: int


class KeywordReplies:
    """The rules in memory. Blanks around, letters' case and width, and traditional characters make no difference."""

    def __init__(self) -> None:
        self._revision: int | None = None
        self._fill([])

    def __len__(self) -> int:
        return self._count

    def find(self, text: str) -> str | None:
        """The reply for a customer's words: of the rule they equal, else of the longest keyword they contain."""
        if not self._count:
            return None
        folded = fold(text).strip()
        exact = self._exact.get(folded)
        return exact if exact is not None else self._contained(folded)

    async def refresh(self) -> None:
        """Reload if the rules changed; run it about once a second."""
        revision = await number(REVISION)  # first: rules committed after it make the next look reload once more
        if revision != self._revision:
            self._fill(await list_rules())
            self._revision = revision

    def _contained(self, folded: str) -> str | None:
        """Only keywords that begin with two characters of the text standing side by side are compared."""
        best, longest = None, 0
        for at in range(len(folded)):
            for keyword, reply in self._by_start.get(folded[at : at + 2], ()):
                is_longer = len(keyword) > longest and folded.startswith(keyword, at)
                if is_longer and _stands_alone(folded, at, at + len(keyword)):
                    best, longest = reply, len(keyword)
        if best is None and self._single:
            found = (at for at, char in enumerate(folded) if char in self._single)
            return next((self._single[folded[at]] for at in found if _stands_alone(folded, at, at + 1)), None)
        return best

    def _fill(self, rules: Sequence[Rule]) -> None:
        self._exact: dict[str, str] = {}
        self._single: dict[str, str] = {}
        self._by_start: dict[str, list[tuple[str, str]]] = {}
        self._count = len(rules)
        for rule in rules:
            if rule.match is Match.EXACT:
                self._exact[rule.keyword] = rule.reply
            elif len(rule.keyword) == 1:
                self._single[rule.keyword] = rule.reply
            else:
                self._by_start.setdefault(rule.keyword[:2], []).append((rule.keyword, rule.reply))


def _stands_alone(text: str, start: int, end: int) -> bool:
    """False where what stands from ``start`` to ``end`` is cut out of a longer word or number."""
    begins_inside = start > 0 and _is_spelt(text[start - 1]) and _is_spelt(text[start])
    return not begins_inside and not (end < len(text) and _is_spelt(text[end - 1]) and _is_spelt(text[end]))


def _is_spelt(char: str) -> bool:
    """True for letters and digits that make up words by standing side by side, as Chinese characters do not."""
    return char.isalnum() and char < _FIRST_OF_CHINESE


async def list_rules() -> list[Rule]:
    """Every rule, by keyword."""
    rows = await KeywordReply.all().order_by("keyword", "match")
    return [Rule(row.keyword, Match(row.match), row.reply) for row in rows]


async def import_rows(rows: Iterable[Mapping[str, str]], numbers: Sequence[int] | None = None) -> Imported:
    """Store rows of ``keyword,match,reply`` by keyword and match, all or none; the same rows again change nothing.

    ``numbers`` are the rows' places as a spreadsheet shows them (default: 2, 3, … below a header). Raises ``Invalid``
    naming row and field.
    """
    rules = _rules(zip(numbers, rows, strict=True) if numbers is not None else enumerate(rows, start=2))
    async with in_transaction():
        await lock_word(REVISION)
        kept = {(row.keyword, row.match): row for row in await KeywordReply.all()}
        new = [rule for rule in rules if (rule.keyword, rule.match) not in kept]
        changed = [rule for rule in rules if (row := kept.get((rule.keyword, rule.match))) and row.reply != rule.reply]
        await KeywordReply.bulk_create(
            [KeywordReply(keyword=rule.keyword, match=rule.match.value, reply=rule.reply) for rule in new]
        )
        for rule in changed:
            await KeywordReply.filter(id=kept[rule.keyword, rule.match].id).update(reply=rule.reply)
        if new or changed:
            await bump(REVISION)
    return Imported(len(new), len(changed), len(rules) - len(new) - len(changed))


async def remove(keyword: str) -> int:
    """Delete a keyword's rules, exact and contains; returns how many. Raises ``Missing``."""
    async with in_transaction():
        removed = await KeywordReply.filter(keyword=fold(keyword).strip()).delete()
        if not removed:
            raise Missing(f"no keyword {keyword!r}: list shows those there are")
        await bump(REVISION)
    return removed


def _rules(rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[Rule]:
    found: dict[tuple[str, str], int] = {}
    rules: list[Rule] = []
    for row_number, row in rows:
        rule = _rule(row_number, row)
        if (earlier := found.setdefault((rule.keyword, rule.match), row_number)) != row_number:
            problem = f"{rule.keyword!r} stands in row {earlier} too"
            raise Invalid(f"row {row_number} keyword", problem, "keep one of them")
        rules.append(rule)
    return rules


def _rule(row_number: int, row: Mapping[str, str]) -> Rule:
    keyword = fold(row.get("keyword") or "").strip()
    reply = (row.get("reply") or "").strip()
    match = (row.get("match") or Match.EXACT).strip().lower()
    where = f"row {row_number}"
    if not keyword:
        raise Invalid(f"{where} keyword", "is empty", "write the word a customer sends")
    if len(keyword) > _LONGEST_KEYWORD:
        raise Invalid(f"{where} keyword", f"has {len(keyword)} characters", f"write at most {_LONGEST_KEYWORD}")
    if match not in set(Match):
        raise Invalid(f"{where} match", f"{match!r} is no way to match", "write exact or contains")
    if not reply:
        raise Invalid(f"{where} reply", "is empty", "write what the customer is answered")
    if (size := len(reply.encode("utf-8", "replace"))) > _MOST_REPLY_BYTES:
        raise Invalid(f"{where} reply", f"has {size} bytes", f"WeChat takes {_MOST_REPLY_BYTES}, about 680 characters")
    if "\x00" in keyword + reply:
        raise Invalid(f"{where} reply", "holds a NUL character", "remove it")
    return Rule(keyword, Match(match), reply)
