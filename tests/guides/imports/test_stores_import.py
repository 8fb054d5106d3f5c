"""Importing stores."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.accounts import Crs
from core.errors import Invalid
from core.places import Point, distance_m
from guides.imports.csv_file import parse_mapping
from guides.imports.result import ImportResult
from guides.imports.stores import import_stores
from guides.stores import StoreDirectory
from models import Audit, Organisation, Revision, Store
from tests.guides.brand import T0

pytestmark = pytest.mark.usefixtures("database")

Write = Callable[..., Path]
HEADER = "code,name,region,city,address,latitude,longitude,crs,phone,opening_hours"
DATA = Path(os.environ.get("ZHIJI_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")


async def run(path: Path, crs: Crs | None = None) -> ImportResult:
    return await import_stores(path, at=T0, actor="hq", crs=crs)


async def revision() -> int:
    row = await Revision.get_or_none(name="stores")
    return row.number if row else 0


def refusals(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(one.row, one.field, one.problem) for one in result.rejected]


async def test_every_column_arrives_and_the_store_hangs_in_the_tree(write: Write) -> None:
    line = 'S1,南京东路店,华东,上海市,"南京东路1号, 一楼",31.2304,121.4737,gcj02,021-12345678,Mo-Su 10:00-22:00; PH off'
    result = await run(write(HEADER, line))
    assert (result.created, result.updated, result.unchanged, result.rejected) == (1, 0, 0, [])
    store = await Store.get(code="S1").prefetch_related("organisation__parent")
    assert (store.name, store.city, store.address) == ("南京东路店", "上海市", "南京东路1号, 一楼")
    assert (store.latitude, store.longitude, store.crs) == (31.2304, 121.4737, "gcj02")
    assert (store.phone, store.opening_hours) == ("021-12345678", "Mo-Su 10:00-22:00; PH off")
    leaf, region = store.organisation, store.organisation.parent
    assert (leaf.kind, leaf.code, leaf.name) == ("store", "S1", "南京东路店")
    assert (region.kind, region.name) == ("region", "华东")
    assert leaf.path == f"{region.path}{leaf.id}/"


async def test_the_identical_file_again_changes_nothing(write: Write) -> None:
    path = write(HEADER, "S1,一店,华东,上海,路1,31.2,121.4,wgs84,021-12345,24/7", "S2,二店,,,,,,,,")
    assert (await run(path)).created == 2
    stores, nodes = await Store.all().order_by("id").values(), await Organisation.all().order_by("id").values()

    again = await run(path)

    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 2, [])
    assert await Store.all().order_by("id").values() == stores
    assert await Organisation.all().order_by("id").values() == nodes
    assert await Audit.all().count() == 1 and await revision() == 1


async def test_a_changed_row_is_updated_and_traced(write: Write) -> None:
    await run(write(HEADER, "S1,一店,华东,上海,路1,31.2,121.4,wgs84,021-12345,24/7", "S2,二店,华东,,,,,,,"))
    kept = await Store.get(code="S1")

    result = await run(write(HEADER, "S1,新一店,华北,上海,路1,31.3,121.4,gcj02,021-12345,24/7", "S2,二店,华东,,,,,,,"))

    assert (result.created, result.updated, result.unchanged) == (0, 1, 1)
    store = await Store.get(code="S1").prefetch_related("organisation__parent")
    assert (store.id, store.name, store.latitude, store.crs) == (kept.id, "新一店", 31.3, "gcj02")
    assert (store.organisation.name, store.organisation.parent.name) == ("新一店", "华北")
    assert store.organisation.path == f"{store.organisation.parent.path}{store.organisation.id}/"
    assert await revision() == 2
    line = (await Audit.all().order_by("-id"))[0]
    assert (line.actor, line.action, line.at) == ("hq", "import.stores", T0)
    assert line.detail == {"file": "file.csv", "created": 0, "updated": 1, "unchanged": 1, "rejected": 0}


async def test_an_absent_column_is_left_alone_and_an_empty_cell_empties(write: Write) -> None:
    await run(write(HEADER, "S1,一店,华东,上海,路1,31.2,121.4,wgs84,021-12345,24/7"))
    await run(write("code,name,phone", "S1,一店,"))
    store = await Store.get(code="S1").prefetch_related("organisation__parent")
    assert (store.phone, store.address, store.latitude, store.opening_hours) == ("", "路1", 31.2, "24/7")
    assert store.organisation.parent.name == "华东"


async def test_stores_absent_from_the_file_stay(write: Write) -> None:
    await run(write("code,name", "S1,一店"))
    await run(write("code,name", "S2,二店"))
    assert await Store.all().order_by("code").values_list("code", flat=True) == ["S1", "S2"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "crs", "field", "problem"),
    [
        ("31.2", "", "wgs84", "longitude", "is empty, half a place is none"),
        ("", "121.4", "wgs84", "latitude", "is empty, half a place is none"),
        ("0", "0.0", "wgs84", "latitude", "0,0 lies in the Gulf of Guinea: nobody knows this place"),
        ("121.4", "31.2", "wgs84", "latitude", "121.4 is beyond 90"),
        ("31.2", "181", "wgs84", "longitude", "181 is outside Earth"),
        ("-91", "200", "wgs84", "latitude", "-91 is outside Earth"),
        ("51.5", "-0.1", "wgs84", "longitude", "51.5,-0.1 lies outside China"),
        ("1.35", "103.8", "wgs84", "latitude", "1.35,103.8 lies outside China"),
        ("87.6", "43.8", "wgs84", "latitude", "87.6,43.8 lies outside China"),
        ("31.2", "0", "wgs84", "longitude", "31.2,0 lies outside China"),
        ("31.2", "nan", "wgs84", "longitude", "'nan' is no place"),
        ("31°12'", "121.4", "wgs84", "latitude", '"31°12\'" is no number'),
        ("31.2", "121.4", "", "crs", "coordinates without a coordinate system"),
        ("31.2", "121.4", "utm", "crs", "'utm' is no coordinate system"),
    ],
)
async def test_impossible_places_are_refused_with_the_reason(
    write: Write, latitude: str, longitude: str, crs: str, field: str, problem: str
) -> None:
    result = await run(write(HEADER, f'S1,一店,,,,"{latitude}","{longitude}",{crs},,', "S2,二店,,,,,,,,"))
    assert refusals(result) == [(2, field, problem)]
    assert result.rejected[0].remedy
    assert await Store.all().values_list("code", flat=True) == ["S2"]


async def test_two_exchanged_coordinates_are_called_so_in_the_far_west_too(write: Write) -> None:
    result = await run(write(HEADER, "S1,乌鲁木齐店,,,,87.6,43.8,wgs84,,", "S2,乌鲁木齐店,,,,43.8,87.6,wgs84,,"))
    assert [(one.row, one.remedy) for one in result.rejected] == [(2, "the two look exchanged")]
    assert result.created == 1


async def test_stores_abroad_are_taken_where_that_is_said(write: Write) -> None:
    path = write(HEADER, "S1,伦敦店,,,,51.5,-0.1,wgs84,,")
    assert (await import_stores(path, at=T0, actor="hq", is_abroad=True)).created == 1
    assert (await Store.get(code="S1")).longitude == -0.1


LISTING = """Brand,Store Number,Store Name,Ownership Type,Street Address,City,State/Province,Country,Postcode,\
Phone Number,Timezone,Longitude,Latitude
知己咖啡,90001-1,示例城东店,Company Owned,"城东区, 示例路1号, 一层",示例市,11,CN,100000,,GMT+08:00,116.35,39.91
知己咖啡,90002-1,示例城西店,Company Owned,"城西区, 示例路2号",示例市,11,CN,100000,010-50000000,GMT+08:00,116.47,39.95
知己咖啡,90003-1,示例滨江店,Joint Venture,"滨江, 示例路3号",示例江市,31,CN,200000,021-50000000,GMT+08:00,31.23,121.47
知己咖啡,90002-1,示例重号店,Company Owned,"示例路4号",示例市,11,CN,100000,,GMT+08:00,116.4,39.9
知己咖啡,90005-1,示例无处店,Company Owned,"示例路5号",示例市,11,CN,100000,,GMT+08:00,0,0
知己咖啡,90006-1,示例远店,Company Owned,"示例路6号",示例市,11,CN,100000,,GMT+08:00,2.35,48.86
知己咖啡,90007-1,示例半处店,Company Owned,"示例路7号",示例市,11,CN,100000,,GMT+08:00,,39.9
知己咖啡,90008-1,示例待定店,Company Owned,"示例路8号",示例市,11,CN,100000,,GMT+08:00,,
"""
COLUMNS = {
    "code": "Store Number", "name": "Store Name", "address": "Street Address", "city": "City",
    "region": "State/Province", "phone": "Phone Number", "latitude": "Latitude", "longitude": "Longitude",
}  # fmt: skip


async def test_a_listing_of_a_chain_comes_in_with_its_faults_named(tmp_path: Path) -> None:
    path = tmp_path / "listing.csv"
    path.write_text(LISTING, encoding="utf-8")
    first = await import_stores(path, at=T0, actor="hq", mapping=COLUMNS, crs=Crs.WGS84)
    assert first.created == 3
    assert [(one.row, one.field, one.problem) for one in first.rejected] == [
        (4, "latitude", "121.47 is beyond 90"),
        (5, "code", "column 'Store Number': '90002-1' stands in row 3 already"),
        (6, "latitude", "0,0 lies in the Gulf of Guinea: nobody knows this place"),
        (7, "longitude", "48.86,2.35 lies outside China"),
        (8, "longitude", "is empty, half a place is none"),
    ]
    assert await Store.all().order_by("code").values_list("code", "latitude") == [
        ("90001-1", 39.91), ("90002-1", 39.95), ("90008-1", None),
    ]  # fmt: skip
    again = await import_stores(path, at=T0, actor="hq", mapping=COLUMNS, crs=Crs.WGS84)
    assert (again.created, again.updated, again.unchanged, len(again.rejected)) == (0, 0, 3, 5)
    directory = StoreDirectory()
    await directory.refresh()
    here = Point(39.93, 116.40, Crs.WGS84)
    for near in directory.nearest(here, 5, T0):
        store = await Store.get(code=near.store.code)
        assert store.latitude is not None and store.longitude is not None
        true_m = distance_m(here.latitude, here.longitude, store.latitude, store.longitude)
        assert near.distance_m == pytest.approx(true_m, rel=1e-3)


async def test_a_store_without_a_place_is_accepted_and_never_stands_at_zero(write: Write) -> None:
    await run(write(HEADER, "S1,一店,,上海,,,,,,"))
    store = await Store.get(code="S1")
    assert (store.latitude, store.longitude, store.crs) == (None, None, "")


async def test_the_system_of_the_file_holds_where_a_row_names_none(write: Write) -> None:
    path = write("code,name,latitude,longitude,crs", "S1,一店,31.2,121.4,", "S2,二店,31.2,121.4,GCJ-02", "S3,三店,,,")
    await run(path, crs=Crs.BD09)
    assert await Store.all().order_by("code").values_list("crs", flat=True) == ["bd09", "gcj02", ""]


async def test_hours_nobody_can_read_are_named(write: Write) -> None:
    result = await run(write("code,name,opening_hours", "S1,一店,早十点到晚十点", "S2,二店,10:00-22:00"))
    assert refusals(result) == [(2, "opening_hours", "'早十点到晚十点' cannot be read from '早十点到晚十点' on")]


async def test_a_phone_that_lost_its_digits_is_named(write: Write) -> None:
    result = await run(write("code,name,phone", "S1,一店,1.38E+10", "S2,二店,请拨总机", "S3,三店,400-820-8820转1"))
    assert refusals(result) == [
        (2, "phone", "'1.38E+10' is a number the spreadsheet shortened: digits are lost"),
        (3, "phone", "'请拨总机' holds no phone number"),
    ]


async def test_a_code_that_stands_twice_is_named_with_both_rows(write: Write) -> None:
    result = await run(write("code,name", "S1,一店", "S2,二店", "S1,另一店"))
    assert result.created == 2
    assert refusals(result) == [(4, "code", "'S1' stands in row 2 already")]
    assert (await Store.get(code="S1")).name == "一店"


async def test_a_file_that_cannot_be_used_changes_nothing(write: Write) -> None:
    with pytest.raises(Invalid):
        await run(write("code,city", "S1,上海"))
    assert await Store.all().count() == await Organisation.all().count() == await Audit.all().count() == 0


async def test_a_file_of_refusals_leaves_no_trace(write: Write) -> None:
    result = await run(write("code,name,opening_hours", "S1,一店,x"))
    assert len(result.rejected) == 1 and not result.has_changed
    assert await Store.all().count() == await Organisation.all().count() == await Audit.all().count() == 0
    assert await revision() == 0


@pytest.mark.skipif(not (DATA / "stores_china.csv").exists(), reason=f"real store list absent: {DATA}/stores_china.csv")
async def test_a_real_chain_with_its_own_column_names(tmp_path: Path) -> None:
    mapping = parse_mapping(
        [
            'code="Store Number"',
            'name="Store Name"',
            'city="City"',
            'address="Street Address"',
            "latitude=Latitude",
            "longitude=Longitude",
            'phone="Phone Number"',
            'region="State/Province"',
        ]
    )

    async def again() -> ImportResult:
        return await import_stores(DATA / "stores_china.csv", at=T0, actor="hq", mapping=mapping, crs=Crs.WGS84)

    first = await again()
    assert (first.created, first.rejected) == (2734, [])
    assert await Organisation.filter(kind="region").count() == 31
    second = await again()
    assert (second.created, second.updated, second.unchanged) == (0, 0, 2734)
    assert await revision() == 1
    directory = StoreDirectory()
    await directory.refresh()
    assert len(directory) == 2734 and len(directory.in_city("上海")) == 542
    here = Point(39.9087, 116.3975, Crs.WGS84)
    places = {store.code: (store.latitude, store.longitude) for store in await Store.all()}
    for near in directory.nearest(here, 200, T0):
        latitude, longitude = places[near.store.code]
        assert latitude is not None and longitude is not None
        true_m = distance_m(here.latitude, here.longitude, latitude, longitude)
        assert near.distance_m == pytest.approx(true_m, rel=1e-3)
