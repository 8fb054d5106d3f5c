"""Measures in customers' own sentences: what is found, whose it is, and what only looks like one."""

from __future__ import annotations

import pytest

from customers.tagging.fold import fold
from customers.tagging.measures.find import Measures
from customers.tagging.measures.measure import Measure
from customers.tagging.measures.registry import all_kinds

MEASURES = Measures()


def values(text: str) -> list[tuple[str, str]]:
    return [(measure.name, measure.value) for measure in MEASURES.find(fold(text))]


def bounds(text: str) -> tuple[float | None, float | None]:
    (measure,) = MEASURES.find(fold(text))
    return measure.low, measure.high


def test_a_measure_says_what_where_and_whose() -> None:
    assert MEASURES.find("送婆婆，预算500以内") == [
        Measure("budget", start=4, end=11, value="≤500元", low=None, high=50000.0, unit="fen", subject="婆婆")
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("170/92A有吗", [("clothing_size", "170/92A")]),
        ("我平时穿165/88a的", [("clothing_size", "165/88A")]),
        ("要ＸＬ的", [("clothing_size", "XL")]),
        ("2xl和XXL是一样的吧", [("clothing_size", "2XL"), ("clothing_size", "2XL")]),
        ("M码太紧了，能换L吗", [("clothing_size", "M"), ("clothing_size", "L")]),
        ("童装110码还有吗", [("clothing_size", "110")]),
        ("裤子29码", [("clothing_size", "29")]),
        ("牛仔裤36码", [("clothing_size", "36")]),
        ("均码我能穿吗", [("clothing_size", "均码")]),
        ("身高165", [("height", "165cm")]),
        ("我165cm 110斤", [("height", "165cm"), ("weight", "55kg")]),
        ("一米六五，55公斤", [("height", "165cm"), ("weight", "55kg")]),
        ("1米6 体重55kg", [("height", "160cm"), ("weight", "55kg")]),
        ("身高1.65米", [("height", "165cm")]),
        ("165/55kg", [("height", "165cm"), ("weight", "55kg")]),
        ("160穿什么码", [("height", "160cm")]),
        ("168 一百二十斤穿多大", [("height", "168cm"), ("weight", "60kg")]),
        ("体重115斤", [("weight", "57.5kg")]),
        ("体重110", [("weight", "55kg")]),
        ("体重56", [("weight", "56kg")]),
        ("体重不到100斤", [("weight", "<50kg")]),
        ("宝宝20斤", [("weight", "10kg")]),
        ("腰围2尺1", [("waist", "70cm")]),
        ("腰围二尺", [("waist", "66.7cm")]),
        ("腰围二尺一寸半", [("waist", "71.7cm")]),
        ("胸围92臀围95", [("bust", "92cm"), ("hip", "95cm")]),
        ("37码的鞋", [("shoe_size", "37")]),
        ("穿38的鞋", [("shoe_size", "38")]),
        ("鞋子38.5码有吗", [("shoe_size", "38.5")]),
        ("36码有货吗", [("shoe_size", "36")]),
        ("脚长23.5", [("foot_length", "23.5cm")]),
        ("脚长245mm", [("foot_length", "24.5cm")]),
        ("生日8月12号", [("birthday", "--08-12")]),
        ("我生日是8.12", [("birthday", "--08-12")]),
        ("农历八月十五生日", [("birthday", "lunar:08-15")]),
        ("阴历腊月二十三是我妈生日", [("birthday", "lunar:12-23")]),
        ("1990年5月12日出生", [("birthday", "1990-05-12")]),
        ("90年5月12生日", [("birthday", "1990-05-12")]),
        ("宝宝3岁", [("child_age", "3岁")]),
        ("两岁半穿多大", [("child_age", "两岁半")]),
        ("8个月宝宝", [("child_age", "8个月")]),
        ("3-4岁的男孩", [("child_age", "3-4岁")]),
        ("我今年35岁", [("age", "35岁")]),
    ],
)
def test_measures_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("500以内的有吗", "≤500元", None, 50_000),
        ("500元以下的羽绒服", "≤500元", None, 50_000),
        ("预算三百左右", "约300元", 30_000, 30_000),
        ("价位1000左右", "约1000元", 100_000, 100_000),
        ("300到500", "300–500元", 30_000, 50_000),
        ("预算在300-500", "300–500元", 30_000, 50_000),
        ("三到五百的", "300–500元", 30_000, 50_000),
        ("1-2千的", "1000–2000元", 100_000, 200_000),
        ("不超过1k", "≤1000元", None, 100_000),
        ("最多八百", "≤800元", None, 80_000),
        ("两百来块", "约200元", 20_000, 20_000),
        ("预算2千5", "约2500元", 250_000, 250_000),
        ("预算1.5k", "约1500元", 150_000, 150_000),
        ("预算三百五", "约350元", 35_000, 35_000),
        ("预算1000以上", "≥1000元", 100_000, None),
    ],
)
def test_a_budget_is_bounded_in_fen(text: str, value: str, low: float | None, high: float | None) -> None:
    assert values(text) == [("budget", value)]
    assert bounds(text) == (low, high)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("宝宝3岁", 36, 47), ("两岁半", 30, 30), ("孩子1岁3个月", 15, 15), ("3-4岁", 36, 59), ("宝宝8个月", 8, 8),
        ("身高168", 168, 168), ("体重不到100斤", None, 50), ("裤子29码", 29, 29), ("要XL的", None, None),
    ],
)  # fmt: skip
def test_bounds_are_in_the_kinds_unit(text: str, low: float | None, high: float | None) -> None:
    assert bounds(text) == (low, high)


@pytest.mark.parametrize(
    "text",
    [
        "满300减50", "满300可以用吗", "退了200块左右", "我花了500左右买的", "优惠了50块左右", "订单金额500元",
        "[数字x]以内", "[数字x]斤", "[金额x]左右的", "13800000000", "021-55667788", "订单号165110", "2026年11月22日",
        "3天以内发货", "7天内能到吗", "24小时以内", "16:30以内", "10-20号到", "100-200克", "12期免息", "第二件半价",
        "一下子买了三四件", "预算不高", "11月22号能到吗", "身高170以下能穿吗", "160-170的有吗", "165左右",
        "1米8的床", "裙长130cm", "140cm宽的窗帘", "100斤大米", "10公斤洗衣机", "承重150斤吗", "快递5斤",
        "8月12号要生日礼物", "8月12号发货 生日用", "生日礼物8月12号能到吗", "2月30号生日", "农历十三月初一生日",
        "18岁以上", "买了3个月就坏了", "宝宝用了3个月", "3个月会员", "ps4 slim", "iphone 13 s", "t恤", "码头",
        "好的谢谢", "腰带", "鞋带断了", "37度", "38节活动",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_measure_is_none(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("我妈160 120斤", ["妈妈", "妈妈"]),
        ("老公身高180体重150斤", ["老公", "老公"]),
        ("8月12号我老婆生日", ["老婆"]),
        ("给孩子买 37码的鞋", ["孩子"]),
        ("我160 100斤", ["", ""]),
    ],
)
def test_a_measure_is_the_persons_it_is_said_of(text: str, subjects: list[str]) -> None:
    assert [measure.subject for measure in MEASURES.find(text)] == subjects


def test_values_and_names_fit_their_columns() -> None:
    assert all(len(name) <= 32 and len(kind.unit) <= 16 for name, kind in all_kinds().items())
    long = "预算" + "9" * 6 + "到" + "9" * 40 + "斤" * 40
    assert all(len(measure.value) <= 32 for measure in MEASURES.find(long))
