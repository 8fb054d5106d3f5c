"""The store directory: exactly the nearest, closed or open, fresh within a second."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.accounts import Crs
from core.coordinates import to_bd09, to_wgs84
from core.places import Point, distance_m
from guides.sphere import Sphere, Spot
from guides.stores import StoreDirectory
from models import Revision, Store
from tests.guides.brand import T0, open_store

degrees = st.tuples(
    st.one_of(st.sampled_from([-90.0, 90.0, 0.0, 89.999, 31.23]), st.floats(-90.0, 90.0)),
    st.one_of(st.sampled_from([-180.0, 180.0, 179.999, -179.999, 0.0, 121.47]), st.floats(-180.0, 180.0)),
)
crowds = st.lists(
    st.one_of(degrees, st.tuples(st.floats(31.20, 31.25), st.floats(121.45, 121.50))), min_size=0, max_size=80
)


@given(crowds, degrees, st.integers(1, 90))
@settings(max_examples=400, deadline=None)
def test_nearest_first_is_what_brute_force_finds(
    places: list[tuple[float, float]], here: tuple[float, float], k: int
) -> None:
    spots = [Spot(*place, f"{number:03d}") for number, place in enumerate(places)]
    expected = sorted((distance_m(*here, spot.latitude, spot.longitude), spot.key) for spot in spots)
    found = [(metres, spot.key) for metres, spot in Sphere(spots).nearest_first(*here)]
    assert found[:k] == expected[:k]
    assert len(found) == len(spots)


def test_the_nearest_of_ten_thousand_are_found_without_looking_at_all_of_them() -> None:
    dice = random.Random(7)
    places = [(dice.uniform(20, 45), dice.uniform(85, 125)) for _ in range(10_000)]
    sphere = Sphere([Spot(*place, str(number)) for number, place in enumerate(places)])
    queries = [(dice.uniform(20, 45), dice.uniform(85, 125)) for _ in range(200)]

    def five(here: tuple[float, float]) -> list[str]:
        found = sphere.nearest_first(*here)
        return [next(found)[1].key for _ in range(5)]

    started_s = time.process_time()
    answers = [five(here) for here in queries]
    taken_s = time.process_time() - started_s
    started_s = time.process_time()
    ranked = [
        sorted((distance_m(*here, *place), str(n)) for n, place in enumerate(places))[:5] for here in queries[:10]
    ]
    brute_s = (time.process_time() - started_s) / 10

    assert answers[:10] == [[key for _, key in five_nearest] for five_nearest in ranked]
    assert taken_s / len(queries) < brute_s / 10


@dataclass
class Watch:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


async def bump() -> None:
    row, _ = await Revision.get_or_create(name="stores")
    row.number += 1
    await row.save()


HERE = Point(31.2304, 121.4737, Crs.GCJ02)


@pytest.mark.usefixtures("database")
class TestDirectory:
    async def test_stores_are_listed_nearest_first_with_metres_and_doors(self) -> None:
        await open_store("S1", latitude=31.2404, longitude=121.4737, crs="gcj02", opening_hours="10:00-22:00")
        await open_store("S2", latitude=31.2304, longitude=121.4837, crs="gcj02", opening_hours="11:00-22:00")
        await open_store("S3", latitude=39.9, longitude=116.4, crs="gcj02")
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

    async def test_a_store_without_a_place_is_found_by_its_city_only(self) -> None:
        await open_store("S2", city="上海市")
        await open_store("S1", city="上海", latitude=31.2404, longitude=121.4737, crs="gcj02")
        await open_store("S3", city="北京市")
        directory = StoreDirectory()
        await directory.refresh()
        assert [near.store.code for near in directory.nearest(Point(0.0, 0.0, Crs.GCJ02), 9, T0)] == ["S1"]
        assert [card.code for card in directory.in_city("上海")] == ["S1", "S2"]
        assert [card.code for card in directory.in_city(" 上海市 ")] == ["S1", "S2"]
        assert directory.in_city("") == directory.in_city("广州") == []
        assert directory.in_city("北京")[0].point is None

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
