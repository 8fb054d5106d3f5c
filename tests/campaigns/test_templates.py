"""Words with variables: what is known is said, what is not leaves no hole, what is wrong is refused when saved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.templates import LONGEST, Reader, parse
from core.errors import Invalid

NAMED = {"customer": "王女士", "guide": "小李", "store": "静安店", "brand": "知音", "days": "7"}


def said(text: str, reader: Reader = Reader.CUSTOMER, **values: str) -> str:
    return parse(text, LONGEST, "text", reader).render(values)


def test_values_are_put_in() -> None:
    words = "{customer}您好，我是{store}的{guide}，{brand}想念您{days}天了"
    assert said(words, **NAMED) == "王女士您好，我是静安店的小李，知音想念您7天了"


@pytest.mark.parametrize(
    ("words", "unnamed"),
    [
        ("{customer}，生日快乐", "亲爱的顾客，生日快乐"),
        ("{customer}：生日快乐", "亲爱的顾客：生日快乐"),
        ("谢谢您，{customer}", "谢谢您，亲爱的顾客"),
        ("祝{customer}生日快乐", "祝您生日快乐"),
        ("亲爱的{customer}，生日快乐", "亲爱的顾客，生日快乐"),
        ("尊敬的{customer}：", "尊敬的顾客："),
        ("{customer}[{guide}祝您]生日快乐", "您生日快乐"),
        ("有事找{guide}", "有事找门店导购"),
        ("欢迎再来{store}", "欢迎再来我们的门店"),
    ],
)
def test_what_is_not_known_reads_well(words: str, unnamed: str) -> None:
    assert said(words) == unnamed


def test_a_guide_is_told_of_a_customer_not_addressed_as_one() -> None:
    assert said("今天是{customer}的生日", Reader.GUIDE) == "今天是这位顾客的生日"
    assert said("今天是{customer}的生日", Reader.GUIDE, customer="王女士") == "今天是王女士的生日"


def test_a_section_falls_away_with_what_it_speaks_of() -> None:
    words = "生日快乐[，我是您的导购{guide}][，欢迎来{store}]！"
    assert said(words, **NAMED) == "生日快乐，我是您的导购小李，欢迎来静安店！"
    assert said(words, guide="小李") == "生日快乐，我是您的导购小李！"
    assert said(words) == "生日快乐！"


def test_a_section_in_a_section_falls_away_alone() -> None:
    words = "好[，我是{guide}[（{store}）]]"
    assert said(words, guide="小李") == "好，我是小李"
    assert said(words, **NAMED) == "好，我是小李（静安店）"
    assert said(words, store="静安店") == "好"


def test_square_brackets_without_a_variable_are_wechats_smileys() -> None:
    assert said("生日快乐[玫瑰][爱心]") == "生日快乐[玫瑰][爱心]"
    assert said("好[，{guide}[玫瑰]]", guide="小李") == "好，小李[玫瑰]"


def test_doubled_braces_are_braces() -> None:
    assert said("{{customer}} 是 {customer}", customer="王女士") == "{customer} 是 王女士"


def test_a_value_is_never_read_as_a_template() -> None:
    assert said("{customer}好", customer="{guide}[x]") == "{guide}[x]好"


def test_a_long_value_is_cut() -> None:
    assert said("{customer}！", customer="王" * 100) == "王" * LONGEST["customer"] + "！"


@pytest.mark.parametrize(
    ("words", "detail"),
    [
        ("{custmer}，好", "{custmer} is no variable of these words"),
        ("{}", "{} is no variable of these words"),
        ("{customer 好", "'{' (character 1) has no '}'"),
        ("好 customer}", "'}' (character 11) has no '{'"),
        ("好[，我是{guide}", "'[' (character 2) has no ']'"),
        ("好]", "']' (character 2) has no '['"),
        ("｛customer｝好", "holds the full-width brace ｛"),
        ("  ", "is empty"),
        ("好\x07", "holds the control character '\\x07'"),
        ("[我是{guide}]", "says nothing where a section falls away"),
    ],
)
def test_what_is_wrong_is_refused_with_the_field_named(words: str, detail: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(words, LONGEST, "options[0].text")
    assert (refusal.value.field, refusal.value.detail) == ("options[0].text", detail)
    assert refusal.value.remedy


def test_the_refusal_of_an_unknown_variable_names_those_there_are() -> None:
    with pytest.raises(Invalid) as refusal:
        parse("{festival}", {"customer", "guide"}, "text")
    assert refusal.value.remedy == "use {customer}, {guide}"


@given(st.text(alphabet="{}[]甲乙 {customer}{guide}", max_size=40), st.sampled_from([{}, NAMED]))
def test_whatever_is_accepted_can_be_said_and_is_no_longer_than_told(words: str, values: dict[str, str]) -> None:
    try:
        template = parse(words, LONGEST, "text")
    except Invalid:
        return
    rendered = template.render(values)
    assert rendered.strip()
    assert len(rendered) <= len(template.longest)
    assert len(rendered.encode()) <= len(template.longest.encode())
