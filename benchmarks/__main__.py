"""``python -m benchmarks NAME [--full] [--json]``: medians and ratios as a table, or as one JSON object."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

NAMES = {
    "answers": "benchmarks.answers.run",
    "coupons": "benchmarks.coupons.run",
    "deliveries": "benchmarks.deliveries.run",
    "projector": "benchmarks.projector.run",
    "stores": "benchmarks.stores.run",
    "tagging": "benchmarks.tagging.run",
    "token": "benchmarks.token.run",
    "webhook": "benchmarks.webhook.run",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=sorted(NAMES))
    parser.add_argument("--full", action="store_true", help="the size quoted figures come from")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--data", type=Path, help="answers, tagging: score the rows of this folder, held out")
    parser.add_argument("--samples", type=int, help="tagging: print so many customers' turns as they are understood")
    parser.add_argument("--only", metavar="SETTING", help="coupons: settings named like this, such as postgres-1-50")
    args = parser.parse_args()
    more = {name: value for name in ("data", "samples", "only") if (value := getattr(args, name)) is not None}
    takes = {"answers": {"data"}, "coupons": {"only"}, "tagging": {"data", "samples"}}.get(args.name, set())
    if others := more.keys() - takes:
        parser.error(f"{args.name} takes no --{others.pop()}")
    report = importlib.import_module(NAMES[args.name]).run(full=args.full, say=_say, **more)
    if args.json:
        print(json.dumps(report, ensure_ascii=False))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr if "--json" in sys.argv else sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
