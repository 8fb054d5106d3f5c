"""The names others rely on: commands, exit codes, settings, addresses, states, scripts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from api.application import ApiParts, build_application
from api.session_tokens import SessionTokens
from bot.edge.webhook import PREFIX
from commands.line import build_parser, find_commands
from commands.output import Exit
from config.settings import AccountSettings, Settings
from config.sources import CONFIG_VARIABLE
from config.sources import PREFIX as VARIABLES
from core.accounts import AccountKind, Crs, Mode, Subtype
from core.ports import InteractionState
from models import CouponState, DeliveryState, TaskState

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT.parent / "shared" / "design" / "contracts.md"

COMMANDS = {
    "check", "migrate", "serve", "worker", "import", "scene", "menu", "parse", "show", "replay", "delivery", "person",
    "backup", "restore", "care", "lexicon", "answers", "coupon",
}  # fmt: skip
LINES = [
    "care list", "care add FILE", "care set RULE --at 10:00", "care on RULE", "care off RULE", "care show RULE",
    "care remove RULE", "care preview RULE --on 2026-11-25 --limit 5",
    "check", "migrate", "serve", "serve --no-worker", "worker",
    "import stores FILE", "import stores FILE --map code=Number --map name=Shop --crs wgs84",
    "import stores FILE --crs gcj02 --abroad", "import stores FILE --crs bd09", "import guides FILE",
    "import customers FILE",
    "import followers ACCOUNT", "scene create --guide CODE", "scene create --guide CODE --out FILE.png", "scene list",
    "menu pull ACCOUNT FILE", "menu push ACCOUNT FILE", "parse FILE", "parse FILE FILE --kind official_account",
    "parse FILE --kind mini_program --aes-key K --app-id A", "show customer OPENID", "show parts", "show deliveries",
    "show calls", "show tasks", "show limits", "show delivery 7", "guide leave CODE",
    "lexicon check FILE", "lexicon import FILE --note TEXT", "lexicon export FILE --force", "lexicon list",
    "lexicon history", "lexicon undo", "lexicon add colour/黑色 WORD WORD", "lexicon remove WORD",
    "lexicon adopt WORD colour/黑色 --new-tag", "lexicon diff FILE --days 30 --samples 3",
    "lexicon discover --days 7 --background-days 60", "tag why OPENID colour/黑色", "tag restore OPENID colour/黑色",
    "tag remove OPENID colour/黑色 --reason TEXT", "answers import FILE", "answers list", "answers remove CODE",
    "answers ask TEXT --store CODE", "answers unanswered --days 30",
    "coupon list", "coupon add FILE", "coupon set CODE FILE", "coupon show CODE", "coupon publish CODE",
    "coupon pause CODE --reason TEXT", "coupon end CODE", "coupon issue CODE OPENID --key K", "coupon own OPENID",
    "coupon look CODE --store S --amount 9.5", "coupon redeem CODE --store S --order NO --amount 9 --freight 1 --key K",
    "coupon reverse CODE --reason TEXT", "coupon void CODE --reason TEXT", "coupon history CODE", "coupon blocks",
    "coupon block OPENID --reason TEXT --days 3", "coupon unblock OPENID", "coupon refused --days 7",
    "coupon allow --scene NAME --minutes 30", "coupon allow --store S --minutes 30",
    "coupon best OPENID --store S --amount 358 --freight 10", "scene create --store S --coupon CODE --out FILE.png",
    "coupon near STORE --within 3000 --list --limit 5",
    "coupon send CODE --key K --near STORE --within 3000 --words FILE --dry-run",
    "coupon send CODE --key K --tag GROUP/TAG --account shop --class care --option custom=TEXT",
    "coupon send CODE --key K --openid O --openid O --words FILE", "coupon send CODE --key K --all --words FILE",
    "replay tags", "delivery settle 7 sent", "delivery settle 7 failed", "person export OPENID DIR",
    "person erase OPENID", "backup FILE", "restore FILE",
]  # fmt: skip
ACCOUNT_SETTINGS = {
    "kind", "subtype", "verified", "app_id", "app_secret", "token", "aes_key", "previous_aes_key", "mode", "api_base",
    "location_crs",
}  # fmt: skip
ADDRESSES = {
    ("POST", "/mini/{account}/session"), ("POST", "/mini/{account}/events"), ("GET", "/health/live"),
    ("GET", "/health/ready"), ("GET", "/metrics"),
}  # fmt: skip
SCRIPTS = {"demo", "test", "check", "services", "faults"}
SCRIPTS_TO_COME = {"walkthrough"}
STATES = {
    InteractionState: {"received", "answered", "late_replied", "expired", "unknown"},
    DeliveryState: {
        "planned", "claimed", "sent", "accepted", "confirmed", "failed", "suppressed", "unknown",
    },
    CouponState: {"issued", "locked", "redeemed", "reversed", "expired", "voided"},
    TaskState: {"open", "done", "snoozed", "not_suitable", "lapsed"},
    AccountKind: {"official_account", "mini_program"},
    Subtype: {"service", "subscription"},
    Mode: {"plain", "compatible", "safe"},
    Crs: {"wgs84", "gcj02", "bd09"},
}  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    if not PAGE.exists():
        pytest.skip(f"{PAGE} is absent: that these tests say what the contract says is NOT TESTED")
    return PAGE.read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    return page.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]


# ── the product holds the contract ───────────────────────────────────────────────────────────────────────────────
def test_every_command_is_there() -> None:
    assert set(find_commands()) >= COMMANDS


@pytest.mark.parametrize("line", LINES)
def test_every_command_takes_its_arguments_and_json(line: str) -> None:
    args = build_parser().parse_args([*line.split(), "--json"])
    assert (args.command, args.json) == (line.split()[0], True)
    assert callable(args.run)


def test_the_exit_codes() -> None:
    assert {code.name: code.value for code in Exit} == {"DONE": 0, "COULD_NOT": 1, "PARTLY": 2, "USAGE": 64}


def test_the_settings() -> None:
    assert (VARIABLES, CONFIG_VARIABLE) == ("SCRM_", "SCRM_CONFIG")
    assert Settings.model_fields.keys() >= {"database_url", "redis_url", "listen", "secret_key", "accounts"}
    assert AccountSettings.model_fields.keys() >= ACCOUNT_SETTINGS
    assert Settings.model_fields["secret_key"].is_required()


def test_the_addresses() -> None:
    async def nothing(*_: Any) -> Any:
        raise AssertionError("no request is made here")

    desk = stores = coupons = nothing
    parts = ApiParts({}, nothing, SessionTokens("k" * 32), 600.0, CollectorRegistry(), desk, stores, coupons)  # type: ignore[arg-type]
    found = {
        (route.method, route.resource.canonical)
        for route in build_application(parts).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert found >= ADDRESSES
    assert PREFIX == "/hooks/"


@pytest.mark.parametrize("kind", list(STATES), ids=lambda kind: kind.__name__)
def test_the_states(kind: Any) -> None:
    assert {state.value for state in kind} == STATES[kind]


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_the_scripts_are_bash_and_may_be_run(name: str) -> None:
    script = ROOT / "scripts" / name
    assert script.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    assert os.access(script, os.X_OK)


def test_the_demo_takes_its_options() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert {"--exit", "--json"} <= set(re.findall(r"--\w+", done.stdout))


# ── these tests say what the page says ───────────────────────────────────────────────────────────────────────────
def test_the_page_has_no_other_command(page: str) -> None:
    cells = re.findall(r"^\| (`.+?) \|", section(page, "Commands").replace("\\|", "/"), re.MULTILINE)
    assert len(cells) >= 12
    told = {re.split(r"[\s…]", words)[0] for cell in cells for words in re.findall(r"`([^`]+)`", cell)}
    assert told - {"--no-worker"} == COMMANDS


def test_the_page_has_the_same_exit_codes(page: str) -> None:
    assert "(exit 0 done · 1 could not · 2 partly: some input rejected · 64 wrong usage)" in page


def test_the_page_has_no_other_setting(page: str) -> None:
    text = section(page, "Settings")
    assert set(re.findall(r"SCRM_[A-Z_]+", text)) == {
        "SCRM_CONFIG", "SCRM_DATABASE_URL", "SCRM_REDIS_URL", "SCRM_LISTEN", "SCRM_SECRET_KEY",
    }  # fmt: skip
    listed = re.sub(r"\([^)]*\)", "", text.split("[accounts.<key>]`", 1)[1])
    assert set(re.findall(r"\w+", listed)) == ACCOUNT_SETTINGS


def test_the_page_has_no_other_address(page: str) -> None:
    text = section(page, "HTTP").replace("`/health/ready`", "`/health/ready` GET")
    told = set(re.findall(r"`(/[^`…]+)`", text)) - {"/api/v1/openapi.json"}
    assert told == {path for _, path in ADDRESSES} | {PREFIX + "{account}"}


def test_the_page_has_no_other_state(page: str) -> None:
    told = set(re.findall(r"[a-z_]+", section(page, "States"))) - {"interaction", "delivery", "coupon", "task"}
    assert told == STATES[InteractionState] | STATES[DeliveryState] | STATES[TaskState] | STATES[CouponState]


def test_the_page_has_no_other_script(page: str) -> None:
    assert set(re.findall(r"`scripts/(\w+)", section(page, "Scripts"))) == SCRIPTS | SCRIPTS_TO_COME
