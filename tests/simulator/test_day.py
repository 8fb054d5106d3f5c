"""A whole day against a small product: everything pushed arrives, copies are counted, faults are told."""

import json

import pytest

from simulator.day import play_day
from simulator.options import make_options
from simulator.push import UrlRefused
from simulator.teller import Teller

QUICK = {"people": 84, "seed": 3, "timeout_s": 1.0, "pause_s": 0.01, "linger_s": 0.0, "duplicates": 0.1}


async def play(config, shop, platform, record=None, **knobs):
    lines = []
    options = make_options(QUICK, knobs)
    summary = await play_day(config, options, shop.base, platform.base, Teller(lines.append), record)
    return summary, lines


async def test_every_push_arrives_and_is_counted_once(config, shop, platform, tmp_path):
    with (tmp_path / "pushes.jsonl").open("w", encoding="utf-8") as record:
        summary, lines = await play(config, shop, platform, record)
    rows = [json.loads(line) for line in (tmp_path / "pushes.jsonl").read_text(encoding="utf-8").splitlines()]
    assert summary["errors"] == 0 and summary["retries"] == 0
    assert len(shop.got) == summary["pushes"] + summary["duplicates_pushed"]
    assert len({json.dumps(fields, sort_keys=True) for fields in shop.got}) == summary["pushes"] == len(rows)
    assert summary["duplicates_pushed"] == sum(len(row["copies"]) - 1 for row in rows) > 0
    assert summary["acknowledged"] == summary["pushes"]
    assert summary["replies_inline"] == summary["by_answer"]["text"] == sum(row["account"] == "shop" for row in rows)
    assert 0 < summary["p50_ms"] <= summary["p99_ms"] <= summary["max_ms"]
    assert len(shop.reported) == summary["mini_requests"] - len(shop.codes)
    assert len(lines) > summary["pushes"] and lines[-1].startswith("打烊 closed")


async def test_people_are_listed_and_known_to_the_platform(config, shop, platform):
    summary, _ = await play(config, shop, platform)
    assert {entry["app"] for entry in summary["people"]} == {"shop", "mini"}
    for entry in summary["people"]:
        known = platform.world.apps[entry["app_id"]].people[entry["openid"]]
        assert known.unionid == entry["unionid"] and not known.unionid_late
        assert entry["wish"] and "{" not in entry["wish"]
    assert len({entry["name"] for entry in summary["people"]}) > 40


async def test_the_day_is_told_in_order_whichever_answer_comes_first(config, shop, platform):
    shop.delays = [0.2]
    _, lines = await play(config, shop, platform, duplicates=0.0, reorder=0.0)
    told = [line[:8] for line in lines if line[2:3] == ":"]
    assert len(told) > 300 and told == sorted(told)


async def test_one_person_s_pushes_keep_their_order(config, shop, platform):
    await play(config, shop, platform, duplicates=0.0, reorder=0.0)
    seen = {}
    for fields in shop.got:
        if "MsgId" in fields:
            assert int(fields["MsgId"]) > seen.get(fields["FromUserName"], 0)
            seen[fields["FromUserName"]] = int(fields["MsgId"])


async def test_the_same_seed_pushes_the_same_bodies(config, shop, platform):
    def bodies():
        return sorted(json.dumps(fields | {"CreateTime": 0}, sort_keys=True) for fields in shop.got)

    await play(config, shop, platform)
    first = bodies()
    shop.got.clear()
    await play(config, shop, platform)
    assert bodies() == first


async def test_failing_answers_are_repeated_and_lost_ones_reported(config, shop, platform):
    shop.failures = [500] * 3
    summary, lines = await play(config, shop, platform, people=3, duplicates=0.0, concurrency=1)
    assert (summary["retries"], summary["errors"]) == (3, 0)
    shop.failures = [503] * 4
    summary, lines = await play(config, shop, platform, people=3, duplicates=0.0, concurrency=1)
    assert (summary["retries"], summary["errors"], summary["acknowledged"]) == (3, 1, summary["pushes"] - 1)
    assert list(summary["faults"].values()) == [1] and "HTTP 503" in next(iter(summary["faults"]))
    assert any("✗ HTTP 503" in line for line in lines)


async def test_a_copy_answered_otherwise_is_counted(config, shop, platform):
    shop.words = [f"第{number}个" for number in range(10_000)]
    summary, _ = await play(config, shop, platform, duplicates=1.0)
    assert summary["copies_answered_otherwise"] >= summary["by_answer"]["text"] > 0


async def test_messages_through_the_api_are_heard(config, shop, platform):
    sent = []

    async def answer_later(account, fields):
        if not sent and account.key == "shop" and fields["MsgType"] == "text":
            sent.append(fields["FromUserName"])
            assert await platform.say(fields["FromUserName"], "稍后回复您") == 0

    shop.then = answer_later
    summary, lines = await play(config, shop, platform)
    assert summary["messages_received"] == 1
    assert sum("收到 custom「稍后回复您」" in line for line in lines) == 1


async def test_the_pace_is_kept(config, shop, platform):
    summary, _ = await play(config, shop, platform, people=4, rate=40.0)
    actions = sum(summary["by_kind"].values())
    assert summary["seconds"] >= (actions - 2) / 40


async def test_a_product_that_fails_the_url_check_gets_no_day(config, shop, platform):
    shop.base += "/elsewhere"
    with pytest.raises(UrlRefused):
        await play(config, shop, platform)
    assert shop.got == []
