"""Writes customers' automatic tags from all the evidence there is, so that the way there does not matter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from customers.tagging.lexicon import Lexicon
from customers.tagging.score import Evidence, Scored, half_life_of, tally
from models import CustomerTag, Tag, TagKind
from models.dialect.tags import TagRow, Weighed, drop_automatic, list_evidence, list_evidence_of, put_tags

_Pair = tuple[int, int]


async def score_pairs(pairs: Collection[_Pair], lexicon: Lexicon) -> None:
    """Scores these (customer, tag) pairs anew; one that nothing counts for goes. The caller holds the customers."""
    if pairs:
        scored = await _store(await list_evidence_of(sorted(pairs)), lexicon)
        await drop_automatic(sorted(set(pairs) - scored))


async def score_customers(customer_ids: Collection[int], lexicon: Lexicon) -> None:
    """Scores all tags of these customers anew, as ``score_pairs`` does."""
    if not customer_ids:
        return
    scored = await _store(await list_evidence(customer_ids), lexicon)
    rows = CustomerTag.filter(customer_id__in=list(customer_ids), kind=TagKind.AUTOMATIC)
    stored = {(customer_id, tag_id) for customer_id, tag_id in await rows.values_list("customer_id", "tag_id")}
    await drop_automatic(sorted(stored - scored))


async def _store(evidence: Sequence[Weighed], lexicon: Lexicon) -> set[_Pair]:
    """The pairs that have a score, which is stored."""
    by_pair: dict[_Pair, list[Weighed]] = {}
    for each in evidence:
        by_pair.setdefault((each.customer_id, each.tag_id), []).append(each)
    groups = await _groups({tag_id for _, tag_id in by_pair})
    rows = list(_rows(_score_all(by_pair, groups, lexicon), lexicon.version))
    await put_tags(rows)
    return {(row.customer_id, row.tag_id) for row in rows}


def _score_all(
    by_pair: Mapping[_Pair, Sequence[Weighed]], groups: Mapping[int, str], lexicon: Lexicon
) -> Iterator[tuple[_Pair, Scored]]:
    for pair, rows in by_pair.items():
        key = groups[pair[1]]
        scored = tally(
            [Evidence(e.at, e.interaction_id, e.start, e.keyword, e.weight, e.is_negated, e.subject) for e in rows],
            half_life_of(key, lexicon),
            is_personal=key in lexicon.groups and lexicon.groups[key].personal,
            removed_at=rows[0].removed_at,
        )
        if scored is not None:
            yield pair, scored


def _rows(scored: Iterable[tuple[_Pair, Scored]], version: str) -> Iterator[TagRow]:
    for (customer_id, tag_id), each in scored:
        kind = TagKind.AUTOMATIC.value
        yield TagRow(customer_id, tag_id, kind, each.score, each.is_held, each.since, each.last_at, version)


async def _groups(tag_ids: Collection[int]) -> dict[int, str]:
    return dict(await Tag.filter(id__in=list(tag_ids)).values_list("id", "group"))
