"""``python -m tests.faults [--full] [--only NAME] [--seed N] [--json]``: plays all; exits 1 on a broken promise."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop

from tests.faults import (
    control,
    coupons,
    disk,
    hostile,
    kill,
    lexicon_live,
    redis_away,
    sending,
    sending_control,
    term,
    thrice,
    two,
    two_schedulers,
)
from tests.faults.grounds import Grounds
from tests.faults.run import FULL, SMALL, Run, Scenario, Skipped
from tests.services import FAULTS

SCENARIOS: tuple[Scenario, ...] = (
    *kill.SCENARIOS, *sending.SCENARIOS, *thrice.SCENARIOS, *two.SCENARIOS, *redis_away.SCENARIOS, *disk.SCENARIOS, *term.SCENARIOS,
    *hostile.SCENARIOS, *two_schedulers.SCENARIOS, *lexicon_live.SCENARIOS, *coupons.SCENARIOS,
    *control.SCENARIOS, *sending_control.SCENARIOS,
)  # fmt: skip
SERVICES_REQUIRED = os.environ.get("ZHIJI_REQUIRE_SERVICES") == "1"


def main() -> int:
    args = _parse()
    chosen = [s for s in SCENARIOS if not args.only or any(s.name.startswith(word) for word in args.only)]
    if not chosen:
        print(f"no scenario is called {args.only}; there are {', '.join(s.name for s in SCENARIOS)}", file=sys.stderr)
        return 64
    folder = Path(tempfile.mkdtemp(prefix="zhiji-faults-"))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = runner.run(_play_all(chosen, args.full, args.seed, folder))
    outcomes = [result["outcome"] for result in results.values()]
    for name, result in results.items():
        if result["outcome"] == "skipped":
            print(f"!!! NOT TESTED: {name}: {result['why']}")
    if "failed" in outcomes:
        print(f"logs and databases are kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{outcomes.count('passed')} passed, {outcomes.count('failed')} failed", flush=True)
    if args.json:
        print(json.dumps({"passed": outcomes.count("passed"), "failed": outcomes.count("failed"),
                          "skipped": outcomes.count("skipped"), "scenarios": results}, ensure_ascii=False))  # fmt: skip
    return 1 if "failed" in outcomes else 0


async def _play_all(scenarios: list[Scenario], is_full: bool, seed: int, folder: Path) -> dict[str, dict[str, object]]:
    """Two at a time: most of what they do is wait."""
    results: dict[str, dict[str, object]] = {}
    left = iter(scenarios)
    async with AsyncExitStack() as stack:
        grounds = Grounds(folder, seed, stack)

        async def play_one_after_another() -> None:
            for scenario in left:
                result = await _play(scenario, Run(FULL if is_full else SMALL, seed), grounds)
                results[scenario.name] = result
                _print(scenario.name, result)

        await asyncio.gather(play_one_after_another(), play_one_after_another())
    return results


async def _play(scenario: Scenario, run: Run, grounds: Grounds) -> dict[str, object]:
    began = time.monotonic()
    why = ""
    try:
        if missing := next((fault for need in scenario.needs if (fault := FAULTS[need]())), None):
            raise Skipped(missing, is_service=True)
        await scenario.play(run, grounds)
    except Skipped as skipped:
        why = f"{skipped}; scripts/services starts what is missing" if skipped.is_service else str(skipped)
        if skipped.is_service and SERVICES_REQUIRED:
            run.broken.append(f"{skipped} (ZHIJI_REQUIRE_SERVICES=1)")
    except Exception:
        run.broken.append(f"the scenario could not be played to its end:\n{traceback.format_exc()}")
    outcome = "failed" if run.broken else "skipped" if why else "passed"
    return {"outcome": outcome, "seconds": round(time.monotonic() - began, 1), "promises": run.promises,
            "figures": run.figures, "broken": run.broken, "why": why}  # fmt: skip


def _print(name: str, result: dict[str, object]) -> None:
    print(f"── {name}")
    figures = {**result["figures"], "promises": result["promises"], "seconds": result["seconds"]}  # type: ignore[dict-item]
    for figure, value in figures.items():
        print(f"   {figure:<30} {value}")
    for broken in result["broken"]:  # type: ignore[attr-defined]
        print(f"   BROKEN: {broken}")
    print(f"   {str(result['outcome']).upper()}", flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the large sizes (about twenty minutes)")
    parser.add_argument("--only", action="append", metavar="NAME", help="scenarios whose name begins like this")
    parser.add_argument("--seed", type=int, default=1, help="another number, other customers and other nonsense")
    parser.add_argument("--json", action="store_true", help="everything as the last line, one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
