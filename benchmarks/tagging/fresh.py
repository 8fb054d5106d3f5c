"""A fresh process that does nothing but understand messages: what its start and its memory are, as one JSON object."""

from __future__ import annotations

import json
import sys
import time

import psutil

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.understand import Understanding

_TEXT = "你好，送妈妈的，不要黑色，165cm 110斤穿什么码"


def main() -> int:
    """Prints seconds of CPU from the start of the process to the first reading, and megabytes after the given lines."""
    understanding = Understanding(load_lexicon())
    understanding.read(_TEXT)
    start_s = time.process_time()
    for line in sys.stdin:
        understanding.read(line)
    print(json.dumps({"start_s": start_s, "rss_mb": psutil.Process().memory_info().rss / 2**20}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
