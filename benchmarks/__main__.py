"""``python -m benchmarks NAME [--full] [--json]``: medians and ratios as a table, or as one JSON object."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

NAMES = {
    "deliveries": "benchmarks.deliveries.run",
    "token": "benchmarks.token.run",
    "webhook": "benchmarks.webhook.run",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=sorted(NAMES))
    parser.add_argument("--full", action="store_true", help="the size quoted figures come from")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    args = parser.parse_args()
    report = importlib.import_module(NAMES[args.name]).run(full=args.full, say=_say)
    if args.json:
        print(json.dumps(report, ensure_ascii=False))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr if "--json" in sys.argv else sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
