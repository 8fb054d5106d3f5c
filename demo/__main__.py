"""``python -m demo [--exit] [--json]``: sets the stage, plays the shop day, shows cards and sums up."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.cards import card_lines, coupon_lines
from demo.processes import Processes
from demo.stage import DATA, OFFERS, ROOT, Stage, menu, offer, set_up
from demo.till import Shown, count_oversold, play_evening, tell_flash

GUIDES = ("G001", "G002", "G003", "G004", "G005", "G006", "G007")


def main() -> int:
    args = _parse()
    tell: Callable[[str], None] = lambda text: print(text, file=sys.stderr if args.json else sys.stdout, flush=True)  # noqa: E731
    stage = set_up(args.folder, args.database_url, args.redis_url)
    with Processes(stage) as processes:
        _open_shop(stage, processes, tell)
        tell(f"\n── the day ── WeChat (simulated) pushes into http://{stage.product}/hooks/shop and …/hooks/mini\n")
        day = processes.day(tell, "--people", str(args.people), "--seed", str(args.seed))
        tell("\n── in the stores ──")
        tell_flash(day, tell)
        paid = play_evening(processes, day, tell)
        totals = _settle(processes)
        tell("\n── what is known in the evening ──")
        _show_cards(processes, day["people"], paid[:1], tell)
        summary = _summary(day, totals, count_oversold(processes, day))
        tell("\n── the day in figures ──")
        for name, value in summary.items():
            tell(f"{name:20} {value if not isinstance(value, dict) else _listed(value)}")
        if not args.exit:
            _stay(stage, tell)
    if args.json:
        print(json.dumps(summary, ensure_ascii=False), flush=True)
    return 0 if is_sound(summary) else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end with a summary instead of staying up")
    parser.add_argument("--json", action="store_true", help="print the summary as the last line, one JSON object")
    parser.add_argument("--people", type=int, default=60, help="how many customers come (60)")
    parser.add_argument("--seed", type=int, default=1, help="another number, another day")
    parser.add_argument("--database-url", help="instead of the embedded database: postgres://…, an empty one")
    parser.add_argument("--redis-url", default="embedded", help="instead of the embedded Redis: redis://…")
    parser.add_argument("--folder", type=Path, default=ROOT / ".demo", help="where the demo keeps its files (.demo)")
    return parser.parse_args()


def _open_shop(stage: Stage, processes: Processes, tell: Callable[[str], None]) -> None:
    """Everything a brand does before its first customer comes."""
    tell("· a simulated WeChat starts")
    config = str(stage.folder / "wechat.json")
    processes.start(
        "wechat", "-m", "simulator", "serve", "--config", config, ready=f"http://{stage.wechat}/_sim/counters"
    )
    tell("· the database gets its schema")
    processes.main("migrate")
    for kind in ("stores", "guides"):
        result = processes.main("import", kind, str(DATA / f"{kind}.csv"))
        tell(f"· {result['created']} {kind} imported")
    processes.main("keywords", "import", str(DATA / "keywords.csv"))
    processes.main("answers", "import", str(DATA / "answers.csv"))
    for name, path in OFFERS.items():
        processes.main("coupon", "add", str(path))
        processes.main("coupon", "publish", offer(name)["code"])
        tell(f"· {offer(name)['title']} is published, {offer(name)['stock']} copies")
    (stage.folder / "menu.json").write_text(json.dumps(menu(), ensure_ascii=False), encoding="utf-8")
    processes.main("menu", "push", "shop", str(stage.folder / "menu.json"))
    for code in GUIDES:
        processes.main("scene", "create", "--guide", code, "--out", str(stage.folder / f"{code}.png"))
    tell(f"· {len(GUIDES)} guides got a QR code each ({stage.folder}/G001.png …), the menu is set")
    processes.start("zhiji", "main.py", "serve", ready=f"http://{stage.product}/health/ready")
    tell(f"· Zhiji serves on http://{stage.product} (metrics: /metrics)")


def _settle(processes: Processes) -> dict[str, Any]:
    """Wait until everything said is projected and every planned message has left; then count."""
    totals: dict[str, Any] = {}
    for _ in range(60):
        totals = processes.main("show", "totals")
        if not totals["unprojected"] and not totals["deliveries"].get("planned") and not totals["unfinished"]:
            break
        time.sleep(0.5)
    return totals


def _show_cards(
    processes: Processes, people: list[dict[str, str]], paid: list[Shown], tell: Callable[[str], None]
) -> None:
    for shown in paid:
        card = processes.main("show", "customer", shown.openid)
        coupons = processes.main("coupon", "own", shown.openid)["coupons"]
        for line in card_lines(shown.name, card, coupon_lines(coupons)):
            tell(line)
    for person in _worth_showing(people):
        for line in card_lines(person["name"], processes.main("show", "customer", person["openid"])):
            tell(line)


def _worth_showing(people: list[dict[str, str]], most: int = 4) -> list[dict[str, str]]:
    """A few people of different kinds, who do not ask to be erased."""
    shown: dict[str, dict[str, str]] = {}
    for person in people:
        if person["app"] == "shop":
            shown.setdefault(person["persona"], person)
    return list(shown.values())[:most]


def _summary(day: dict[str, Any], totals: dict[str, Any], oversold: int) -> dict[str, Any]:
    """What the day brought; ``duplicates_acted_on`` counts pushes journalled twice or answered in two ways."""
    twice = max(0, totals["pushes"] - day["acknowledged"]) + day["copies_answered_otherwise"]
    return {
        "pushes": day["pushes"],
        "duplicates_pushed": day["duplicates_pushed"],
        "duplicates_acted_on": twice,
        "interactions": totals["interactions"],
        "customers": totals["customers"],
        "bound": totals["bound"],
        "tags": totals["tags"],
        "coupons_issued": totals["coupons"]["issued"],
        "coupons_redeemed": totals["coupons"]["redeemed"],
        "refused": totals["coupons"]["refused"],
        "oversold": max(oversold, totals["coupons"]["oversold"]),
        "replies_inline": day["replies_inline"],
        "replies_late": totals["deliveries"].get("sent", 0),
        "errors": day["errors"],
        "p50_ms": day["p50_ms"],
        "p99_ms": day["p99_ms"],
    }


def is_sound(summary: dict[str, Any]) -> bool:
    """Nothing failed, nothing was done twice, and no copy was given that there is not."""
    return not (summary["errors"] or summary["duplicates_acted_on"] or summary["oversold"])


def _listed(counts: dict[str, int]) -> str:
    return " · ".join(f"{name} {count}" for name, count in counts.items()) or "nobody"


def _stay(stage: Stage, tell: Callable[[str], None]) -> None:
    tell(f"\nZhiji stays up at http://{stage.product} — Ctrl-C ends it. Files: {stage.folder}")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        tell("closing")


if __name__ == "__main__":
    sys.exit(main())
