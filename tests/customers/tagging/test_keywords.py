"""Keywords by TF-IDF."""

from __future__ import annotations

import pytest

from customers.tagging.keywords import Keywords
from customers.tagging.segment import Segmenter


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    return Keywords(Segmenter(["多巴胺色"]))


def test_the_rarest_and_most_frequent_words_come_first(keywords: Keywords) -> None:
    found = keywords.extract("请问多巴胺色的羽绒服怎么退货？多巴胺色的！")
    assert [word for word, _ in found] == ["多巴胺色", "退货", "羽绒服", "怎么"]
    # Two of five words, and one of five with its inverse document frequency in jieba's table.
    assert found[0][1] == pytest.approx(2 / 5 * 11.9547675029)
    assert found[1][1] == pytest.approx(1 / 5 * 10.6818018271)


def test_rarity_is_jiebas_the_median_for_the_unknown_and_none_for_what_says_nothing(keywords: Keywords) -> None:
    assert keywords.rarity("蓝牙耳机") == 11.9547675029
    assert keywords.rarity("中国") == 3.02732068666
    assert (keywords.rarity("我们"), keywords.rarity("--")) == (0.0, 0.0)


def test_at_most_as_many_as_asked_for(keywords: Keywords) -> None:
    assert len(keywords.extract("羽绒服 运动鞋 连衣裙 牛仔裤", top=2)) == 2


@pytest.mark.parametrize("text", ["", "😊", "的了吗", "！！！ -- ..", "我 要 退"])
def test_a_text_that_says_nothing_has_none(keywords: Keywords, text: str) -> None:
    assert keywords.extract(text) == []
