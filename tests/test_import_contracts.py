"""The import contracts of pyproject.toml, tried on empty rooms: in order they hold, and each one can break."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
ALLOWED = {
    "main": "import commands, config, handlers",
    "commands/a": "import api, bot, config, core, customers, delivery, guides, handlers, models",
    "api/a": "import bot, guides, delivery, customers, models, core",
    "handlers/a": "import bot, guides, customers, core",
    "guides/a": "import delivery, customers, models",
    "delivery/a": "import customers, models, core",
    "models/a": "import core, aiosqlite, asyncpg, tortoise",
    "bot/channels/a": "import core, wechatpy.crypto",
    "customers/tagging/a": "import ahocorasick_rs, jieba, rjieba, models",
    "simulator/a": "import wechatpy, simulator.b",
    "simulator/b": "",
}
BREACHES = {
    "rooms run one way: main at the top, core at the bottom": [
        ("models/a", "import customers"),
        ("customers/a", "import delivery"),
        ("delivery/a", "import guides"),
        ("guides/a", "import handlers"),
        ("api/a", "import handlers"),
        ("handlers/a", "import api"),
        ("core/a", "import models"),
    ],
    "bot imports core and no other room": [("bot/a", "import customers"), ("bot/channels/a", "from models import a")],
    "only handlers, api and main import bot": [("delivery/a", "from bot import a"), ("core/a", "import bot")],
    "nothing but main.py imports commands": [("api/a", "import commands"), ("demo/a", "from commands import a")],
    "nothing imports main.py": [("api/a", "import main"), ("benchmarks/a", "import main")],
    "only main reads config": [("core/a", "import config"), ("api/a", "from config import a")],
    "simulator imports nothing of the product": [("simulator/a", "import core"), ("simulator/a", "import bot")],
    "simulator is imported by nothing": [("demo/a", "import simulator"), ("bot/a", "import simulator")],
    "wechatpy lives in bot.channels and simulator": [("bot/a", "import wechatpy"), ("api/a", "import wechatpy.crypto")],
    "segmentation and lexicon matching live in customers.tagging": [
        ("customers/a", "import jieba"),
        ("bot/a", "import rjieba"),
        ("handlers/a", "import ahocorasick_rs"),
    ],
    "database drivers live in models": [("delivery/a", "import asyncpg"), ("customers/a", "import aiosqlite")],
}


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """The rooms with nothing in them but imports that are allowed."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in [*CONTRACTS["root_packages"], "bot/channels", "customers/tagging"]:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
        (tmp_path / room / "a.py").touch()
    for place, text in ALLOWED.items():
        (tmp_path / f"{place}.py").write_text(f"{text}\n")
    return tmp_path


def list_broken(rooms: Path) -> set[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    output = subprocess.run(command, cwd=rooms, capture_output=True, text=True, timeout=60).stdout
    assert f"{len(CONTRACTS['contracts'])} kept" in output or " broken." in output, output
    return set(re.findall(r"^(.+?) BROKEN", output, re.MULTILINE))


def test_what_the_architecture_allows_breaks_no_contract(rooms: Path) -> None:
    assert list_broken(rooms) == set()


def test_every_contract_has_a_breach_tried_here() -> None:
    assert {contract["name"] for contract in CONTRACTS["contracts"]} == set(BREACHES)


@pytest.mark.parametrize(
    ("name", "place", "text"), [(name, *breach) for name, breaches in BREACHES.items() for breach in breaches]
)
def test_a_breach_breaks_its_contract(rooms: Path, name: str, place: str, text: str) -> None:
    with (rooms / f"{place}.py").open("a") as module:
        module.write(f"{text}\n")
    assert name in list_broken(rooms)
