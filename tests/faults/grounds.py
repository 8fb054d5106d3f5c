"""Where it all happens: accounts with secrets of their own, a furnished database to copy, a folder, an environment."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import string
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from core.clock import now
from customers.phones import PhoneVault
from guides.imports.guides import import_guides
from guides.imports.stores import import_stores
from guides.scenes import scene_name_for, store_scene
from models.database import close_database, migrate, open_database
from simulator.accounts import Account
from simulator.config import parse_config
from tests.faults.databases import Database, PostgresDatabase, SqliteDatabase
from tests.faults.processes import ROOT, Child, free_port, python
from tests.services import fresh_postgres

DATA = ROOT / "demo" / "data"
GUIDES = {"G001": "林晓雯", "G002": "陈佳怡", "G003": "王梓涵"}
"""Guides who have a code, with the names customers are told."""

_KINDS = {
    "shop": ("official_account", "safe", "xml"),
    "street": ("official_account", "plain", "xml"),
    "mini": ("mini_program", "safe", "json"),
}


class Grounds:
    """One for a whole run of the suite. Databases are furnished once a kind and copied for each scenario."""

    def __init__(self, folder: Path, seed: int, stack: AsyncExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self._templates: dict[str, Database] = {}
        self._dice = random.Random(seed)
        self._secret = self._word(48)
        self._raw = [self._account(key) for key in _KINDS]
        self.accounts: dict[str, Account] = {a.key: a for a in parse_config({"accounts": self._raw}).accounts}
        self._furnishing = asyncio.Lock()
        self._number = 0

    @asynccontextmanager
    async def database(self, kind: str) -> AsyncIterator[Database]:
        """A database of kind ``sqlite`` or ``postgres`` with schema, shops, guides and scenes; gone afterwards."""
        async with self._furnishing:
            if kind not in self._templates:
                self._templates[kind] = await self._furnish(kind)
        async with self._templates[kind].copied(self.new_folder("database")) as database:
            yield database

    async def _furnish(self, kind: str) -> Database:
        folder = self.new_folder("template")
        template: Database = SqliteDatabase(folder / "zhiji.db")
        if kind == "postgres":
            template = PostgresDatabase(self._stack.enter_context(fresh_postgres()))
        await migrate(template.url)
        await open_database(template.url)
        try:
            vault = PhoneVault(self._secret)
            await import_stores(DATA / "stores.csv", at=now(), actor="faults", mapping={}, crs=None)
            await import_guides(DATA / "guides.csv", vault=vault, at=now(), actor="faults", mapping={})
            for guide in GUIDES:
                await store_scene(
                    self.accounts["shop"].app_id, guide, scene_name_for(guide), ticket="ticket", url="http://weixin.qq.com/q/x",
                    at=now(), expires_at=None, actor="faults",
                )  # fmt: skip
        finally:
            await close_database()
        template.rest()
        return template

    @asynccontextmanager
    async def wechat(self) -> AsyncIterator[str]:
        """A simulated WeChat in a process of its own; its base URL."""
        base, folder = f"127.0.0.1:{free_port()}", self.new_folder("wechat")
        (folder / "wechat.json").write_text(json.dumps({"listen": base, "accounts": self._raw}), encoding="utf-8")
        serve = python("-m", "simulator", "serve", "--config", str(folder / "wechat.json"))
        child = Child(serve, {}, folder / "wechat.log", f"http://{base}/_sim/counters")
        await child.start()
        try:
            yield f"http://{base}"
        finally:
            await child.end()

    def environment(self, database_url: str, wechat: str, **more: str) -> dict[str, str]:
        """The product's settings for these grounds, nothing of them from outside."""
        values = {
            "SCRM_CONFIG": os.devnull,
            "SCRM_DATABASE_URL": database_url,
            "SCRM_REDIS_URL": "embedded",
            "SCRM_SECRET_KEY": self._secret,
            "SCRM_LOG_LEVEL": "warning",
            "SCRM_BRAND__DEFAULT_BINDING": "least_loaded",
            "PYTHONUNBUFFERED": "1",
        }
        for account in self._raw:
            for name in ("kind", "app_id", "app_secret", "token", "aes_key", "mode"):
                values[f"SCRM_ACCOUNTS__{account['key'].upper()}__{name.upper()}"] = account[name]
            values[f"SCRM_ACCOUNTS__{account['key'].upper()}__API_BASE"] = wechat
        return {**values, **more}

    def new_folder(self, name: str) -> Path:
        self._number += 1
        folder = self.folder / f"{self._number:02d}-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _account(self, key: str) -> dict[str, str]:
        kind, mode, body = _KINDS[key]
        hexadecimal = "0123456789abcdef"
        return {
            "key": key, "kind": kind, "mode": mode, "format": body,
            "app_id": "wx" + self._word(16, hexadecimal), "app_secret": self._word(32, hexadecimal),
            "token": self._word(24), "aes_key": self._word(42) + "A",
        }  # fmt: skip

    def _word(self, length: int, letters: str = string.ascii_letters + string.digits) -> str:
        return "".join(self._dice.choices(letters, k=length))
