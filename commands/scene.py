"""``scene create|list``: QR codes that bind whoever scans them to a guide, or hang in a shop window."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import segno

from bot.client.qrcodes import create_qrcode
from campaigns.coupons.offers.windows import check_offered
from commands.output import Exit, Output, table
from commands.wiring import Installation, database, operator, read_installation, wechat
from core.clock import local, now
from core.errors import Invalid
from guides.scenes import (
    Made,
    SceneCard,
    get_scannable_guide,
    get_window_store,
    list_scenes,
    scene_name_for,
    store_scene,
    store_window,
    window_name_for,
)

HELP = "QR codes that bind to a guide, or hang in a shop window"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    create = kinds.add_parser("create", help="a guide's or a shop window's QR code (asked again: the same code)")
    whose = create.add_mutually_exclusive_group(required=True)
    whose.add_argument("--guide", metavar="CODE", help="scanning it binds to this guide")
    whose.add_argument("--store", metavar="CODE", help="scanning it shows this store and what is on offer there")
    create.add_argument("--coupon", default="", metavar="TEMPLATE", help="with --store: scanning it gives this coupon")
    create.add_argument("--out", type=Path, metavar="FILE.png", help="draw the code into this file")
    create.add_argument("--account", metavar="KEY", help="which official account, where there are several")
    create.add_argument("--scene", metavar="NAME", help="a name of your own (default: made from whose it is)")
    kinds.add_parser("list", help="every scene, whose it is and when it ends")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    if args.what == "create":
        if args.coupon and args.guide:
            raise Invalid("--coupon", "a guide's code gives no coupon", "name the --store in whose window it hangs")
        if args.out:
            _check_picture(args.out)
    async with database(installation):
        if args.what == "list":
            return await _list(installation, out)
        return await _create(args, installation, out)


async def _create(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    account = installation.account(args.account) if args.account else installation.official_account()
    told = await _checked(args)
    name = scene_name_for(args.guide) if args.guide else window_name_for(args.store, args.coupon)
    scene = args.scene or name
    async with wechat(installation) as client:
        code = await create_qrcode(client, account, scene)
    if args.guide:
        await store_scene(
            account.app_id, args.guide, scene, ticket=code.ticket, url=code.url, at=now(), expires_at=code.expires_at,
            actor=operator(),
        )  # fmt: skip
    else:
        made = Made(code.ticket, code.url, code.expires_at)
        await store_window(account.app_id, args.store, args.coupon, scene, made, now(), operator())
    if args.out:
        segno.make(code.url, error="m").save(str(args.out), scale=10, border=4)
        out.line(f"{args.out}: {told}")
    out.line(f"scene {scene} of account {account.key} → {code.url}")
    whose = {"guide": args.guide} if args.guide else {"store": args.store, "coupon": args.coupon or None}
    out.put(scene=scene, account=account.key, **whose, url=code.url, file=str(args.out) if args.out else None)
    return Exit.DONE


async def _checked(args: argparse.Namespace) -> str:
    """What scanning the code does, once it is sure that it can be made."""
    if args.guide:
        return f"scanning it binds to {await get_scannable_guide(args.guide)}"
    store = await get_window_store(args.store)
    if args.coupon:
        await check_offered(args.coupon, args.store)
    return f"scanning it shows {store.name}" + (f" and gives {args.coupon}" if args.coupon else "")


def _check_picture(file: Path) -> None:
    """Whether the picture can be written, asked before WeChat makes a code that would have none. Raises ``Invalid``."""
    if file.suffix.lower() != ".png":
        raise Invalid("--out", f"{file} is no .png file", "name FILE.png")
    if not file.parent.is_dir():
        raise Invalid("--out", f"the folder {file.parent} does not exist", "make it first, or name another")
    if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
        raise Invalid("--out", f"{file} cannot be written", "name a file of yours")


async def _list(installation: Installation, out: Output) -> Exit:
    keys = {account.app_id: account.key for account in installation.accounts.values()}
    scenes = await list_scenes()
    rows = [
        [
            keys.get(s.app_id, s.app_id), s.scene, s.guide_code or "—", s.guide_name or "—", s.store_name or "—",
            _gives(s) or "—", local(s.expires_at) if s.expires_at else "permanent",
        ]
        for s in scenes
    ]  # fmt: skip
    heads = ["account", "scene", "guide", "name", "store", "gives", "until"]
    out.line(table(rows, heads) if rows else "no scene yet")
    out.put(scenes=[_json(each, keys.get(each.app_id)) for each in scenes])
    return Exit.DONE


def _json(card: SceneCard, account: str | None) -> dict[str, str | None]:
    return {
        "account": account, "app_id": card.app_id, "scene": card.scene, "kind": "window" if card.window else "guide",
        "guide": card.guide_code or None, "store": card.store_code or None, "coupon": _gives(card) or None,
        "url": card.url,
    }  # fmt: skip


def _gives(card: SceneCard) -> str:
    return card.window.template if card.window else ""
