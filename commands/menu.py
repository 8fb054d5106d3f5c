"""``menu pull|push ACCOUNT FILE``: the account's menu as a file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.client.menus import create_menu, find_menu, get_current_menu
from commands.output import Exit, Output
from commands.wiring import database, read_installation, wechat
from core.accounts import AccountKind
from core.errors import Invalid

HELP = "the account's menu as a file"

CONSOLE_ONLY = frozenset({"text", "img", "photo", "video", "voice", "news"})
"""Kinds of entries that get_current_selfmenu_info tells and menu/create refuses (WeChat's documents)."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["pull", "push"])
    parser.add_argument("account", metavar="ACCOUNT")
    parser.add_argument("file", type=Path, metavar="FILE")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    account = installation.account(args.account)
    if account.kind is not AccountKind.OFFICIAL_ACCOUNT:
        raise Invalid("ACCOUNT", f"{account.key} is a mini program: it has no menu", "name an official account")
    async with database(installation), wechat(installation) as client:
        if args.what == "push":
            menu = _read(args.file)
            await create_menu(client, account, menu)
            out.line(f"{account.key}: menu of {len(menu['button'])} entries is set; customers see it within minutes")
            out.put(account=account.key, buttons=len(menu["button"]))
            return Exit.DONE
        by_api = await find_menu(client, account)
        menu = by_api if by_api is not None else menu_of_console(await get_current_menu(client, account))
    args.file.write_text(json.dumps(menu, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    out.line(f"{args.file}: the menu of {account.key}" + (" (made in the console)" if by_api is None else ""))
    foreign = [f"{button['name']} ({button['type']})" for button in _leaves(menu["button"]) if _is_foreign(button)]
    if foreign:
        out.line(f"  only the console can make: {', '.join(foreign)} — change these before you push the file")
    made_by = "api" if by_api is not None else "console"
    out.put(account=account.key, file=str(args.file), made_by=made_by, console_only=foreign)
    return Exit.DONE


def menu_of_console(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A menu made in the console, in the form ``push`` takes: sub-buttons lie one level deeper there.

    Entries only the console can make (texts, pictures) stay as they are, so that nothing of them is lost.
    """
    buttons = shown.get("selfmenu_info", {}).get("button", [])
    return {"button": [_lifted(button) for button in buttons]}


def _lifted(button: dict[str, Any]) -> dict[str, Any]:
    inner = button.get("sub_button")
    return button | {"sub_button": inner["list"]} if isinstance(inner, dict) and "list" in inner else button


def _leaves(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [leaf for button in buttons for leaf in button.get("sub_button") or [button]]


def _is_foreign(leaf: Mapping[str, Any]) -> bool:
    return leaf.get("type") in CONSOLE_ONLY


def _read(path: Path) -> dict[str, Any]:
    """A menu file: ``{"button": […]}`` with 1 to 3 entries of 1 to 5 each. Raises ``Invalid``."""
    try:
        menu = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Invalid("FILE", f"{path} cannot be read ({error.strerror})", "name a JSON file") from None
    except ValueError as error:
        raise Invalid("FILE", f"{path} is not JSON: {error}", "mend that line") from None
    menu = menu.get("menu", menu) if isinstance(menu, dict) else menu
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Invalid("button", "is not a list of 1 to 3 entries", 'write {"button": [...]}; see docs/connect.md')
    for number, button in enumerate(buttons):
        inner = button.get("sub_button", []) if isinstance(button, dict) else None
        if inner is None or not button.get("name"):
            raise Invalid(f"button[{number}].name", "is missing", "every entry has a name")
        if len(inner) > 5:
            raise Invalid(f"button[{number}].sub_button", f"has {len(inner)} entries", "WeChat shows at most 5")
    for leaf in filter(_is_foreign, _leaves(buttons)):
        remedy = "make it click, with the words imported as a keyword, or view"
        raise Invalid(str(leaf.get("name")), f"only the console can make an entry of type {leaf['type']}", remedy)
    return {"button": buttons}
