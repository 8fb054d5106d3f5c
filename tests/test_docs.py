"""What the documentation says is so: its links, commands, settings, metrics, words of states and its example."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from aiohttp.test_utils import make_mocked_request
from prometheus_client import CollectorRegistry

import handlers
from api.metrics import MetricsResource
from bot.channels.refusals import Reason
from bot.edge.counts import EdgeCounts
from bot.routing import Router, discover
from campaigns.answers.base import AnswerBase
from campaigns.coupons.codes import Codes
from campaigns.coupons.counter import CouponCounter
from campaigns.keyword_replies import KeywordReplies
from commands.line import build_parser, find_commands
from config.settings import AccountSettings, AnswerSettings, BrandSettings, ContactSettings, CouponSettings, Settings
from core.accounts import AccountKind
from core.clock import now
from core.messages import Inbound, Text
from core.ports import InteractionState
from core.reasons import Reason as DeliveryReason
from customers.tagging.live import LiveLexicon
from guides.binding import BindingRules, Bindings
from guides.reception import Reception
from guides.stores import StoreDirectory
from handlers._rooms import Rooms
from models import DeliveryState
from models.database import close_database, open_database
from tests.databases import copy_of

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
OPERATIONS = ROOT / "docs" / "operations.md"
EXAMPLES = {"handlers/parking.py", "tests/handlers/test_parking.py"}
ROOMS = ("api", "bot", "campaigns", "commands", "core", "customers", "delivery", "guides", "handlers", "models")

named = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: Path, language: str | None = None) -> list[str]:
    """The page's fenced blocks, of one language where named."""
    fences = re.split(r"^```(\w*)\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    spoken, bodies = fences[1::4], fences[2::4]
    return [body for said, body in zip(spoken, bodies, strict=True) if language in (None, said)]


def inline(page: Path) -> set[str]:
    """What stands between single backticks, outside fenced blocks."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text))


def section(page: Path, title: str) -> str:
    return page.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# ── links and paths ──────────────────────────────────────────────────────────────────────────────────────────────
@named
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{target} is not there"
        assert found.is_relative_to(ROOT)
        assert not anchor or anchor in anchors(found), f"{target} is no heading"


@named
def test_files_it_names_exist(page: Path) -> None:
    tops = {path.name for path in ROOT.iterdir()}
    for word in inline(page) - EXAMPLES:
        if re.fullmatch(r"[\w.-]+(/[\w.*-]+)+/?", word) and word.partition("/")[0] in tops:
            assert list(ROOT.glob(word.rstrip("/"))), f"{word} is not there"


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────
def quoted_commands(page: Path) -> Iterator[str]:
    """Command lines in fenced blocks, without the comments behind them."""
    for block in blocks(page):
        for line in block.splitlines():
            if line.startswith("python main.py "):
                yield line.partition(" #")[0].removeprefix("python main.py ")


@named
def test_quoted_command_lines_are_taken(page: Path) -> None:
    parser = build_parser()
    for line in quoted_commands(page):
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                parser.parse_args(shlex.split(line))
        except SystemExit as ended:
            assert line == "--help" and ended.code == 0, f"main.py {line}: {said.getvalue()}"


@named
def test_commands_in_running_text_exist(page: Path) -> None:
    known = find_commands()
    for word in inline(page):
        if found := re.match(r"(?:python )?main\.py ([a-z]+)", word):
            assert found[1] in known, word


def test_every_command_is_shown_somewhere() -> None:
    """Without quoted lines the tests above could not fail."""
    assert len([line for page in PAGES for line in quoted_commands(page)]) >= 25
    everywhere = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in find_commands() if not re.search(rf"main\.py {name}\b", everywhere)] == []


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "scripts").glob("*[!.]*") if path.suffix == ""))
def test_scripts_are_documented(script: str) -> None:
    if (ROOT / "scripts" / script).is_file():
        assert any(f"scripts/{script}" in page.read_text(encoding="utf-8") for page in PAGES)


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────
def is_setting(path: str) -> bool:
    """True for ``listen``, ``brand.name``, ``accounts.shop.token``."""
    parts = path.lower().split(".")
    match parts:
        case [name]:
            return name in Settings.model_fields
        case ["brand", name]:
            return name in BrandSettings.model_fields
        case ["contact", name]:
            return name in ContactSettings.model_fields
        case ["answers", name]:
            return name in AnswerSettings.model_fields
        case ["coupons", name]:
            return name in CouponSettings.model_fields
        case ["accounts", _, name]:
            return name in AccountSettings.model_fields
    return False


@named
def test_variables_and_dotted_names_are_settings(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for variable in set(re.findall(r"\bSCRM_[A-Z_]*[A-Z]\b", text)) - {"SCRM_CONFIG"}:
        if not variable.startswith("SCRM_TEST_") and not variable.endswith("__"):
            path = variable.removeprefix("SCRM_").replace("__", ".")
            assert is_setting(path) or path in ("ACCOUNTS.", "ACCOUNTS"), variable
    for name in inline(page):
        if re.fullmatch(r"brand\.[a-z_]+", name):
            assert is_setting(name), name


@named
def test_settings_files_shown_hold_settings_only(page: Path) -> None:
    for block in blocks(page, "toml"):
        shown = tomllib.loads(block)
        if "kind" in shown or "options" in shown:
            continue  # a care rule or an offer's words: test_examples.py of care and test_sending.py of coupons read it
        flat = [name for name in shown if name not in ("brand", "accounts")]
        flat += [f"brand.{name}" for name in shown.get("brand", {})]
        flat += [f"accounts.{key}.{name}" for key, account in shown.get("accounts", {}).items() for name in account]
        assert [name for name in flat if not is_setting(name)] == []


# ── operations.md ────────────────────────────────────────────────────────────────────────────────────────────────
class Figures:
    in_work, commits, handler_errors, is_storing = 0, (0, 0), 0, True


@pytest.fixture
async def metrics(migrated_sqlite: Path, tmp_path: Path) -> set[str]:
    """The names of everything ``/metrics`` tells, but when each was made."""
    registry = CollectorRegistry()
    EdgeCounts(registry)
    await open_database(copy_of(migrated_sqlite, tmp_path))
    try:
        answer = await MetricsResource(registry, Figures(), {}, now).get(make_mocked_request("GET", "/metrics"))
    finally:
        await close_database()
    assert isinstance(answer.body, bytes)
    names = set(re.findall(r"^# HELP (\w+)", answer.body.decode(), re.MULTILINE))
    return {name for name in names if not name.endswith("_created")}


async def test_the_metrics_listed_are_the_metrics_there_are(metrics: set[str]) -> None:
    assert set(re.findall(r"zhiji_\w+", section(OPERATIONS, "Health and metrics"))) == metrics
    assert len(metrics) >= 13


@named
def test_metrics_named_elsewhere_and_their_reasons_exist(page: Path, metrics: set[str]) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"`(zhiji_\w+)", text)) <= metrics
    assert set(re.findall(r'reason="(\w+)"', text)) <= set(Reason)


@cache
def literals() -> frozenset[str]:
    """Every text constant in the product's source."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_events_listed_are_logged() -> None:
    rows = re.findall(r"^\| (`.+?) \|", section(OPERATIONS, "Logs"), re.MULTILINE)
    events = {event for row in rows for event in re.findall(r"`([^`]+)`", row)}
    assert len(events) >= 7
    assert events <= literals()


def test_states_and_reasons_listed_are_used() -> None:
    rows = re.findall(
        r"^\| ([a-z_, ]+) \| ([a-z_, …']+|—) \|", section(OPERATIONS, "States, and what to do"), re.MULTILINE
    )
    states = {state for listed, _ in rows for state in listed.split(", ")} - {"state"}
    assert states == {*InteractionState, *DeliveryState} - {DeliveryState.ACCEPTED}
    reasons = {word.strip(" …") for _, listed in rows for word in listed.split(", ")}
    assert reasons - {"reason", "empty", "—", "or the delivery's reason"} <= literals()


def test_every_reason_of_a_delivery_is_listed() -> None:
    rows = re.findall(r"^\| [a-z_, ]+ \| ([a-z_, ]+) \|", section(OPERATIONS, "States, and what to do"), re.MULTILINE)
    assert {str(reason) for reason in DeliveryReason} - {word for row in rows for word in row.split(", ")} == set()


# ── the example, and the house's measures ────────────────────────────────────────────────────────────────────────
def rooms() -> Rooms:
    stores = StoreDirectory()
    reception = Reception(Bindings(BindingRules(timedelta(days=1)), stores))
    counter = CouponCounter(Codes("no key"), 0, stores)
    return Rooms("知音", {}, reception, stores, KeywordReplies(), timedelta(0), LiveLexicon(), AnswerBase(), counter)


def run_block(source: str, name: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_first_handler_answers_as_its_test_says(page: Path) -> None:
    handler, its_test = (run_block(source, "handlers.parking") for source in blocks(page, "python"))
    house = rooms()
    router = Router([*discover(handlers, house), *handler.routes(house)])
    said = {"MsgType": "text", "Content": "請問，停车费？"}
    at = datetime(2026, 11, 22, tzinfo=UTC)
    inbound = Inbound("shop", "wx_shop", AccountKind.OFFICIAL_ACCOUNT, "k", "o1", "gh", "text", 1, said, at)
    route = router.route(inbound)
    assert route.name == "parking"
    assert route.handle(inbound) == Text(its_test.WORDS)


def test_both_readmes_show_the_same_commands_and_code() -> None:
    english, chinese = READMES
    assert blocks(english, "python") == blocks(chinese, "python")
    shown = [[block for block in blocks(page) if "wiring" not in block and "接线" not in block] for page in READMES]
    assert shown[0] == shown[1]
    assert len(shown[0]) >= 4


@named
def test_pages_stay_short(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").count("\n")
    assert lines <= (30 if page.parent.name == "adr" else 250)


def test_decisions_are_numbered_without_gaps() -> None:
    titles = [path.read_text(encoding="utf-8").partition("\n")[0] for path in sorted((ROOT / "docs/adr").glob("*.md"))]
    assert [int(title.split()[1].rstrip(".")) for title in titles] == list(range(1, len(titles) + 1))
