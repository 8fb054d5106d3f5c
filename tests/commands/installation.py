"""An installation for command tests: variables, a folder, a WeChat in a thread, and commands run in this process."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import threading
from collections.abc import Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commands.line import run_line
from simulator.accounts import Account
from simulator.api.server import make_app
from simulator.config import parse_config
from simulator.state.world import World
from tests.variables import only_variables
from tests.wechat import serving

KEY = "5c2f0f11d0a94d1b8a1c35e4a2d1c0de"
SHOP_ID, MINI_ID = "wx00000000000000aa", "wx00000000000000bb"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f7"
WRONG_SECRET = "9a8b7c6d5e4f3021a0b1c2d3e4f50617"
TOKEN = "tokOfTheShop7"
AES_KEY = "Zk3mVq8RtYp1LwXs6BnHd9GjFc2Ea7UoTi5KbMvNxQA"


class Background:
    """An event loop in a thread: what runs there answers while a command runs here."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def enter(self, context: AbstractAsyncContextManager[Any]) -> Any:
        """Enters it there; it is left when the background ends."""
        return self.run(self._stack.enter_async_context(context))

    def end(self) -> None:
        self.run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@dataclass(frozen=True)
class WeChat:
    """A simulated platform with one official account and one mini-program, both in safe mode."""

    world: World
    base: str
    accounts: Mapping[str, Account]

    def calls(self, path: str) -> int:
        return self.world.ledger.calls[path]


def open_wechat(background: Background, **shop: Any) -> WeChat:
    common = {"app_secret": SECRET, "token": TOKEN, "aes_key": AES_KEY, "mode": "safe"}
    accounts = [
        {"key": "shop", "kind": "official_account", "app_id": SHOP_ID, **common, **shop},
        {"key": "mini", "kind": "mini_program", "app_id": MINI_ID, "format": "json", **common},
    ]
    config = parse_config({"accounts": accounts})
    world = World(config)
    base = background.enter(serving(make_app(world)))
    return WeChat(world, base, {account.key: account for account in config.accounts})


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line of standard output."""
        result = json.loads(self.out.splitlines()[-1])
        assert isinstance(result, dict)
        return result

    @property
    def errors(self) -> list[dict[str, str]]:
        return list(self.json["errors"])

    @property
    def checks(self) -> dict[str, tuple[str, str, str]]:
        """What ``check`` said: state, detail and remedy by part (the last, where a part stands there twice)."""
        return {line["part"]: (line["state"], line["detail"], line["remedy"]) for line in self.json["checks"]}

    def parts(self, state: str) -> list[str]:
        return [line["part"] for line in self.json["checks"] if line["state"] == state]


@dataclass(frozen=True)
class Installation:
    """``variables`` are all of its settings; there is no settings file unless one is named."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.home / "zhiji.db"

    def run(self, *arguments: object, **changes: str | None) -> Ran:
        """One command with ``--json``; ``changes`` are variables for this run alone (None: absent)."""
        return self.run_plainly(*arguments, "--json", **changes)

    def run_plainly(self, *arguments: object, **changes: str | None) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with only_variables({**self.variables, **changes}), redirect_stdout(out), redirect_stderr(err):
            code = run_line([str(argument) for argument in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    def file(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path

    def twin(self, home: Path, **changes: str) -> Installation:
        """Another installation with a copy of this one's database."""
        shutil.copy(self.database, home / "zhiji.db")
        return Installation(home, {**self.variables, "SCRM_DATABASE_URL": f"sqlite:///{home / 'zhiji.db'}", **changes})


def variables_for(home: Path, wechat: WeChat) -> dict[str, str]:
    variables = {
        "SCRM_CONFIG": os.devnull,
        "SCRM_SECRET_KEY": KEY,
        "SCRM_DATABASE_URL": f"sqlite:///{home / 'zhiji.db'}",
        "SCRM_REDIS_URL": "embedded",
    }
    for key, account in wechat.accounts.items():
        told = {"kind": account.kind, "app_id": account.app_id, "app_secret": account.app_secret}
        told |= {"token": account.token, "aes_key": account.aes_key, "mode": account.mode, "api_base": wechat.base}
        variables |= {f"SCRM_ACCOUNTS__{key.upper()}__{name.upper()}": str(value) for name, value in told.items()}
    return variables
