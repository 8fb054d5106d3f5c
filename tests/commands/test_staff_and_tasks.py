"""`main.py guide leave` and `show tasks`: who is gone, and what customers wait for."""

from __future__ import annotations

import sqlite3

import pytest

from tests.commands.installation import Installation

STORES = "code,name\nSH01,静安店\n"
GUIDES = "code,name,store_code,role\nG001,林晓雯,SH01,guide\n"
AT = "2026-11-22 02:00:00+00:00"


@pytest.fixture(scope="module")
def staffed(brand: Installation) -> Installation:
    """Two customers of G001, one of whom waits; and one of nobody, who waits too."""
    assert brand.run("import", "stores", brand.file("stores.csv", STORES)).code == 0
    assert brand.run("import", "guides", brand.file("guides.csv", GUIDES)).code == 0
    with sqlite3.connect(brand.database) as connection:
        (guide, store) = connection.execute("SELECT id, store_id FROM staff WHERE code = 'G001'").fetchone()
        connection.executemany(
            "INSERT INTO customer (id, created_at, name, gender, birthday, city, time_zone, phone_cipher)"
            " VALUES (?, ?, '林小满', '', '', '', '', '')",
            [(customer, AT) for customer in (1, 2, 3)],
        )
        connection.executemany(
            "INSERT INTO binding (customer_id, guide_id, store_id, kind, source, reason, since, end_reason,"
            " primary_slot) VALUES (?, ?, ?, 'primary', 'scan', '', ?, '', ?)",
            [(customer, guide, store, AT, customer) for customer in (1, 2)],
        )
        connection.executemany(
            "INSERT INTO task (customer_id, guide_id, kind, state, reason, created_at, open_key)"
            " VALUES (?, ?, 'human', 'open', ?, ?, ?)",
            [(1, guide, "客户请求人工：“人工”", AT, "human:1"), (3, None, "客户请求人工：“有人吗”", AT, "human:3")],
        )
    return brand


def test_open_tasks_are_shown_by_store_and_guide_without_names_of_customers(staffed: Installation) -> None:
    ran = staffed.run_plainly("show", "tasks")
    header, *lines = ran.out.splitlines()
    assert header.split() == ["store", "guide", "since", "kind", "customer", "reason"]
    assert ["nobody" in lines[0], "SH01" in lines[1], "G001" in lines[1], "有人吗" in lines[0]] == [True] * 4
    assert "林小满" not in ran.out
    first, second = staffed.run("show", "tasks").json["tasks"]
    assert set(first) == {"id", "store", "guide", "guide_has_left", "kind", "customer_id", "reason", "since"}
    assert (first["guide"], first["customer_id"]) == ("", 3)
    assert (second["guide"], second["store"], second["guide_has_left"], second["kind"]) == (
        "G001",
        "SH01",
        False,
        "human",
    )


def test_a_guide_leaves_once_and_what_is_left_behind_is_told(staffed: Installation) -> None:
    ran = staffed.run("guide", "leave", "G001")
    assert (ran.code, ran.json) == (0, {"ok": True, "guide": "G001", "customers": 2, "open_tasks": 1})
    assert [task["guide_has_left"] for task in staffed.run("show", "tasks").json["tasks"]] == [False, True]
    assert "(has left)" in staffed.run_plainly("show", "tasks").out
    assert staffed.run("guide", "leave", "G001").code == 1
    assert staffed.run("scene", "create", "--guide", "G001").errors[0]["detail"] == "'G001' has left"


def test_a_guide_nobody_knows_cannot_leave(staffed: Installation) -> None:
    ran = staffed.run("guide", "leave", "G404")
    assert (ran.code, ran.errors[0]["detail"]) == (1, "no staff member 'G404'")


def test_without_open_tasks_that_is_said(staffed: Installation) -> None:
    with sqlite3.connect(staffed.database) as connection:
        connection.execute("UPDATE task SET state = 'done', open_key = NULL")
    assert staffed.run_plainly("show", "tasks").out == "no open task\n"
    assert staffed.run("show", "tasks").json == {"ok": True, "tasks": []}
