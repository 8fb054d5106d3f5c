"""The scorer of shopping queries, the splits they are cut by, and the sequence model against counting by hand."""

from __future__ import annotations

import itertools
import math
import random
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="numpy absent: the benchmarks' group of libraries is not installed")
pytest.importorskip("scipy", reason="scipy absent: the benchmarks' group of libraries is not installed")

import numpy as np

from benchmarks.tagging.slots.batches import Example, batches
from benchmarks.tagging.slots.features import Features, characters, shape
from benchmarks.tagging.slots.learn import AS_IS, NEW_WORDS, SlotModel, swap_mentions
from benchmarks.tagging.slots.queries import Query, Score, Span, read_queries, score
from benchmarks.tagging.slots.semicrf import Lattice, best, candidates, marginals, window
from benchmarks.tagging.slots.splits import disjoint, only_new, random_fifth


def query(*pairs: tuple[str, str]) -> Query:
    text, spans = "", list[Span]()
    for mention, slot in pairs:
        spans.append(Span(len(text), len(text) + len(mention), slot))
        text += mention
    return Query(text, tuple(spans))


RED_DRESS = query(("红色", "colour"), ("长裙", "category"))
COLOURS = ["红色", "黑色", "绿色", "灰色", "蓝色", "白色"]
GOODS = ["长裙", "短裙", "纱裙", "背心裙", "外套", "卫衣"]
QUERIES = [query((colour, "colour"), (good, "category")) for colour in COLOURS for good in GOODS]


def test_every_span_right_is_f1_of_one() -> None:
    total, by_type = score([RED_DRESS], [RED_DRESS.spans])
    assert total == Score(2, 2, 2)
    assert total.f1 == 1.0
    assert by_type == {"colour": Score(1, 1, 1), "category": Score(1, 1, 1)}


def test_a_span_of_the_wrong_type_or_place_is_wrong() -> None:
    total, by_type = score(
        [RED_DRESS, RED_DRESS], [[Span(0, 2, "brand"), Span(2, 4, "category")], [Span(0, 1, "colour")]]
    )
    assert total == Score(1, 3, 4)
    assert total.f1 == pytest.approx(2 / 7)
    assert by_type == {"brand": Score(0, 1, 0), "category": Score(1, 1, 2), "colour": Score(0, 1, 2)}


def test_nothing_found_and_nothing_there_scores_nothing() -> None:
    assert score([RED_DRESS], [[]])[0].f1 == 0.0
    assert score([], [])[0].f1 == 0.0


def test_a_span_found_twice_counts_once() -> None:
    assert score([RED_DRESS], [[Span(0, 2, "colour"), Span(0, 2, "colour")]])[0] == Score(1, 1, 2)


def test_queries_are_read_with_their_slots(tmp_path: Path) -> None:
    path = tmp_path / "queries.txt"
    path.write_text(
        "红:B-c_颜色 色:I-c_颜色 ,:O 裙:B-p 裙:B-p a:I-q <=> <NULL>\n\n:::B-p <=> <NULL>\n", encoding="utf-8"
    )
    assert read_queries(path) == [
        Query("红色,裙裙a", (Span(0, 2, "c_颜色"), Span(3, 4, "p"), Span(4, 5, "p"), Span(5, 6, "q"))),
        Query("\ufffd", (Span(0, 1, "p"),)),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_disjoint_split_shares_no_pair(seed: int) -> None:
    split = disjoint(QUERIES, seed)
    assert split.training
    assert {pair for each in split.training for pair in each.pairs()}.isdisjoint(
        pair for each in split.scored for pair in each.pairs()
    )


def test_a_disjoint_split_leaves_out_what_has_pairs_of_both_sides_and_nothing_else() -> None:
    split = disjoint(QUERIES, seed=3, share=0.5)
    known = {pair for each in split.training for pair in each.pairs()}
    new = {pair for each in split.scored for pair in each.pairs()}
    assert split.scored
    for each in QUERIES:
        if each not in split.training and each not in split.scored:
            assert not known.issuperset(each.pairs())
            assert not new.issuperset(each.pairs())


def test_a_pair_is_on_the_same_side_whatever_queries_there_are() -> None:
    assert disjoint(QUERIES[::2], 1).scored == [each for each in disjoint(QUERIES, 1).scored if each in QUERIES[::2]]


def test_a_random_fifth_is_a_fifth_and_the_rest_is_learnt_from() -> None:
    split = random_fifth(QUERIES, 1)
    assert len(split.scored) == 7
    assert sorted(split.training + split.scored, key=QUERIES.index) == QUERIES


def test_only_new_keeps_what_shares_no_pair() -> None:
    unseen = query(("米色", "colour"), ("帽子", "category"))
    same_word = query(("红色", "brand"))
    assert only_new([RED_DRESS], [query(("红色", "colour"), ("帽子", "category")), unseen, same_word]) == [
        unseen,
        same_word,
    ]


def test_swapped_mentions_keep_types_and_places() -> None:
    swapped = swap_mentions(QUERIES, random.Random(1))
    assert [[slot for _, slot in each.pairs()] for each in swapped] == [["colour", "category"]] * len(QUERIES)
    assert {mention for each in swapped for mention, _ in each.pairs()} == {*COLOURS, *GOODS}


def test_marginals_and_the_best_cut_are_those_of_counting_every_cut() -> None:
    text, types = "红裙abc", 2
    chance = np.random.default_rng(5)
    places = candidates(text)
    rows = np.full((1, len(text), window(len(text))), -1)
    for row, (start, end) in enumerate(places):
        rows[0, start, end - start - 1] = row
    scores, first, steps = (
        chance.normal(size=size).astype(np.float32) for size in ((len(places), types), types, (types, types))
    )
    weights = {}
    for cut in cuts(len(text)):
        for kinds in itertools.product(range(types), repeat=len(cut)):
            total = first[kinds[0]] + sum(steps[pair] for pair in itertools.pairwise(kinds))
            spans = tuple((start, end, kind) for (start, end), kind in zip(cut, kinds, strict=True))
            weights[spans] = total + sum(scores[places.index((start, end)), kind] for start, end, kind in spans)
    lattice = Lattice(len(text), rows)
    found = marginals(lattice, scores, first, steps)
    log_sum = math.log(sum(math.exp(weight) for weight in weights.values()))
    expected = np.zeros((len(places), types))
    for spans, weight in weights.items():
        for start, end, kind in spans:
            expected[places.index((start, end)), kind] += math.exp(weight - log_sum)
    assert found.log_sums[0] == pytest.approx(log_sum, abs=1e-4)
    assert np.abs(found.spans - expected).max() < 1e-4
    assert found.first.sum() == pytest.approx(1, abs=1e-4)
    assert best(lattice, scores, first, steps) == [list(max(weights, key=lambda spans: weights[spans]))]


def cuts(size: int) -> list[list[tuple[int, int]]]:
    if not size:
        return [[]]
    return [[*before, (start, size)] for start in range(size) for before in cuts(start)]


def test_a_long_span_is_a_candidate_only_where_it_is_latin() -> None:
    assert (0, 10) in candidates("lalalalala裙")
    assert (0, 8) not in candidates("一二三四五六七八")
    assert (0, 7) in candidates("一二三四五六七八")


def test_hiding_takes_from_a_mention_what_no_other_has() -> None:
    features = Features([shape, characters], has_context=False)
    features.freeze((each.text, [span[:2] for span in each.spans]) for each in QUERIES)
    holders = np.ones(len(features), np.int64)
    (shown,) = batches([Example(RED_DRESS, False)], features, ["category", "colour"], holders)
    (hidden,) = batches([Example(RED_DRESS, True)], features, ["category", "colour"], holders)
    gaps = np.diff(hidden.ends)
    assert list(np.flatnonzero(gaps == 0)) == sorted(hidden.rows)
    assert (np.diff(shown.ends)[hidden.rows] > 0).all()


@pytest.mark.parametrize("practice", [AS_IS, NEW_WORDS])
def test_a_model_reads_new_words_by_the_characters_they_share(practice: object) -> None:
    model = SlotModel(Features([shape, characters], has_context=True), practice).learn(QUERIES)
    assert model.tag(["紫色半裙", ""]) == [[Span(0, 2, "colour"), Span(2, 4, "category")], []]
