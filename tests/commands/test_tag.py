"""`main.py tag why|remove|restore` and `replay tags`: a tag's reasons, its removal, and all tags made anew."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from customers.tagging.live import starter_lexicon
from tests.commands.installation import SHOP_ID, Installation

AT = "2026-11-20 02:00:00+00:00"
WORDS = {"o-lin": ["特别想要黑色连衣裙", "我170，净重110斤，太慢了我要投诉"], "o-chen": ["想要红色"]}


@pytest.fixture
def talked(brand: Installation, tmp_path: Path) -> Installation:
    """Two customers who said something that is projected, and of which nothing is tagged yet."""
    shop = brand.twin(tmp_path)
    with sqlite3.connect(shop.database) as connection:
        for number, (openid, said) in enumerate(WORDS.items(), 1):
            connection.execute(
                "INSERT INTO customer (id, created_at, name, gender, birthday, city, time_zone, phone_cipher)"
                " VALUES (?, ?, '', '', '', '', '', '')",
                (number, AT),
            )
            connection.execute(
                "INSERT INTO identity (id, app_id, openid, customer_id, created_at) VALUES (?, ?, ?, ?, ?)",
                (number, SHOP_ID, openid, number, AT),
            )
            connection.executemany(
                "INSERT INTO interaction (message_key, app_id, identity_id, kind, occurred_at, received_at, fields,"
                " handler, state, reason, attempts, is_projected) VALUES (?, ?, ?, 'text', ?, ?, ?, '', 'answered', '',"
                " 0, 1)",
                [(f"{openid}{words}"[:32], SHOP_ID, number, AT, AT, json.dumps({"Content": words})) for words in said],
            )
    return shop


@pytest.fixture
def tagged(talked: Installation) -> Installation:
    assert talked.run("replay", "tags").code == 0
    return talked


def names(shop: Installation, openid: str) -> list[str]:
    return [tag["name"] for tag in shop.run("show", "customer", openid).json["tags"]]


def test_a_replay_reads_every_message_and_tells_what_it_did(talked: Installation) -> None:
    ran = talked.run("replay", "tags")
    told = ran.json
    assert (told["ok"], told["identities"], told["messages"], told["restarts"]) == (True, 2, 3, 0)
    assert told["lexicon"] == starter_lexicon().version
    card = talked.run("show", "customer", "o-lin").json
    assert {"黑色", "连衣裙"} <= {tag["name"] for tag in card["tags"]}
    stated = {
        each["name"]: (each["value"], each["text"][each["start"] : each["end"]])
        for each in card["attributes"]["stated"]
    }
    assert stated["weight"] == ("55kg", "净重110斤")
    assert card["attributes"]["readings"]["moods"] == {"upset": 1}
    assert card["attributes"]["readings"]["newest"][0]["text"] == WORDS["o-lin"][1]


def test_why_shows_the_words_marked_and_the_arithmetic(tagged: Installation) -> None:
    told = tagged.run_plainly("tag", "why", "o-lin", "colour/黑色").out
    assert "2026-11-20  特别想要【黑色】连衣裙" in told
    assert "黑色 +1.5（语气强烈）" in told
    ran = tagged.run("tag", "why", "o-lin", "colour/黑色")
    assert (ran.json["group"], ran.json["name"], ran.json["lexicon_version"]) == (
        "colour",
        "黑色",
        starter_lexicon().version,
    )


def test_a_tag_is_removed_and_stays_off_and_comes_back(tagged: Installation) -> None:
    ran = tagged.run("tag", "remove", "o-lin", "colour/黑色", "--reason", "买来送人的")
    assert (ran.code, ran.json["kinds"]) == (0, ["automatic"])
    assert tagged.run("replay", "tags").code == 0
    assert "黑色" not in names(tagged, "o-lin")
    assert "买来送人的" in tagged.run_plainly("tag", "why", "o-lin", "colour/黑色").out
    assert tagged.run("tag", "restore", "o-lin", "colour/黑色").json["is_held"] is True
    assert "黑色" in names(tagged, "o-lin")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("remove", "o-nobody", "colour/黑色"), "nobody is known by that openid"),
        (("why", "o-nobody", "colour/黑色"), "nobody is known by that openid"),
        (("remove", "o-chen", "colour/黑色"), "show customer OPENID"),
        (("restore", "o-chen", "colour/红色"), "was not removed"),
        (("why", "o-chen", "colour/黑色"), "show customer OPENID"),
        (("remove", "o-chen", "红色"), "write GROUP/TAG"),
        (("remove", "o-chen", "colour/红色", "--reason", "长" * 129), "at most 128"),
    ],
)
def test_what_cannot_be_done_says_so_and_changes_nothing(
    tagged: Installation, line: tuple[str, ...], words: str
) -> None:
    before = tagged.run("show", "customer", "o-chen").json["tags"]
    ran = tagged.run("tag", *line)
    assert ran.code == 1
    assert words in ran.err
    assert tagged.run("show", "customer", "o-chen").json["tags"] == before
