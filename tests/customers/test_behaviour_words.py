"""What a customer did in the mini program is told with what it was done to."""

from __future__ import annotations

from typing import Any

import pytest

from api.behaviour_rules import NAMES
from customers.behaviour import KIND_PREFIX
from customers.behaviour_words import BEHAVIOUR
from customers.timeline_words import describe


@pytest.mark.parametrize(
    ("name", "properties", "words"),
    [
        ("page_view", {"page": "pages/new/index"}, "浏览页面 pages/new/index"),
        ("page_view", {"title": "新品", "page": "pages/new/index"}, "浏览页面 新品"),
        ("product_view", {"sku": "DN-2201", "name": "轻薄羽绒服"}, "查看商品 轻薄羽绒服"),
        ("product_view", {"product_id": 2201}, "查看商品 2201"),
        ("cart", {"sku": "DN-2201", "quantity": 1}, "加入购物车 DN-2201"),
        ("cart", {"sku": "DN-2201", "quantity": 2}, "加入购物车 DN-2201 ×2"),
        ("share", {"sku": "DN-2201", "to": "friend"}, "分享 DN-2201"),
        ("store_visit", {"store": "SH01"}, "到店 SH01"),
        ("form", {"form": "member"}, "填写表单 member"),
        ("custom", {"event": "draw"}, "小程序动作 draw"),
        ("cart", {}, "加入购物车"),
        ("product_view", {"name": ["a"], "sku": True, "id": " "}, "查看商品"),
        ("product_view", {"name": "双面\n羊毛  大衣"}, "查看商品 双面 羊毛 大衣"),
        ("product_view", {"name": "长" * 99}, "查看商品 " + "长" * 60),
    ],
)
def test_each_report_is_told_in_words(name: str, properties: dict[str, Any], words: str) -> None:
    assert describe(KIND_PREFIX + name, {"properties": properties}) == words


@pytest.mark.parametrize("fields", [{}, {"properties": None}, {"properties": "x"}])
def test_a_report_without_properties_is_told_too(fields: dict[str, Any]) -> None:
    assert describe("mini.cart", fields) == "加入购物车"


def test_every_kind_of_report_has_its_words() -> None:
    assert {KIND_PREFIX + name for name in NAMES} == set(BEHAVIOUR)
