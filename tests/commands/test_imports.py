"""`main.py import stores|guides|customers`: files come in once, faulty rows are named and left out."""

from __future__ import annotations

import csv
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.commands.installation import Installation

ROOT = Path(__file__).resolve().parents[2]

STORES = """code,name,region,city,address,latitude,longitude,crs,phone,opening_hours
SH01,静安店,华东,上海,南京西路1号,31.2286,121.4523,gcj02,021-60000001,Mo-Su 10:00-22:00
SH02,徐汇店,华东,上海,虹桥路1号,,,,021-60000002,"Mo-Fr 10:00-22:00; Sa,Su 09:00-23:00; PH off"
SH03,浦东店,华东,上海,世纪大道8号,131.2,121.5,gcj02,,
"""
GUIDES = "code,name,phone,store_code,role\nG001,林晓雯,13800000001,SH01,guide\nG002,陈佳怡,13800000002,SH02,导购\n"
CUSTOMERS = """phone,member_no,openid,unionid,name,birthday,guide_code,tags
13900000001,M001,,,王小姐,1990-05-06,G001,风格:通勤;尺码:M
1.38E+10,M002,,,李先生,,G001,
,,oMEMBER3,,张女士,,G002,
13900000004,M004,,,赵女士,,G999,
"""


@pytest.fixture(scope="module")
def staffed(brand: Installation) -> Installation:
    """Stores and guides are in."""
    assert brand.run("import", "stores", brand.file("stores.csv", STORES)).code == 2
    assert brand.run("import", "guides", brand.file("guides.csv", GUIDES)).code == 0
    return brand


def counts(ran_json: dict[str, Any]) -> tuple[int, int, int, int]:
    return ran_json["created"], ran_json["updated"], ran_json["unchanged"], len(ran_json["rejected"])


def test_a_partly_sound_file_comes_in_partly_and_exits_2(brand: Installation, tmp_path: Path) -> None:
    twin = brand.twin(tmp_path)
    ran = twin.run("import", "stores", twin.file("stores.csv", STORES))
    assert (ran.code, counts(ran.json)) == (2, (2, 0, 0, 1))
    (rejected,) = ran.json["rejected"]
    assert rejected == {
        "row": 4, "field": "latitude", "problem": "131.2 is outside Earth", "remedy": "degrees lie between -90 and 90",
    }  # fmt: skip
    with sqlite3.connect(twin.database) as connection:
        assert connection.execute("SELECT code FROM store ORDER BY code").fetchall() == [("SH01",), ("SH02",)]


@pytest.mark.parametrize(("what", "rows"), [("stores", (0, 0, 2, 1)), ("guides", (0, 0, 2, 0))])
def test_the_identical_file_again_changes_nothing(staffed: Installation, what: str, rows: tuple[int, ...]) -> None:
    ran = staffed.run("import", what, staffed.home / f"{what}.csv")
    assert counts(ran.json) == rows


def test_members_come_in_bound_tagged_and_with_spreadsheet_accidents_named(staffed: Installation) -> None:
    file = staffed.file("customers.csv", CUSTOMERS)
    ran = staffed.run("import", "customers", file, "--account", "shop")
    assert (ran.code, counts(ran.json)) == (2, (2, 0, 0, 2))
    assert [(each["row"], each["field"]) for each in ran.json["rejected"]] == [(3, "phone"), (5, "guide_code")]
    assert "1.38E+10" in ran.json["rejected"][0]["problem"]
    again = staffed.run("import", "customers", file, "--account", "shop")
    assert (again.code, counts(again.json)) == (2, (0, 0, 2, 2))
    card = staffed.run("show", "customer", "oMEMBER3").json
    assert [binding["guide"] for binding in card["bindings"]] == ["G002"]
    assert (card["attributes"]["name"], card["identities"][0]["account"]) == ("张女士", "shop")


def test_openids_need_to_be_told_whose_they_are(staffed: Installation) -> None:
    file = staffed.file("openids.csv", "openid,name\noNEW1,周小姐\n")
    ran = staffed.run("import", "customers", file)
    assert (ran.code, ran.json["rejected"][0]["field"]) == (2, "openid")
    unknown = staffed.run("import", "customers", file, "--account", "nobody")
    assert (unknown.code, unknown.errors[0]["remedy"]) == (1, "configured are: shop, mini")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files_of_other_encodings_are_the_same_rows(staffed: Installation, encoding: str) -> None:
    path = staffed.home / f"guides-{encoding}.csv"
    path.write_bytes(GUIDES.encode(encoding))
    assert counts(staffed.run("import", "guides", path).json) == (0, 0, 2, 0)


def test_a_file_that_is_not_there_exits_1(staffed: Installation) -> None:
    ran = staffed.run("import", "stores", staffed.home / "gone.csv")
    assert (ran.code, ran.errors[0]["detail"]) == (1, "cannot be read (No such file or directory)")


def test_columns_of_other_names_are_mapped(staffed: Installation) -> None:
    file = staffed.file("other.csv", "Number,Shop,Lat,Lng\nHZ01,湖滨店,30.2559,120.1647\n")
    names = ("code=Number", 'name="Shop"', "latitude=Lat", "longitude=Lng")
    options = [word for name in names for word in ("--map", name)]
    refused = staffed.run("import", "stores", file, *options)
    assert (refused.code, refused.json["rejected"][0]["field"]) == (2, "crs")
    ran = staffed.run("import", "stores", file, *options, "--crs", "wgs84")
    assert (ran.code, counts(ran.json)) == (0, (1, 0, 0, 0))


def test_a_public_listing_of_stores_comes_in_through_the_command(brand: Installation, tmp_path: Path) -> None:
    listing = Path(os.environ.get("ZHIJI_DATA") or ROOT.parent / "shared" / "data") / "stores_china.csv"
    if not listing.exists():
        pytest.skip(f"{listing} is absent: the import of a public listing is NOT TESTED")
    twin = brand.twin(tmp_path)
    names = {"code": "Store Number", "name": "Store Name", "address": "Street Address", "city": "City",
             "latitude": "Latitude", "longitude": "Longitude", "phone": "Phone Number"}  # fmt: skip
    options = [word for name, column in names.items() for word in ("--map", f'{name}="{column}"')]
    ran = twin.run("import", "stores", listing, *options, "--crs", "wgs84")
    with listing.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    codes = {row["Store Number"] for row in rows}
    rejected = ran.json["rejected"]
    assert ran.json["created"] + len(rejected) == len(rows) == 2734
    assert ran.json["created"] <= len(codes)
    assert len(rejected) < len(rows) / 100
    assert all(each["problem"] and each["remedy"] for each in rejected)
    again = twin.run("import", "stores", listing, *options, "--crs", "wgs84")
    assert counts(again.json) == (0, 0, ran.json["created"], len(rejected))
