"""What a question is read as: synonyms as one word, what is asked for, fillers left out, contrasts and numbers."""

from __future__ import annotations

import pytest

from campaigns.answers.base import read_by
from campaigns.answers.reading import Question, Reader
from customers.tagging.live import starter_lexicon


@pytest.fixture(scope="module")
def reader() -> Reader:
    return read_by(starter_lexicon())


def words(question: Question) -> set[str]:
    """The terms but characters and tags."""
    return {term for term in question.terms if term[0] not in "~#"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("这件羽绒服可以机洗吗", {"羽绒服", "?能否", "机洗"}),
        ("這件羽絨服能不能扔洗衣機裡洗啊😊", {"羽绒服", "?能否", "扔", "机洗", "洗"}),
        ("怎么退货啊", {"?怎么", "退货"}),
        ("请问如何退掉呀谢谢", {"?怎么", "退货"}),
        ("快递几天能到", {"物流", "?何时", "?能否", "到"}),
        ("退款多久到账", {"退款", "?何时", "到账"}),
    ],
)
def test_many_wordings_are_read_as_one(reader: Reader, text: str, terms: set[str]) -> None:
    assert words(reader.read(text)) == terms


@pytest.mark.parametrize("text", ["", "好的，谢谢", "嗯嗯", "你好", "在吗", "👌", "……？"])
def test_courtesy_is_about_nothing(reader: Reader, text: str) -> None:
    assert not reader.read(text).is_about_something


def test_topics_kinds_numbers_and_contrasts(reader: Reader) -> None:
    question = reader.read("满300能换货吗，还是只能退货，多久")
    assert question.topics == {"换货", "退货"}
    assert question.kinds == {"?何时"}
    assert question.numbers == {"300"}
    assert question.contrasts == {"service": {"换货", "退货"}}


def test_the_lexicons_words_of_one_tag_have_a_term_in_common(reader: Reader) -> None:
    assert "#service.停车" in reader.read("有停车券吗").terms
    assert "#service.停车" in reader.read("停车位好找吗").terms


def test_a_long_message_is_read_to_its_two_hundredth_character(reader: Reader) -> None:
    assert "发票" in reader.read("啊，" * 90 + "发票").terms
    assert "发票" not in reader.read("啊，" * 100 + "发票").terms
