"""Words for what a customer did in the mini program: which page, product, shop or form, where the report says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Fields = Mapping[str, Any]

_PRODUCT = ("name", "product_name", "title", "sku", "product_id", "goods_id", "id")
_PAGE = ("title", "page", "path", "url")
_STORE = ("store_name", "store", "store_code")
_FORM = ("form", "form_name", "name", "id")
_CUSTOM = ("event", "name", "action")
_LONGEST = 60


def _told(word: str, *keys: str) -> Callable[[Fields], str]:
    return lambda fields: f"{word} {_first(fields, keys)}".strip()


def _cart(fields: Fields) -> str:
    quantity = _properties(fields).get("quantity")
    times = f" ×{quantity}" if type(quantity) is int and quantity != 1 else ""
    return f"加入购物车 {_first(fields, _PRODUCT)}".strip() + times


def _first(fields: Fields, keys: tuple[str, ...]) -> str:
    """The first of these properties that says something; reports come from outside, so it may be anything."""
    properties = _properties(fields)
    found = (properties.get(key) for key in keys)
    said = (str(value) for value in found if isinstance(value, str | int) and not isinstance(value, bool))
    return next((" ".join(words.split())[:_LONGEST] for words in said if words.strip()), "")


def _properties(fields: Fields) -> Fields:
    properties = fields.get("properties")
    return properties if isinstance(properties, Mapping) else {}


BEHAVIOUR: dict[str, Callable[[Fields], str]] = {
    "mini.page_view": _told("浏览页面", *_PAGE),
    "mini.product_view": _told("查看商品", *_PRODUCT),
    "mini.cart": _cart,
    "mini.share": _told("分享", *_PRODUCT, *_PAGE),
    "mini.store_visit": _told("到店", *_STORE),
    "mini.form": _told("填写表单", *_FORM),
    "mini.custom": _told("小程序动作", *_CUSTOM),
}
"""By the kind of journal row (``customers.behaviour``)."""
