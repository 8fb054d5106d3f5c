"""The command line itself: exit codes, one JSON object as the last line, people's words beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.envelope import Envelope
from tests.commands.installation import AES_KEY, SHOP_ID, Installation, WeChat

ROOT = Path(__file__).resolve().parents[2]
TEXT = "<xml><ToUserName>gh_1</ToUserName><FromUserName>oA</FromUserName><CreateTime>1</CreateTime>{}</xml>"
PUSH = TEXT.format("<MsgType>text</MsgType><Content>你好</Content><MsgId>7</MsgId>")


# ── exit codes ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "line",
    [
        "", "nonsense", "check --verbose", "import", "import shops FILE", "import stores", "import stores F --crs utm",
        "scene create", "menu steal shop F", "parse", "parse F --kind wecom", "show", "delivery settle seven sent",
        "delivery settle 7 perhaps", "replay dreams", "person keep oA", "backup", "serve --port 80",
    ],
)  # fmt: skip
def test_wrong_usage_exits_64_and_says_so_in_json_too(brand: Installation, line: str) -> None:
    ran = brand.run(*line.split())
    assert ran.code == 64
    assert ran.json["ok"] is False
    assert ran.errors[0]["detail"].startswith("main.py")
    assert ran.err.startswith("usage: main.py")


@pytest.mark.parametrize(
    "line",
    ["migrate", "check", "show parts", "show deliveries", "show calls", "show totals", "scene list", "replay tags",
     "keywords list"],
)  # fmt: skip
def test_what_can_be_done_exits_0_with_one_json_object_as_the_only_line(brand: Installation, line: str) -> None:
    ran = brand.run(*line.split())
    assert (ran.code, ran.json["ok"], len(ran.out.splitlines())) == (0, True, 1)


@pytest.mark.parametrize(
    "line",
    ["migrate", "show totals", "scene list", "menu pull shop F", "import guides F", "person erase oA", "backup F",
     "restore F", "replay tags", "delivery settle 7 sent", "keywords list", "serve", "worker"],
)  # fmt: skip
def test_faulty_settings_stop_every_command_with_one_line_a_fault(brand: Installation, line: str) -> None:
    ran = brand.run(*line.split(), SCRM_SECRET_KEY=None, SCRM_ACCOUNTS__SHOP__TOKEN="a b")
    assert ran.code == 1
    assert [(error["field"], error["detail"]) for error in ran.errors] == [
        ("secret_key", "is missing"), ("accounts.shop.token", "is malformed"),
    ]  # fmt: skip
    assert all(error["remedy"] for error in ran.errors)


@pytest.mark.parametrize(
    "line", ["show totals", "scene list", "menu pull shop F", "person erase oA", "replay tags", "import followers shop"]
)
def test_a_database_without_its_schema_is_told_with_the_remedy(brand: Installation, tmp_path: Path, line: str) -> None:
    ran = brand.run(*line.split(), SCRM_DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    assert (ran.code, ran.errors[0]["remedy"]) == (1, "run: python main.py migrate")


def test_an_account_nobody_configured_is_told_with_those_there_are(brand: Installation) -> None:
    ran = brand.run("menu", "pull", "shoop", "F")
    assert (ran.code, ran.errors[0]["remedy"]) == (1, "configured are: shop, mini")


def test_serve_without_accounts_and_worker_on_sqlite_are_refused(brand: Installation) -> None:
    none = {name: None for name in brand.variables if "ACCOUNTS" in name}
    assert brand.run("serve", **none).errors[0]["field"] == "accounts"
    assert brand.run("worker").errors[0]["detail"] == "SQLite has one server process, which works too"


def test_migrating_again_applies_nothing(tmp_path: Path, brand: Installation) -> None:
    new = f"sqlite:///{tmp_path / 'deep' / 'new.db'}"
    assert brand.run("migrate", SCRM_DATABASE_URL=new).json == {"ok": True, "applied": ["0001_initial"]}
    assert brand.run("migrate", SCRM_DATABASE_URL=new).json == {"ok": True, "applied": []}


def test_it_runs_as_a_program_of_its_own(brand: Installation) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "main.py", *arguments], cwd=ROOT, env=brand.variables, capture_output=True, text=True
        )

    helped = run("--help")
    assert helped.returncode == 0
    assert "what the edge makes of push bodies" in helped.stdout
    wrong = run("show", "customer", "oNOBODY", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout.splitlines()[-1])["ok"]) == (1, False)


@pytest.mark.parametrize(
    ("asked", "needless"),
    [
        ("parse", {"tortoise", "aiohttp", "pydantic", "commands.show", "commands.server"}),
        ("migrate", {"handlers", "commands.server", "customers.tagging.match"}),
        ("show", {"commands.server", "commands.import_"}),
    ],
)
def test_a_command_imports_itself_and_not_the_others(asked: str, needless: set[str]) -> None:
    line = f"import sys; from commands.line import build_parser; build_parser({asked!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert f"commands.{asked}" in imported
    assert imported & needless == set()


# ── parse ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_parse_prints_one_object_a_file_and_needs_no_settings(brand: Installation) -> None:
    push, other = brand.file("push.xml", PUSH), brand.file("reply.xml", TEXT.format("<MsgType>text</MsgType>"))
    none = dict.fromkeys(brand.variables)
    ran = brand.run_plainly("parse", push, other, **none)
    accepted, refused = (json.loads(line) for line in ran.out.splitlines())
    assert ran.code == 2
    assert accepted == {
        "file": str(push), "accepted": True, "kind": "text",
        "fields": {"ToUserName": "gh_1", "FromUserName": "oA", "CreateTime": "1", "MsgType": "text", "Content": "你好",
                   "MsgId": "7"},
    }  # fmt: skip
    assert (set(refused), refused["accepted"]) == ({"file", "accepted", "reason"}, False)
    assert brand.run_plainly("parse", push, **none).code == 0
    assert brand.run_plainly("parse", other, **none).code == 1


def test_parse_with_json_counts_in_the_last_line(brand: Installation) -> None:
    ran = brand.run("parse", brand.file("push.xml", PUSH), brand.home / "gone.xml")
    assert (ran.code, len(ran.out.splitlines())) == (2, 3)
    assert ran.json == {"ok": False, "files": 2, "accepted": 1, "refused": 1}


def test_parse_opens_ciphertext_with_its_key_alone(brand: Installation, wechat: WeChat) -> None:
    body = {
        "ToUserName": "gh_1",
        "FromUserName": "oA",
        "CreateTime": 1,
        "MsgType": "text",
        "Content": "秘密",
        "MsgId": 7,
    }
    sealed = brand.home / "sealed.xml"
    sealed.write_bytes(Envelope(wechat.accounts["shop"]).seal(body, "1", "2").data)
    assert brand.run("parse", sealed).code == 1
    ran = brand.run_plainly("parse", sealed, "--aes-key", AES_KEY, "--app-id", SHOP_ID)
    assert (ran.code, json.loads(ran.out)["fields"]["Content"]) == (0, "秘密")
    assert brand.run("parse", sealed, "--aes-key", AES_KEY, "--app-id", "wx" + "0" * 16).code == 1
    assert brand.run("parse", sealed, "--aes-key", "short").errors[0]["field"] == "aes_key"


# ── keywords and parts ───────────────────────────────────────────────────────────────────────────────────────────
def test_keyword_replies_come_from_a_file_and_go_by_name(brand: Installation) -> None:
    file = brand.file("words.csv", "keyword,match,reply\n发票,contains,找导购\n会员,exact,到店办理\n")
    assert brand.run("keywords", "import", file).json["created"] == 2
    assert brand.run("keywords", "import", file).json["unchanged"] == 2
    assert brand.run("keywords", "remove", "发票").code == 0
    assert brand.run("keywords", "remove", "发票").code == 1
    assert brand.run("keywords", "list").json["replies"] == [{"keyword": "会员", "match": "exact", "reply": "到店办理"}]


def test_the_parts_are_shown_as_they_were_found(brand: Installation) -> None:
    parts = brand.run("show", "parts").json
    assert parts["accounts"] == ["shop", "mini"]
    assert {"check", "import", "serve", "show"} <= set(parts["commands"])
    names = [handler["name"] for handler in parts["handlers"]]
    assert {"follow", "scan", "unfollow", "nearby", "my_guide", "human", "fallback"} <= set(names)
    assert names[-1] == "fallback"
    assert len(parts["tag_groups"]) >= 8


def test_the_parts_are_shown_without_settings_and_the_faults_counted(brand: Installation) -> None:
    none: dict[str, str | None] = dict.fromkeys(brand.variables)
    ran = brand.run("show", "parts", **none | {"SCRM_CONFIG": "/nowhere/scrm.toml"})
    assert (ran.code, ran.json["accounts"]) == (0, [])
    assert {handler["name"] for handler in ran.json["handlers"]} >= {"follow", "fallback"}
    assert "the settings have 1 fault(s); they are told by: python main.py check" in ran.err
    sound = brand.run("show", "parts", SCRM_ACCOUNTS__SHOP__TOKEN="a b")
    assert (sound.code, sound.json["accounts"]) == (0, ["mini"])
