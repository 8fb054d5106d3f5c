"""The menu at the bottom of an official account's chat."""

from __future__ import annotations

from typing import Any

from simulator.api.calls import Call, Route
from simulator.refusals import Refusal

TYPES = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    "view_limited": ("media_id",),
}
_ONLY = ("official_account",)


async def create(call: Call) -> dict[str, Any]:
    buttons = call.body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refusal(40016)
    for button in buttons:
        _check_top(button)
    call.app.menu = {"button": buttons}
    return {"errcode": 0, "errmsg": "ok"}


async def get(call: Call) -> dict[str, Any]:
    if call.app.menu is None:
        raise Refusal(46003)
    return {"menu": {"button": [{"sub_button": [], **button} for button in call.app.menu["button"]]}}


async def current(call: Call) -> dict[str, Any]:
    """What customers see; sub-buttons sit one level deeper here than in ``create``."""
    if call.app.menu is None:
        return {"is_menu_open": 0}
    shown = [
        button | {"sub_button": {"list": button["sub_button"]}} if button.get("sub_button") else button
        for button in call.app.menu["button"]
    ]
    return {"is_menu_open": 1, "selfmenu_info": {"button": shown}}


def _check_top(button: object) -> None:
    if not isinstance(button, dict):
        raise Refusal(47001)
    subs = button.get("sub_button")
    if not subs:
        _check_leaf(button, longest_name=16, codes=(40018, 40017, 40019, 40020))
        return
    _check_name(button, 16, 40018)
    if not isinstance(subs, list) or len(subs) > 5:
        raise Refusal(40023)
    for sub in subs:
        if not isinstance(sub, dict):
            raise Refusal(47001)
        _check_leaf(sub, longest_name=60, codes=(40025, 40024, 40026, 40027))


def _check_leaf(button: dict[str, Any], longest_name: int, codes: tuple[int, int, int, int]) -> None:
    bad_name, bad_type, bad_key, bad_url = codes
    _check_name(button, longest_name, bad_name)
    fields = TYPES.get(str(button.get("type")))
    if fields is None:
        raise Refusal(bad_type)
    for name in fields:
        value = button.get(name)
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= (1024 if name == "url" else 128):
            raise Refusal(bad_url if name == "url" else bad_key, name)


def _check_name(button: dict[str, Any], longest: int, code: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= longest:
        raise Refusal(code)


ROUTES = (
    Route("POST", "/cgi-bin/menu/create", create, kinds=_ONLY),
    Route("GET", "/cgi-bin/menu/get", get, kinds=_ONLY),
    Route("GET", "/cgi-bin/get_current_selfmenu_info", current, kinds=_ONLY),
)
