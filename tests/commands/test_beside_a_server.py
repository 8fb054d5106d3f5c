"""Commands beside a running service: what a day left is shown, settled, replayed, backed up, taken out and erased."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import events, messages
from simulator.push import Outcome, open_pusher
from simulator.state.stocks import Act
from tests.commands.installation import SHOP_ID, Background, Installation, WeChat
from tests.commands.serving_process import Served
from tests.commands.test_imports import GUIDES, STORES

ANNA, BEA = "oANNA_follows_and_chats", "oBEA_writes_in_the_mini"
WISH = "想要黑色羽绒服，不要红色的"


@pytest.fixture(scope="module")
def served(brand: Installation) -> Iterator[Served]:
    brand.run("import", "stores", brand.file("stores.csv", STORES))
    brand.run("import", "guides", brand.file("guides.csv", GUIDES))
    assert brand.run("scene", "create", "--guide", "G001").code == 0
    served = Served(brand)
    yield served
    assert served.end() == 0


def push(background: Background, served: Served, wechat: WeChat, key: str, openid: str, fields: Any) -> Outcome:
    account = wechat.accounts[key]
    wechat.world.note(account.app_id, openid, Act.FOLLOW if "Event" in fields else Act.MESSAGE)
    body = {"ToUserName": account.original_id, "FromUserName": openid, "CreateTime": int(time.time()), **fields}

    async def one() -> Outcome:
        async with open_pusher(served.base) as pusher:
            return await pusher.push(account, body)

    outcome: Outcome = background.run(one())
    assert outcome.status == 200
    return outcome


@pytest.fixture(scope="module")
def evening(
    background: Background,
    served: Served,
    brand: Installation,
    wechat: WeChat,
    tmp_path_factory: pytest.TempPathFactory,
) -> Installation:
    """A copy of the database after the day: Anna was bound and wished, a word to Bea has an unknown end."""
    wechat.world.turn({"broken_after_share": 1.0})
    ticket = next(iter(wechat.world.apps[SHOP_ID].qrcodes.scenes().values()))
    push(background, served, wechat, "shop", ANNA, events.subscribe("g_G001", str(ticket)))
    push(background, served, wechat, "shop", ANNA, {**messages.text(WISH), "MsgId": 1})
    push(background, served, wechat, "mini", BEA, {**messages.text("我的导购"), "MsgId": 2})
    until = time.monotonic() + 15
    while True:
        totals = brand.run("show", "totals").json
        if not totals["unprojected"] and totals["deliveries"].get("unknown"):
            break
        assert time.monotonic() < until, totals
        time.sleep(0.1)
    home = tmp_path_factory.mktemp("evening")
    assert brand.run("backup", home / "zhiji.db").code == 0
    return Installation(home, {**brand.variables, "SCRM_DATABASE_URL": f"sqlite:///{home / 'zhiji.db'}"})


# ── show ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_card_has_the_keys_of_the_contract(evening: Installation) -> None:
    card = evening.run("show", "customer", ANNA).json
    assert set(card) == {
        "ok", "id", "identities", "attributes", "following", "bindings", "tags", "counters", "timeline",
    }  # fmt: skip
    keys = {
        "identities": {"account", "app_id", "openid", "unionid"},
        "following": {"account", "since", "until"},
        "bindings": {"guide", "store", "kind", "source", "reason", "since", "until", "protected_until"},
        "tags": {
            "group",
            "name",
            "kind",
            "score",
            "since",
            "last_at",
            "evidence",
            "lexicon_version",
            "arithmetic",
        },
        "timeline": {"at", "direction", "kind", "summary"},
    }
    assert {name: set(card[name][0]) for name in keys} == keys
    assert set(card["counters"]) == {"messages", "events", "first_at", "last_at"}
    assert set(card["tags"][0]["evidence"][0]) == {
        "interaction_id", "at", "text", "start", "end", "keyword", "negated", "subject", "because",
    }  # fmt: skip


def test_the_card_says_who_is_bound_to_whom_and_which_words_made_the_tags(evening: Installation) -> None:
    card = evening.run("show", "customer", ANNA).json
    assert [(b["guide"], b["store"], b["until"]) for b in card["bindings"]] == [("G001", "SH01", None)]
    assert card["following"][0]["account"] == "shop"
    assert (card["counters"]["messages"], card["counters"]["events"]) == (1, 1)
    words = {e["text"][e["start"] : e["end"]] for tag in card["tags"] for e in tag["evidence"]}
    assert {"黑色", "羽绒服"} <= words
    refused = [(tag["name"], tag["score"] < 0) for tag in card["tags"] if "红" in tag["name"]]
    assert refused == [("红色", True)]
    assert card["timeline"][-1]["direction"] == "out"


def test_totals_count_the_day(evening: Installation) -> None:
    totals = evening.run("show", "totals").json
    # The members of the guides' file are no customers; Anna and Bea are.
    assert (totals["interactions"], totals["customers"], totals["bound"], totals["unprojected"]) == (3, 2, 1, 0)
    assert totals["deliveries"] == {"unknown": 1}
    assert totals["coupons"] == {"issued": 0, "redeemed": 0, "refused": {}, "oversold": 0}


def test_somebody_unknown_exits_1(evening: Installation) -> None:
    ran = evening.run("show", "customer", "oNOBODY")
    assert (ran.code, ran.json) == (1, {"ok": False, "errors": [{"detail": "no such customer"}]})


def test_failed_calls_are_shown_with_their_cause(evening: Installation) -> None:
    (call,) = evening.run("show", "calls").json["calls"]
    assert (call["account"], call["api"], call["code"]) == ("mini", "/cgi-bin/message/custom/send", 0)
    assert call["detail"] == "no sound answer (HTTP 502)"
    assert BEA not in json.dumps(call)


# ── deliveries ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_delivery_of_unknown_end_is_settled_once_by_hand(evening: Installation, tmp_path: Path) -> None:
    twin = evening.twin(tmp_path)
    shown = twin.run("show", "deliveries").json
    assert shown["deliveries"] == [{"state": "unknown", "reason": "no_sound_answer", "count": 1}]
    (unknown,) = shown["unknown"]
    ran = twin.run("delivery", "settle", unknown["id"], "sent")
    assert (ran.code, ran.json) == (0, {"ok": True, "id": unknown["id"], "state": "sent"})
    again = twin.run("delivery", "settle", unknown["id"], "failed")
    assert (again.code, again.errors[0]["detail"]) == (1, f"delivery {unknown['id']} is sent, not unknown")
    after = twin.run("show", "deliveries").json
    assert after["deliveries"] == [{"state": "sent", "reason": "settled_by_hand", "count": 1}]
    assert after["unknown"] == []


def test_settling_what_does_not_exist_exits_1(evening: Installation) -> None:
    assert evening.run("delivery", "settle", 999, "sent").code == 1


# ── replay ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_replaying_the_tags_gives_the_same_rows(evening: Installation, tmp_path: Path) -> None:
    twin = evening.twin(tmp_path)
    before = tags_of(twin)
    assert len(before) >= 2
    spoil(twin)
    ran = twin.run("replay", "tags")
    assert (ran.code, ran.json["identities"]) == (0, 2)
    assert tags_of(twin) == before


def tags_of(installation: Installation) -> list[tuple[Any, ...]]:
    query = """SELECT t.name, c.score, c.since, c.last_at, e.start, e."end", e.keyword, e.is_negated, e.weight
               FROM tag_evidence e JOIN tag t ON t.id = e.tag_id LEFT JOIN customer_tag c ON c.tag_id = t.id
               ORDER BY 1, 5, 6, 7"""
    with sqlite3.connect(installation.database) as connection:
        return connection.execute(query).fetchall()


def spoil(installation: Installation) -> None:
    """As an older lexicon would have left it."""
    with sqlite3.connect(installation.database) as connection:
        connection.execute("UPDATE customer_tag SET score = 99")
        connection.execute("DELETE FROM tag_evidence WHERE id = (SELECT min(id) FROM tag_evidence)")


# ── one person ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_person_gets_everything_out(evening: Installation, tmp_path: Path) -> None:
    ran = evening.run("person", "export", ANNA, tmp_path / "out")
    assert ran.code == 0
    assert sorted(Path(file) for file in ran.json["files"]) == sorted((tmp_path / "out").iterdir())
    pushes = json.loads((tmp_path / "out" / "interaction.json").read_text(encoding="utf-8"))
    assert [row["fields"].get("Content") for row in pushes] == [None, WISH]
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "out").iterdir()} == {"0o600"}


def test_an_erased_person_is_in_no_table(evening: Installation, tmp_path: Path) -> None:
    twin = evening.twin(tmp_path)
    assert (ANNA in dump(twin), WISH in dump(twin)) == (True, True)
    ran = twin.run("person", "erase", ANNA)
    assert ran.code == 0
    assert (ANNA in dump(twin), WISH in dump(twin), BEA in dump(twin)) == (False, False, True)
    assert twin.run("show", "customer", ANNA).code == 1
    assert twin.run("person", "erase", ANNA).code == 1


def dump(installation: Installation) -> str:
    with sqlite3.connect(installation.database) as connection:
        return "\n".join(connection.iterdump())


# ── beside the service ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_running_service_answers_the_check_of_its_address(brand: Installation, served: Served) -> None:
    ran = brand.run("check", SCRM_PUBLIC_URL=served.base)
    assert ran.parts("red") == []
    assert [ran.checks[f"{key}: push address"][0] for key in ("shop", "mini")] == ["green", "green"]


def test_a_restore_is_refused_while_the_service_runs(
    brand: Installation, evening: Installation, served: Served
) -> None:
    ran = brand.run("restore", evening.database)
    assert (ran.code, ran.errors) == (
        1,
        [{"field": "SCRM_DATABASE_URL", "detail": f"{brand.database} is in use", "remedy": "stop the service first"}],
    )
    assert [path.suffix for path in brand.home.glob("zhiji.db.*")] == [".serving"]
    assert brand.run("show", "customer", ANNA).code == 0


def test_a_reply_configured_beside_the_service_is_known_within_a_second(
    background: Background, brand: Installation, served: Served, wechat: WeChat, evening: Installation
) -> None:
    brand.run("keywords", "import", brand.file("words.csv", "keyword,match,reply\n停车,contains,地下二层可停车\n"))
    time.sleep(1.2)
    fields = {**messages.text("请问能停车吗"), "MsgId": 3}
    assert push(background, served, wechat, "shop", ANNA, fields).answer.text == "地下二层可停车"


def test_the_service_logs_neither_people_nor_words_nor_secrets(
    brand: Installation, served: Served, evening: Installation
) -> None:
    secrets = [value for name, value in brand.variables.items() if name.endswith(("SECRET", "TOKEN", "_KEY"))]
    assert not [word for word in [ANNA, BEA, WISH, *secrets] if word in served.log]
