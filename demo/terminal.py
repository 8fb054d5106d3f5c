"""``python -m demo.terminal``: runs main.py's command lines one after the other in one process.

Starting Python and importing the product takes longer than most commands. Each line read is a JSON list of arguments;
each line written is a JSON object: the exit ``code``, the ``result`` that ``--json`` prints, and what was ``said``.
"""

from __future__ import annotations

import io
import json
import runpy
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

MAIN = Path(__file__).resolve().parents[1] / "main.py"


def run(arguments: list[str]) -> dict[str, Any]:
    """Runs ``main.py ARGUMENTS --json`` to its end."""
    printed, said = io.StringIO(), io.StringIO()
    sys.argv = [str(MAIN), *arguments, "--json"]
    code: object = 0
    with redirect_stdout(printed), redirect_stderr(said):
        try:
            runpy.run_path(str(MAIN), run_name="__main__")
        except SystemExit as ended:
            code = ended.code
    lines = printed.getvalue().splitlines()
    return {"code": code, "result": json.loads(lines[-1]) if lines else {}, "said": said.getvalue().strip()}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line)), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
