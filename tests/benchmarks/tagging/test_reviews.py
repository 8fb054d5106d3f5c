"""The scorer of reviews, how they are cut, and the lexicon learnt from them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="numpy absent: the benchmarks' group of libraries is not installed")
pytest.importorskip("scipy", reason="scipy absent: the benchmarks' group of libraries is not installed")
pytest.importorskip("sklearn", reason="scikit-learn absent: the benchmarks' group of libraries is not installed")

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks.tagging.data import REVIEWS, Folders, Review, read_reviews
from benchmarks.tagging.reviews import linear
from benchmarks.tagging.reviews.lexicons import ByLexicon, learn, learnt_category
from benchmarks.tagging.reviews.splits import cut, judge, stratified

FRUIT = [Review("水果", f"苹果 很甜 {number}") for number in range(20)]
HOTELS = [Review("酒店", f"房间 很大 {number}") for number in range(10)]


def test_macro_f1_is_the_mean_of_the_categories_that_are_there() -> None:
    judged = judge(["水果", "水果", "酒店", "酒店"], ["水果", "酒店", "酒店", "手机"])
    assert judged.accuracy == 0.5
    assert judged.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_a_fifth_of_every_category_is_scored() -> None:
    reviews = stratified([*FRUIT, *HOTELS])
    assert [sum(review.category == name for review in reviews.scored) for name in ("水果", "酒店")] == [4, 2]
    assert sorted(reviews.training + reviews.scored) == sorted([*FRUIT, *HOTELS])


def test_one_review_of_a_category_is_learnt_from_and_one_of_two_is_scored() -> None:
    assert stratified(FRUIT[:1]) == (FRUIT[:1], [])
    assert len(stratified(FRUIT[:2]).scored) == 1


def write(folder: Path, reviews: list[Review]) -> Path:
    folder.mkdir()
    with gzip.open(folder / REVIEWS, "wt", encoding="utf-8") as lines:
        lines.write("cat,label,review\n")
        lines.writelines(f"{review.category},1,\ufeff{review.text}\n" for review in reviews)
        lines.write("水果,1,\n")
    return folder


def test_reviews_without_a_text_are_left_out(tmp_path: Path) -> None:
    assert read_reviews(write(tmp_path / "home", FRUIT) / REVIEWS) == FRUIT


def test_rows_held_out_are_all_scored_and_none_is_learnt_from(tmp_path: Path) -> None:
    folders = Folders(write(tmp_path / "home", FRUIT), write(tmp_path / "held", HOTELS))
    assert cut(folders, full=True) == (FRUIT, HOTELS)


def test_the_same_file_in_another_folder_is_not_held_out(tmp_path: Path) -> None:
    folders = Folders(write(tmp_path / "home", FRUIT), write(tmp_path / "copy", FRUIT))
    assert not folders.is_held_out(REVIEWS)
    reviews = cut(folders, full=True)
    assert reviews is not None
    assert (len(reviews.training), len(reviews.scored)) == (16, 4)


def test_a_folder_without_reviews_is_skipped(tmp_path: Path) -> None:
    assert cut(Folders(write(tmp_path / "home", FRUIT), tmp_path), full=True) is None


def test_a_lexicon_is_learnt_from_words_that_tell_categories_apart() -> None:
    lexicon = learn([*FRUIT, *HOTELS], str.split)
    words = {group.key: {word.text for tag in group.tags for word in tag.words} for group in lexicon.groups.values()}
    assert words == {"水果": {"苹果", "很甜"}, "酒店": {"房间", "很大"}}
    said = ByLexicon(lexicon, "水果", learnt_category).categories(["苹果", "房间很大", "不知道"])
    assert said == ["水果", "酒店", "水果"]


def test_the_linear_model_names_each_of_three_categories() -> None:
    phones = [Review("手机", f"屏幕 清晰 {number}") for number in range(15)]
    unseen = ["苹果 很甜", "房间 很大", "屏幕 清晰"]
    said = linear.categories(linear.ours(str.split), [*FRUIT, *HOTELS, *phones], unseen)
    assert said == ["水果", "酒店", "手机"]


def test_a_small_category_is_given_more_weight() -> None:
    features = csr_matrix(np.array([[1.0, 0.2]] * 20 + [[0.2, 1.0]] * 4 + [[0.6, 0.6]] * 3))
    categories = ["水果"] * 20 + ["酒店"] * 4 + ["酒店", "水果", "水果"]
    unclear = csr_matrix(np.array([[0.6, 0.6]]))
    even, raised = (linear.RatioSVM(by).fit(features, categories).decision_function(unclear)[0, 1] for by in (0.0, 0.5))
    assert raised > even
