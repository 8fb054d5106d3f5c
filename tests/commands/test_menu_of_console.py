"""A menu made in WeChat's console, pulled into a file that can be pushed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commands.menu import _read, menu_of_console
from core.errors import Invalid

# As get_current_selfmenu_info shows it: sub-buttons in a list of their own, texts with their words.
SHOWN: dict[str, Any] = {
    "is_menu_open": 1,
    "selfmenu_info": {
        "button": [
            {"type": "view", "name": "商城", "url": "https://shop.example.com/"},
            {
                "name": "服务",
                "sub_button": {
                    "list": [
                        {"type": "click", "name": "附近门店", "key": "附近门店"},
                        {"type": "text", "name": "会员日", "value": "每月18日"},
                    ]
                },
            },
        ]
    },
}


def write(folder: Path, menu: dict[str, Any]) -> Path:
    path = folder / "menu.json"
    path.write_text(json.dumps(menu, ensure_ascii=False), encoding="utf-8")
    return path


def test_its_sub_buttons_are_lifted_and_nothing_is_lost() -> None:
    assert menu_of_console(SHOWN) == {
        "button": [
            {"type": "view", "name": "商城", "url": "https://shop.example.com/"},
            {
                "name": "服务",
                "sub_button": [
                    {"type": "click", "name": "附近门店", "key": "附近门店"},
                    {"type": "text", "name": "会员日", "value": "每月18日"},
                ],
            },
        ]
    }


def test_no_menu_is_an_empty_one() -> None:
    assert menu_of_console({"is_menu_open": 0}) == {"button": []}


def test_an_entry_only_the_console_can_make_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        _read(write(tmp_path, menu_of_console(SHOWN)))
    assert refused.value.field == "会员日"
    assert refused.value.detail == "only the console can make an entry of type text"


def test_without_such_entries_the_file_can_be_pushed(tmp_path: Path) -> None:
    menu = menu_of_console(SHOWN)
    del menu["button"][1]["sub_button"][1]
    assert _read(write(tmp_path, menu)) == menu
