"""``scene create|list``: QR codes that bind whoever scans them to a guide."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import segno

from bot.client.qrcodes import create_qrcode
from commands.output import Exit, Output, table
from commands.wiring import Installation, database, operator, read_installation, wechat
from core.clock import local, now
from core.errors import Invalid
from guides.scenes import get_scannable_guide, list_scenes, scene_name_for, store_scene

HELP = "QR codes that bind to a guide"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    create = kinds.add_parser("create", help="a QR code that binds to a guide (asked again: the same code)")
    create.add_argument("--guide", required=True, metavar="CODE")
    create.add_argument("--out", type=Path, metavar="FILE.png", help="draw the code into this file")
    create.add_argument("--account", metavar="KEY", help="which official account, where there are several")
    create.add_argument("--scene", metavar="NAME", help="a name of your own (default: made from the guide's code)")
    kinds.add_parser("list", help="every scene, whose it is and when it ends")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    if args.what == "create" and args.out:
        _check_picture(args.out)
    async with database(installation):
        if args.what == "list":
            return await _list(installation, out)
        account = installation.account(args.account) if args.account else installation.official_account()
        guide = await get_scannable_guide(args.guide)
        scene = args.scene or scene_name_for(args.guide)
        async with wechat(installation) as client:
            code = await create_qrcode(client, account, scene)
        await store_scene(
            account.app_id, args.guide, scene, ticket=code.ticket, url=code.url, at=now(), expires_at=code.expires_at,
            actor=operator(),
        )  # fmt: skip
    if args.out:
        segno.make(code.url, error="m").save(str(args.out), scale=10, border=4)
        out.line(f"{args.out}: scanning it binds to {guide}")
    out.line(f"scene {scene} of account {account.key} → {code.url}")
    out.put(scene=scene, account=account.key, guide=args.guide, url=code.url, file=str(args.out) if args.out else None)
    return Exit.DONE


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
            keys.get(s.app_id, s.app_id), s.scene, s.guide_code, s.guide_name, s.store_name,
            local(s.expires_at) if s.expires_at else "permanent",
        ]
        for s in scenes
    ]  # fmt: skip
    out.line(table(rows, ["account", "scene", "guide", "name", "store", "until"]) if rows else "no scene yet")
    out.put(
        scenes=[
            {"account": keys.get(s.app_id), "app_id": s.app_id, "scene": s.scene, "guide": s.guide_code, "url": s.url}
            for s in scenes
        ]
    )
    return Exit.DONE
