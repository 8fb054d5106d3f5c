"""The store directory: nearest first, closed or open, fresh within a second."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from core.accounts import Crs
from core.coordinates import to_bd09, to_gcj02, to_wgs84
from core.places import Point, distance_m
from guides.organisation import get_or_plant_root, plant_stores
from guides.stores import StoreDirectory
from models import Revision, Store
from tests.guides.brand import T0, open_store


@dataclass
class Watch:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


async def bump() -> None:
    row, _ = await Revision.get_or_create(name="stores")
    row.number += 1
    await row.save()


HERE = Point(31.2304, 121.4737, Crs.WGS84)


@pytest.mark.usefixtures("database")
class TestDirectory:
    async def test_stores_are_listed_nearest_first_with_metres_and_doors(self) -> None:
        await open_store("S1", latitude=31.2404, longitude=121.4737, crs="wgs84", opening_hours="10:00-22:00")
        await open_store("S2", latitude=31.2304, longitude=121.4837, crs="wgs84", opening_hours="11:00-22:00")
        await open_store("S3", latitude=39.9, longitude=116.4, crs="wgs84")
        directory = StoreDirectory()
        await directory.refresh()

        found = directory.nearest(HERE, 2, T0)  # 10:00 in Shanghai

        assert [(near.store.code, round(near.distance_m), near.is_open) for near in found] == [
            ("S2", 951, False),
            ("S1", 1112, True),
        ]
        assert [(near.hours_today, near.hours.words) for near in found] == [
            ("11:00-22:00", "休息中，11:00开门"),
            ("10:00-22:00", "营业中，22:00打烊"),
        ]
        assert [near.store.code for near in directory.nearest(HERE, 9, T0)] == ["S2", "S1", "S3"]
        assert [near.store.code for near in directory.nearest(HERE, 9, T0, open_only=True)] == ["S1", "S3"]

    async def test_places_in_different_systems_are_compared_in_one(self) -> None:
        gcj02 = Point(31.2310, 121.4740, Crs.GCJ02)
        for code, point in (("S1", to_wgs84(gcj02)), ("S2", gcj02), ("S3", to_bd09(gcj02))):
            await open_store(code, latitude=point.latitude, longitude=point.longitude, crs=point.crs.value)
        directory = StoreDirectory()
        await directory.refresh()
        for here in (gcj02, to_wgs84(gcj02), to_bd09(gcj02)):
            assert [near.distance_m for near in directory.nearest(here, 3, T0)] == pytest.approx([0, 0, 0], abs=0.01)

    async def test_metres_are_those_on_the_ground_not_those_of_a_shifted_map(self) -> None:
        """GCJ-02 bends these 1,631 m by 7; asked from a phone or from a map the answer is one."""
        here, there = Point(39.997, 116.489, Crs.WGS84), Point(40.002, 116.507, Crs.WGS84)
        await open_store("S1", latitude=there.latitude, longitude=there.longitude, crs="wgs84")
        directory = StoreDirectory()
        await directory.refresh()
        true_m = distance_m(here.latitude, here.longitude, there.latitude, there.longitude)
        for asked in (here, to_gcj02(here), to_bd09(here)):
            [near] = directory.nearest(asked, 1, T0)
            assert near.distance_m == pytest.approx(true_m, rel=1e-4)
        assert directory.within(to_gcj02(here), true_m + 0.5, T0)

    async def test_a_store_without_a_place_is_found_by_its_city_only(self) -> None:
        await open_store("S2", city="上海市")
        await open_store("S1", city="上海", latitude=31.2404, longitude=121.4737, crs="wgs84")
        await open_store("S3", city="北京市")
        directory = StoreDirectory()
        await directory.refresh()
        assert [near.store.code for near in directory.nearest(Point(0.0, 0.0, Crs.GCJ02), 9, T0)] == ["S1"]
        assert [card.code for card in directory.in_city("上海")] == ["S1", "S2"]
        assert [card.code for card in directory.in_city(" 上海市 ")] == ["S1", "S2"]
        assert directory.in_city("") == directory.in_city("广州") == []
        assert directory.in_city("北京")[0].point is None

    async def test_stores_within_a_distance(self) -> None:
        await open_store("S2", latitude=31.2404, longitude=121.4737, crs="wgs84", opening_hours="10:00-22:00")
        await open_store("S1", latitude=31.2404, longitude=121.4737, crs="wgs84", opening_hours="11:00-22:00")
        await open_store("S3", latitude=31.2504, longitude=121.4737, crs="wgs84")
        await open_store("S4", city="上海")
        directory = StoreDirectory()
        await directory.refresh()

        found = directory.within(HERE, 2000.0, T0)

        assert [(near.store.code, round(near.distance_m), near.is_open) for near in found] == [
            ("S1", 1112, False),
            ("S2", 1112, True),
        ]
        assert [near.store.code for near in directory.within(HERE, 2300.0, T0)] == ["S1", "S2", "S3"]
        assert [near.store.code for near in directory.nearest(HERE, 5, T0, within_m=2000.0)] == ["S1", "S2"]
        assert [n.store.code for n in directory.nearest(HERE, 5, T0, open_only=True, within_m=2000.0)] == ["S2"]
        assert directory.within(HERE, 1000.0, T0) == directory.nearest(HERE, 0, T0) == []

    async def test_open_shops_behind_many_closed_ones_are_found_among_the_first_two_hundred(self) -> None:
        closed = [f"A{number:03d}" for number in range(199)]
        leaves = await plant_stores([(await get_or_plant_root(), code, code) for code in [*closed, "B", "C"]])
        for number, code in enumerate([*closed, "B", "C"]):
            await Store.create(
                organisation=leaves[code], code=code, name=code, latitude=31.23 + number / 1e5, longitude=121.47,
                crs="gcj02", opening_hours="11:00-22:00" if code in closed else "10:00-22:00",
            )  # fmt: skip
        directory = StoreDirectory()
        await directory.refresh()
        point = Point(31.23, 121.47, Crs.GCJ02)
        assert [near.store.code for near in directory.nearest(point, 3, T0, open_only=True)] == ["B"]
        assert [near.store.code for near in directory.nearest(point, 3, T0)] == closed[:3]
        assert len(directory.nearest(point, 500, T0)) == 200
        assert [store.code for _, store in directory.nearest_first(point)] == [*closed, "B", "C"]

    async def test_while_one_reloads_the_others_go_on_with_what_is_there(self) -> None:
        leaves = await plant_stores([(await get_or_plant_root(), f"S{n:03d}", f"S{n:03d}") for n in range(450)])
        watch = Watch()
        directory = StoreDirectory(watch)
        await directory.refresh()
        await Store.bulk_create(
            Store(organisation=leaf, code=code, name=code, latitude=31.2 + n / 1e4, longitude=121.4, crs="gcj02")
            for n, (code, leaf) in enumerate(leaves.items())
        )
        await bump()
        watch.seconds = 5.0
        reload = asyncio.create_task(directory.refresh())
        await asyncio.sleep(0)
        seen = set()
        while not reload.done():
            watch.seconds += 2.0
            await directory.refresh()  # would read the stores once more, and wait for it
            seen.add((reload.done(), len(directory), len(directory.nearest(HERE, 200, T0))))
            await asyncio.sleep(0)
        assert seen - {(True, 450, 200)} == {(False, 0, 0)}
        assert len(directory) == 450 and directory.codes() == set(leaves)

    async def test_hours_of_one_store(self) -> None:
        await open_store("S1", opening_hours="10:00-22:00")
        directory = StoreDirectory()
        await directory.refresh()
        hours = directory.hours_of("S1", T0)
        assert hours is not None and hours.words == "营业中，22:00打烊"
        assert directory.hours_of("S9", T0) is None

    async def test_a_change_is_noticed_after_a_second_and_only_if_the_revision_moved(self) -> None:
        watch = Watch()
        directory = StoreDirectory(watch)
        await directory.refresh()
        assert len(directory) == 0

        await open_store("S1", city="上海")
        await bump()
        watch.seconds = 0.9
        await directory.refresh()
        assert len(directory) == 0
        watch.seconds = 1.0
        await directory.refresh()
        assert [card.name for card in directory.in_city("上海")] == ["门店S1"]

        await Store.filter(code="S1").update(name="新名")
        watch.seconds = 9.0
        await directory.refresh()
        assert directory.in_city("上海")[0].name == "门店S1"
        await bump()
        watch.seconds = 18.0
        await directory.refresh()
        assert directory.in_city("上海")[0].name == "新名"
