"""Zhiji's command line: ``python main.py COMMAND``. Exit 0 done, 1 could not, 2 partly, 64 wrong usage."""

from __future__ import annotations

import logging
import sys

from commands.line import run_line

if __name__ == "__main__":
    # Commands say themselves what went wrong; serve and worker set up their logs from the settings.
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    sys.exit(run_line(sys.argv[1:]))
