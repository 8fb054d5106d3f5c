"""What the starter lexicon finds in real messages, kept beside the checkout and never in it."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from customers.tagging.fold import fold
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Tagger

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("ZHIJI_DATA", ROOT.parent / "shared" / "data"))
CHATS, QUERIES = DATA / "service_chats.tsv.gz", DATA / "shopping_queries_slots.txt.gz"

TAGGER = Tagger(load_lexicon())


def read_chats() -> list[str]:
    with gzip.open(CHATS, "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return [row[-1] for row in rows if row[2] == "0"]


def read_queries() -> Iterator[str]:
    with gzip.open(QUERIES, "rt", encoding="utf-8") as lines:
        for line in lines:
            marked = line.split(" <=> ", 1)[0].split(" ")
            yield "".join(each.rsplit(":", 1)[0] for each in marked)


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.exists(), reason=f"real data absent: {path} (set ZHIJI_DATA to its folder)")


@needs(CHATS)
def test_customers_turns_are_tagged_quickly_and_in_place() -> None:
    chats = read_chats()
    started = time.process_time()
    found = [TAGGER.find(text) for text in chats]
    spent = time.process_time() - started
    for text, hits in zip(chats, found, strict=True):
        assert all(fold(text[hit.start : hit.end]) == fold(hit.word) for hit in hits)
    assert sum(1 for hits in found if hits) / len(chats) > 0.25
    assert spent / len(chats) < 200e-6  # about 10 µs where nothing else runs; a wide margin for a busy machine


@needs(QUERIES)
def test_shopping_queries_are_understood() -> None:
    found = [TAGGER.find(text) for text in read_queries()]
    assert sum(1 for hits in found if hits) / len(found) > 0.98
    assert sum(len({hit.group for hit in hits}) for hits in found) / len(found) > 1.9
