"""The menu at the bottom of an official account's chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.client.client import WeChatClient
from bot.client.http import Api
from core.accounts import Account
from core.errors import Terminal

_CREATE = Api("POST", "/cgi-bin/menu/create", is_repeatable=True)
_GET = Api("GET", "/cgi-bin/menu/get", is_repeatable=True)
_CURRENT = Api("GET", "/cgi-bin/get_current_selfmenu_info", is_repeatable=True)
_NO_MENU = 46003


async def create_menu(client: WeChatClient, account: Account, menu: Mapping[str, Any]) -> None:
    """Replaces the menu by ``{"button": […]}``, as ``find_menu`` returns it; customers see it within minutes."""
    await client.call(account, _CREATE, body=menu)


async def find_menu(client: WeChatClient, account: Account) -> dict[str, Any] | None:
    """The menu made through the API, or None; one made in the console is only in ``get_current_menu``."""
    try:
        answer = await client.call(account, _GET)
    except Terminal as error:
        if error.code == _NO_MENU:
            return None
        raise
    menu = answer.get("menu")
    return menu if isinstance(menu, dict) else None


async def get_current_menu(client: WeChatClient, account: Account) -> dict[str, Any]:
    """What customers see now, console or API: ``is_menu_open`` 0 or 1, ``selfmenu_info``."""
    return await client.call(account, _CURRENT)
