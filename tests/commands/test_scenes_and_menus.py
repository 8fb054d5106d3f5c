"""`main.py scene` and `menu`: codes that bind to a guide, and the menu as a file."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
import segno

from tests.commands.installation import SHOP_ID, Background, Installation, WeChat, open_wechat

STORES = "code,name\nSH01,静安店\n"
GUIDES = "code,name,store_code,role\nG001,林晓雯,SH01,guide\nG002,陈佳怡,SH01,guide\n导购3,王梓涵,SH01,guide\n"
MENU = {
    "button": [
        {"type": "click", "name": "附近门店", "key": "附近门店"},
        {"name": "会员", "sub_button": [{"type": "view", "name": "商城", "url": "https://shop.test/"}]},
    ]
}


@pytest.fixture(scope="module")
def staffed(brand: Installation) -> Installation:
    assert brand.run("import", "stores", brand.file("stores.csv", STORES)).code == 0
    assert brand.run("import", "guides", brand.file("guides.csv", GUIDES)).code == 0
    return brand


# ── scenes ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_guides_code_is_a_png_that_says_what_wechat_answered(staffed: Installation, wechat: WeChat) -> None:
    picture = staffed.home / "G001.png"
    ran = staffed.run("scene", "create", "--guide", "G001", "--out", picture)
    code = wechat.world.apps[SHOP_ID].qrcodes.by_scene["g_G001"]
    assert (ran.code, ran.json) == (
        0,
        {"ok": True, "scene": "g_G001", "account": "shop", "guide": "G001", "url": code.url, "file": str(picture)},
    )
    assert code.ends_at is None
    assert modules_in(picture, border=4) == [list(row) for row in segno.make(code.url, error="m").matrix]


def modules_in(path: Path, border: int) -> list[list[int]]:
    """The squares of a black-and-white PNG, 1 for dark, without its border; read without the library that drew it."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", chunk[:10])
            assert (depth, colour) == (1, 0)
        packed += chunk if kind == b"IDAT" else b""
        at += 12 + size
    raw = zlib.decompress(packed)
    stride = (width + 7) // 8 + 1
    lines: list[bytes] = []
    for row in range(height):
        kind_of_row, *line = raw[row * stride : (row + 1) * stride]
        assert kind_of_row in (0, 2)  # as it is, or added to the row above
        lines.append(
            bytes((byte + kind_of_row // 2 * lines[-1][at]) % 256 if lines else byte for at, byte in enumerate(line))
        )
    scale = 10
    bits = [[(line[x // 8] >> (7 - x % 8)) & 1 for x in range(0, width, scale)] for line in lines[::scale]]
    return [[1 - bit for bit in row[border:-border]] for row in bits[border:-border]]


def test_the_same_guide_again_gets_the_same_code(staffed: Installation, wechat: WeChat) -> None:
    first = staffed.run("scene", "create", "--guide", "G001").json
    permanent = wechat.world.apps[SHOP_ID].qrcodes.permanent
    again = staffed.run("scene", "create", "--guide", "G001").json
    assert (again, wechat.world.apps[SHOP_ID].qrcodes.permanent) == (first, permanent)
    assert [scene["scene"] for scene in staffed.run("scene", "list").json["scenes"]].count("g_G001") == 1


def test_a_scene_may_have_a_name_of_its_own(staffed: Installation) -> None:
    assert staffed.run("scene", "create", "--guide", "G002", "--scene", "door-3").json["scene"] == "door-3"
    taken = staffed.run("scene", "create", "--guide", "G001", "--scene", "door-3")
    assert (taken.code, taken.errors[0]["remedy"]) == (1, "choose another name")


def test_a_guides_code_of_other_characters_still_makes_a_scene(staffed: Installation) -> None:
    assert staffed.run("scene", "create", "--guide", "导购3").json["scene"].startswith("h_")


def test_every_scene_is_listed_with_whose_it_is(staffed: Installation) -> None:
    staffed.run("scene", "create", "--guide", "G001")
    scenes = {scene["scene"]: scene for scene in staffed.run("scene", "list").json["scenes"]}
    assert set(scenes["g_G001"]) == {"account", "scene", "app_id", "kind", "guide", "store", "coupon", "url"}
    shown = scenes["g_G001"]
    assert (shown["account"], shown["guide"], shown["app_id"]) == ("shop", "G001", SHOP_ID)
    header, *lines = staffed.run_plainly("scene", "list").out.splitlines()
    assert header.split()[:2] == ["account", "scene"]
    assert ["shop", "g_G001", "G001", "林晓雯"] in [line.split()[:4] for line in lines]


OFFER = """
code = "橱窗券"
title = "满100减20"
kind = "cash"
amount = 20
threshold = 100
stock = 5
valid_days = 30
stores = ["SH01"]
"""


def test_a_shop_window_has_a_code_of_its_own_and_gives_what_it_was_told(
    brand: Installation, wechat: WeChat, tmp_path: Path
) -> None:
    shop = brand.twin(tmp_path)
    assert shop.run("import", "stores", shop.file("stores.csv", "code,name\nSH01,静安店\nSH02,徐汇店\n")).code == 0
    assert shop.run("coupon", "add", shop.file("offer.toml", OFFER)).code == 0
    picture = shop.home / "window.png"
    plain = shop.run("scene", "create", "--store", "SH01", "--out", picture)
    url = wechat.world.apps[SHOP_ID].qrcodes.by_scene["s_SH01"].url
    assert (plain.code, plain.json["scene"], plain.json["url"]) == (0, "s_SH01", url)
    assert modules_in(picture, border=4) == [list(row) for row in segno.make(url, error="m").matrix]
    giving = shop.run("scene", "create", "--store", "SH01", "--coupon", "橱窗券").json["scene"]
    assert shop.run("scene", "create", "--store", "SH01", "--coupon", "橱窗券").json["scene"] == giving != "s_SH01"
    listed = {each["scene"]: each for each in shop.run("scene", "list").json["scenes"]}
    told = {name: (s["kind"], s["guide"], s["store"], s["coupon"]) for name, s in listed.items() if not s["guide"]}
    assert told == {"s_SH01": ("window", None, "SH01", None), giving: ("window", None, "SH01", "橱窗券")}
    before = wechat.calls("/cgi-bin/qrcode/create")
    for words, told in (
        (("--store", "SH09"), "no store 'SH09'"),
        (("--store", "SH01", "--coupon", "没有"), "没有"),
        (("--store", "SH02", "--coupon", "橱窗券"), "'橱窗券' is not good at 'SH02'"),
        (("--guide", "G001", "--coupon", "橱窗券"), "a guide's code gives no coupon"),
    ):
        ran = shop.run("scene", "create", *words)
        assert ran.code == 1 and told in ran.err
    assert shop.run("scene", "create", "--scene", "x").code == 64
    assert wechat.calls("/cgi-bin/qrcode/create") == before
    taken = shop.run("scene", "create", "--store", "SH02", "--scene", "s_SH01")
    assert (taken.code, "静安店's window's" in taken.err) == (1, True)


def test_a_scene_of_an_account_no_longer_configured_is_listed_by_its_app_id(staffed: Installation) -> None:
    staffed.run("scene", "create", "--guide", "G001")
    none = {name: None for name in staffed.variables if "ACCOUNTS__SHOP" in name}
    scenes = staffed.run("scene", "list", **none).json["scenes"]
    assert {(scene["account"], scene["app_id"]) for scene in scenes} == {(None, SHOP_ID)}


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("missing/G001.png", "the folder {home}/missing does not exist"),
        ("G001", "{home}/G001 is no .png file"),
        ("folder.png", "{home}/folder.png cannot be written"),
    ],
)
def test_a_picture_that_cannot_be_written_is_told_before_anything_is_made(
    staffed: Installation, wechat: WeChat, name: str, detail: str
) -> None:
    (staffed.home / "folder.png").mkdir(exist_ok=True)
    before = wechat.calls("/cgi-bin/qrcode/create"), staffed.run("scene", "list").json
    ran = staffed.run("scene", "create", "--guide", "G002", "--scene", "never", "--out", staffed.home / name)
    assert (ran.code, ran.errors[0]["field"]) == (1, "--out")
    assert ran.errors[0]["detail"] == detail.format(home=staffed.home)
    assert (wechat.calls("/cgi-bin/qrcode/create"), staffed.run("scene", "list").json) == before


def test_nobody_elses_code_is_made(staffed: Installation, wechat: WeChat) -> None:
    before = wechat.calls("/cgi-bin/qrcode/create")
    ran = staffed.run("scene", "create", "--guide", "G404", "--out", staffed.home / "none.png")
    assert (ran.code, ran.errors[0]["detail"]) == (1, "no guide 'G404': import guides first")
    assert wechat.calls("/cgi-bin/qrcode/create") == before
    assert not (staffed.home / "none.png").exists()


def test_a_refusal_of_wechat_is_told_with_its_remedy_and_kept(
    staffed: Installation, background: Background, tmp_path: Path
) -> None:
    closed = open_wechat(background, ip_allow=["203.0.113.7"])
    twin = staffed.twin(tmp_path, SCRM_ACCOUNTS__SHOP__API_BASE=closed.base)
    ran = twin.run("scene", "create", "--guide", "G002")
    assert ran.code == 1
    assert "our address is not in the IP allow-list (127.0.0.1)" in ran.errors[0]["detail"]
    (call,) = twin.run("show", "calls").json["calls"]
    assert (call["api"], call["code"]) == ("/cgi-bin/stable_token", 40164)


# ── menu ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_menu_pushed_is_the_menu_pulled(brand: Installation, wechat: WeChat) -> None:
    file = brand.file("menu.json", json.dumps(MENU, ensure_ascii=False))
    assert brand.run("menu", "push", "shop", file).json == {"ok": True, "account": "shop", "buttons": 2}
    assert wechat.world.apps[SHOP_ID].menu == MENU
    pulled = brand.home / "pulled.json"
    ran = brand.run("menu", "pull", "shop", pulled)
    assert (ran.code, ran.json["made_by"]) == (0, "api")
    assert brand.run("menu", "push", "shop", pulled).code == 0
    assert without_empty(wechat.world.apps[SHOP_ID].menu) == MENU


def without_empty(menu: Any) -> Any:
    buttons = [{k: v for k, v in button.items() if v != []} for button in menu["button"]]
    return {"button": buttons}


def test_without_a_menu_the_file_is_an_empty_one(background: Background, brand: Installation) -> None:
    bare = open_wechat(background)
    file = brand.home / "bare.json"
    ran = brand.run("menu", "pull", "shop", file, SCRM_ACCOUNTS__SHOP__API_BASE=bare.base)
    assert (ran.code, ran.json["made_by"], json.loads(file.read_text())) == (0, "console", {"button": []})


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "FILE"),
        ("[]", "button"),
        ('{"button": []}', "button"),
        (json.dumps({"button": [{"type": "click", "key": "x"}]}), "button[0].name"),
        (json.dumps({"button": [{"name": "n", "sub_button": [{"name": "s"}] * 6}]}), "button[0].sub_button"),
    ],
)
def test_a_file_that_is_no_menu_changes_nothing(brand: Installation, wechat: WeChat, text: str, field: str) -> None:
    before = wechat.calls("/cgi-bin/menu/create")
    ran = brand.run("menu", "push", "shop", brand.file("bad.json", text))
    assert (ran.code, ran.errors[0]["field"]) == (1, field)
    assert wechat.calls("/cgi-bin/menu/create") == before


def test_a_mini_program_has_no_menu(brand: Installation) -> None:
    ran = brand.run("menu", "pull", "mini", brand.home / "none.json")
    assert (ran.code, ran.errors[0]["detail"]) == (1, "mini is a mini program: it has no menu")
    assert not (brand.home / "none.json").exists()
