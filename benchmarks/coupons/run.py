"""The coupons benchmark: claimers of one hot template, durable, on each database, beside the textbook's transaction."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.webhook import databases
from campaigns.coupons.offers.template_form import read_offer
from campaigns.coupons.terms import to_json
from core.clock import now
from models import Coupon, CouponTemplate, TemplateState
from models.database import close_database, connection, migrate, open_database

Say = Callable[[str], None]
Stores = dict[str, Callable[[], AbstractContextManager[str]]]

PEOPLE = 20_000
OURS, TEXTBOOK = "benchmarks.coupons.ours", "benchmarks.coupons.peers.textbook"
BARE_TEXTBOOK = "benchmarks.coupons.peers.bare_textbook"
_NAMES = {OURS: "ours", TEXTBOOK: "textbook", BARE_TEXTBOOK: "bare"}
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Setting:
    """Who claims: so many claimers over so many processes. Its name is ``postgres-1-50``."""

    database: str
    processes: int
    claimers: int
    with_textbook: bool

    @property
    def name(self) -> str:
        return f"{self.database}-{self.processes}-{self.claimers}"

    @property
    def modules(self) -> list[str]:
        if not self.with_textbook:
            return [OURS]
        return [OURS, TEXTBOOK, BARE_TEXTBOOK] if self.database == "postgres" else [OURS, TEXTBOOK]


POSTGRES = (
    Setting("postgres", 1, 50, with_textbook=True),
    Setting("postgres", 1, 500, with_textbook=True),
    Setting("postgres", 2, 500, with_textbook=False),
    Setting("postgres", 4, 500, with_textbook=False),
)
SQLITE = (Setting("sqlite", 1, 50, with_textbook=True), Setting("sqlite", 1, 500, with_textbook=False))


def run(full: bool, say: Say, only: str = "") -> dict[str, Any]:
    """``rows``: medians of the rounds; ``ratios.ours_vs_textbook_rate``: one process, 50 claimers, each database,
    beside the faster of the textbooks. ``only``: settings whose name begins like this."""
    rounds, seconds = (5, 6.0) if full else (3, 2.0)
    stores: Stores = {"sqlite": databases.sqlite}
    settings: tuple[Setting, ...] = SQLITE
    if databases.has_postgres():
        stores["postgres"] = databases.postgres
        settings = (*POSTGRES, *SQLITE)
    else:
        say("no PostgreSQL answers: measuring SQLite only")
    chosen = [setting for setting in settings if setting.name.startswith(only)]
    if not chosen:
        raise SystemExit(f"no setting is called {only!r}; there are {', '.join(each.name for each in settings)}")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    say(f"{machine}; {rounds} rounds of {seconds:.0f} s, taken in turns; one template, {PEOPLE:,} people")
    rows = [row for setting in chosen for row in _measure(setting, stores[setting.database], rounds, seconds)]
    ratios = {"ours_vs_textbook_rate": _ratios(rows)}
    _print(rows, ratios["ours_vs_textbook_rate"], say)
    size = "full" if full else "small"
    return {"benchmark": "coupons", "size": size, "machine": machine, "rows": rows, "ratios": ratios}


def _measure(setting: Setting, store: Callable[[], Any], rounds: int, seconds: float) -> list[dict[str, Any]]:
    seen: dict[str, list[dict[str, Any]]] = {module: [] for module in setting.modules}
    for _ in range(rounds):
        for module in setting.modules:
            with store() as url:
                asyncio.run(_prepare(url))
                seen[module].append(_crowd(module, url, setting, seconds))
                asyncio.run(_check(url, seen[module][-1]["given"]))
    return [_row(setting, module, found) for module, found in seen.items()]


def _crowd(module: str, url: str, setting: Setting, seconds: float) -> dict[str, Any]:
    """Every process begins at once; their claims together."""
    each = setting.claimers // setting.processes
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", module, url, str(each), str(seconds), str(PEOPLE), str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT,
        )
        for number in range(setting.processes)
    ]  # fmt: skip
    for process in processes:
        if not process.stdout or process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{module} did not get ready")
    for process in processes:
        if process.stdin:
            process.stdin.write("\n")
            process.stdin.flush()
    told = [json.loads(process.communicate(timeout=120)[0].splitlines()[-1]) for process in processes]
    waits = sorted(wait for each_told in told for wait in each_told["waits_ms"])
    return {
        "given": sum(each_told["given"] for each_told in told),
        "rate": sum(each_told["given"] / each_told["seconds"] for each_told in told),
        "cpu_us": sum(each_told["cpu_s"] for each_told in told) * 1e6 / max(1, len(waits)),
        "p50_ms": waits[len(waits) // 2],
        "p99_ms": waits[len(waits) * 99 // 100],
    }


async def _prepare(url: str) -> None:
    await migrate(url)
    await open_database(url, 2)
    form = {"code": "hot", "title": "满100减20", "kind": "cash", "amount": 20, "stock": 10_000_000, "valid_days": 30}
    offer = read_offer({**form, "per_person": 1000})
    await CouponTemplate.create(
        code="hot", state=TemplateState.PUBLISHED, terms=to_json(offer.terms), stock=offer.stock,
        worth_fen=offer.terms.most_fen, created_at=now(), updated_at=now(),
    )  # fmt: skip
    numbers = "generate_series(1, %d)" if url.startswith("postgres") else "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL"
    if not url.startswith("postgres"):
        numbers += " SELECT x + 1 FROM n WHERE x < %d) SELECT x FROM n)"
    columns = "created_at, name, gender, birthday, city, time_zone, phone_cipher"
    now_sql = "CURRENT_TIMESTAMP"
    await connection().execute_script(
        f"INSERT INTO customer ({columns}) SELECT {now_sql}, '', '', '', '', '', '' FROM {numbers % PEOPLE} AS t"
    )
    await close_database()


async def _check(url: str, given: int) -> None:
    """What was told is what is stored."""
    await open_database(url, 2)
    template = await CouponTemplate.get(code="hot")
    if not given == template.issued == await Coupon.all().count():
        raise RuntimeError(f"told {given}, counted {template.issued}, stored {await Coupon.all().count()}")
    await close_database()


def _row(setting: Setting, module: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    middle = {name: statistics.median(each[name] for each in found) for name in ("rate", "cpu_us", "p50_ms", "p99_ms")}
    return {
        "who": _NAMES[module], "database": setting.database,
        "processes": setting.processes, "claimers": setting.claimers,
        "rate": round(middle["rate"]), "cpu_us": round(middle["cpu_us"]), "p50_ms": round(middle["p50_ms"], 1),
        "p99_ms": round(middle["p99_ms"], 1),
    }  # fmt: skip


def _ratios(rows: list[dict[str, Any]]) -> dict[str, float]:
    rates = {
        (row["who"], row["database"]): row["rate"] for row in rows if (row["claimers"], row["processes"]) == (50, 1)
    }
    best = {
        database: max(rates.get(("textbook", database), 0), rates.get(("bare", database), 0))
        for database in ("postgres", "sqlite")
        if ("ours", database) in rates
    }
    return {database: round(rates["ours", database] / rate, 1) for database, rate in best.items()}


def _print(rows: list[dict[str, Any]], ratios: dict[str, float], say: Say) -> None:
    heads = "".join(f"{head:>10}" for head in ("processes", "claimers", "claims/s", "CPU µs", "p50 ms", "p99 ms"))
    say(f"{'who':9} {'database':9}{heads}")
    for row in rows:
        say(
            f"{row['who']:9} {row['database']:9}{row['processes']:10}{row['claimers']:10}{row['rate']:10}"
            f"{row['cpu_us']:10}{row['p50_ms']:10}{row['p99_ms']:10}"
        )
    if ratios:
        told = ", ".join(f"{name} {ratio}" for name, ratio in ratios.items())
        say(f"claims a second, ours to the faster textbook's, 50 claimers: {told}")
