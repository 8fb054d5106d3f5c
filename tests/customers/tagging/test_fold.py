"""Folding: every character becomes one character, so no place moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.fold import fold
from customers.tagging.traditional import SIMPLIFIED_OF


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢｃ１２，！？　～", "abc12,!? ~"),
        ("羽絨服顏色", "羽绒服颜色"),
        ("L'ORÉAL", "l'oréal"),
        ("⽤⾐", "用衣"),  # radicals, as some PDFs have them
        ("iPhone Ⅹ Ⓜ码 ㊗您", "iphone x m码 祝您"),
        ("165①体重②110㎡", "165①体重②110㎡"),
        ("羽\u00a0绒\u2003服", "羽 绒 服"),
        ("﹣５％ ｢好｣", "-5% 「好」"),
    ],
)
def test_another_form_of_a_character_becomes_the_usual_one(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("穿著很舒服", "穿着很舒服"),
        ("著名品牌，原著，顯著，著作", "著名品牌,原著,显著,著作"),
        ("乾淨嗎", "干净吗"),
        ("乾隆年间", "乾隆年间"),
        ("瞭解一下", "了解一下"),
        ("瞭望台", "瞭望台"),
        ("哪吒联名，蒜薹", "哪吒联名,蒜薹"),
        ("妳好", "你好"),
    ],
)
def test_a_traditional_character_that_is_simplified_too_stays_where_it_is_meant(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_half_a_character_is_no_character() -> None:
    assert fold("黑\ud83d色") == "黑\ufffd色"


def test_simplified_text_is_not_copied() -> None:
    text = "请问这件羽绒服有没有黑色的,多少钱?"
    assert fold(text) is text


@given(st.text(st.characters(exclude_categories=[]), max_size=40))
def test_places_never_move_and_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def test_no_simplified_character_of_the_table_is_a_traditional_one() -> None:
    assert not [pair for pair in SIMPLIFIED_OF.items() if pair[1] in SIMPLIFIED_OF]
    assert all(len(one) == len(other) == 1 for one, other in SIMPLIFIED_OF.items())


def test_common_traditional_texts_become_simplified() -> None:
    text = "請問這雙運動鞋還有貨嗎？想買給媽媽當禮物，顏色要淺藍色，尺碼三十八號，寄到臺北門市，謝謝妳們！"
    assert fold(text) == "请问这双运动鞋还有货吗?想买给妈妈当礼物,颜色要浅蓝色,尺码三十八号,寄到台北门市,谢谢你们!"
