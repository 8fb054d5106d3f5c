"""Who is near: exactly those whose cell's centre is, and nobody who is gone."""

from __future__ import annotations

import math
import random
from datetime import timedelta

import pytest

from core.accounts import Crs
from core.cells import key_of
from core.clock import BRAND_ZONE
from core.coordinates import convert, to_gcj02
from core.errors import Invalid
from core.places import Point, coarse, distance_m
from customers.consent import grant, withdraw
from customers.erasure import erase_person
from customers.merging import merge
from customers.near import BATCH, count_near, customers_near
from models import Customer, Place, Purpose
from models.database import connection
from models.dialect import near as queries
from models.dialect.projection import PlaceRow, put_places
from tests.customers.people import NOON, at, meet

CELL_M = 600.0
HERE = Point(31.2304, 121.4737, Crs.WGS84)
pytestmark = pytest.mark.usefixtures("database")


def row(customer_id: int, latitude: float, longitude: float, crs: Crs = Crs.WGS84, minutes: float = 0.0) -> PlaceRow:
    until = at(minutes, days=30)
    return PlaceRow(customer_id, latitude, longitude, crs.value, 0.0, "event.location", at(minutes), until)


async def people(count: int) -> list[int]:
    await Customer.bulk_create(Customer(created_at=NOON) for _ in range(count))
    ids: list[int] = await Customer.all().order_by("id").values_list("id", flat=True)  # type: ignore[assignment]
    return ids


async def ids_near(point: Point, radius_m: float, after_id: int = 0) -> list[int]:
    return [each async for batch in customers_near(point, radius_m, NOON, after_id) for each in batch]


async def count(point: Point, radius_m: float) -> int:
    return (await count_near(point, radius_m, NOON, cell_m=CELL_M)).count


def away_m(point: Point, place: PlaceRow) -> float:
    here = convert(point, Crs(place.crs))
    return distance_m(here.latitude, here.longitude, place.latitude, place.longitude)


async def test_those_are_near_whom_brute_force_finds() -> None:
    dice = random.Random(11)
    centres = [(31.2304, 121.4737), (-16.5, 180.0), (-16.5, -179.998), (89.99, 20.0), (-90.0, 0.0), (51.5, 0.0)]
    rows = []
    for customer_id in await people(900):
        latitude, longitude = dice.choice(centres)
        latitude = max(-90.0, min(90.0, latitude + dice.gauss(0, 0.03)))
        longitude = (longitude + dice.gauss(0, 0.03) + 180) % 360 - 180
        rows.append(
            row(customer_id, *coarse(latitude, longitude, dice.choice([CELL_M, 250.0])), dice.choice(list(Crs)))
        )
    await put_places(rows)

    for latitude, longitude in centres:
        for crs, radius_m in [(Crs.WGS84, 3000.0), (Crs.GCJ02, 900.0), (Crs.BD09, 100_000.0), (Crs.WGS84, 0.0)]:
            point = Point(latitude, longitude, crs)
            expected = [each.customer_id for each in rows if away_m(point, each) <= radius_m]
            assert await ids_near(point, radius_m) == expected
            assert await count(point, radius_m) == len(expected)
    assert await count(Point(*centres[1], Crs.WGS84), 100_000.0) > 250


async def test_a_centre_exactly_on_the_circle_is_within() -> None:
    [customer_id] = await people(1)
    await put_places([row(customer_id, 31.25, 121.4737)])
    metres = distance_m(HERE.latitude, HERE.longitude, 31.25, 121.4737)
    assert (await count(HERE, metres), await count(HERE, math.nextafter(metres, 0.0))) == (1, 0)


async def test_the_answer_states_how_far_a_cell_may_mislead() -> None:
    near = await count_near(HERE, 3000.0, NOON, cell_m=CELL_M)
    assert near.count == 0
    assert near.error_m == pytest.approx(CELL_M * 2**0.5 / 2, abs=3)
    assert (await count_near(HERE, 3000.0, NOON, cell_m=2000.0)).error_m == pytest.approx(1414, abs=4)


async def test_expired_places_do_not_count_even_before_they_are_deleted() -> None:
    ids = await people(3)
    await put_places([row(each, 31.23, 121.47, minutes=number) for number, each in enumerate(ids)])
    for zone in (NOON.tzinfo, BRAND_ZONE):
        moment = (NOON + timedelta(days=30, minutes=1)).astimezone(zone)
        assert (await count_near(HERE, 3000.0, moment, cell_m=CELL_M)).count == 1
        assert [batch async for batch in customers_near(HERE, 3000.0, moment)] == [ids[2:]]


async def test_batches_are_small_go_by_id_and_go_on_where_one_stopped() -> None:
    ids = await people(2 * BATCH + 300)
    await put_places([row(each, 31.23, 121.47) for each in ids if each % 23])
    near = [each for each in ids if each % 23]
    batches = [batch async for batch in customers_near(HERE, 3000.0, NOON)]
    assert [each for batch in batches for each in batch] == near
    assert max(map(len, batches)) <= BATCH
    assert await ids_near(HERE, 3000.0, after_id=near[-500]) == near[-499:]
    assert await ids_near(HERE, 3000.0, after_id=ids[-1]) == []


async def test_people_whose_ids_lie_close_together_are_all_told() -> None:
    ids = await people(3 * BATCH)
    near = ids[200 : BATCH + 700]
    await put_places([row(each, 31.23, 121.47) if each in near else row(each, 39.9, 116.4) for each in ids])
    batches = [batch async for batch in customers_near(HERE, 3000.0, NOON)]
    assert [each for batch in batches for each in batch] == near
    assert max(map(len, batches)) <= BATCH


async def test_who_goes_while_others_are_read_is_not_told() -> None:
    ids = await people(2 * BATCH)
    await put_places([row(each, 31.23, 121.47) for each in ids])
    batches = customers_near(HERE, 3000.0, NOON)
    first = await anext(batches)
    await Place.filter(customer_id=ids[-1]).delete()
    await put_places([row(ids[-2], 39.9, 116.4, minutes=1)])
    assert first + [each async for batch in batches for each in batch] == ids[:-2]


async def test_withdrawal_erasing_moving_and_merging_are_seen_at_once() -> None:
    who = [await meet(f"o-{number}") for number in range(5)]
    for each in who:
        await grant(each, Purpose.LOCATION, "text")
    await put_places([row(each.customer_id, 31.23, 121.47, minutes=n) for n, each in enumerate(who)])
    assert (await count(HERE, 3000.0), len(await ids_near(HERE, 3000.0))) == (5, 5)

    await withdraw(who[0], Purpose.LOCATION, "text")
    await erase_person(who[1].customer_id, at(5))
    await put_places([row(who[2].customer_id, 39.9, 116.4, Crs.GCJ02, minutes=9)])
    await merge(who[3].customer_id, who[4].customer_id, "test", at(6))

    assert await count(HERE, 3000.0) == 1
    assert await ids_near(HERE, 3000.0) == [who[3].customer_id]
    assert await ids_near(Point(39.9, 116.4, Crs.GCJ02), 3000.0) == [who[2].customer_id]


async def test_a_place_is_measured_in_the_system_it_was_kept_in() -> None:
    ids = await people(2)
    there = to_gcj02(HERE)  # some 500 m beside HERE by its numbers
    await put_places(
        [row(ids[0], HERE.latitude, HERE.longitude), row(ids[1], there.latitude, there.longitude, Crs.GCJ02)]
    )
    assert await ids_near(HERE, 50.0) == ids
    assert await ids_near(there, 50.0) == ids


async def test_every_way_to_store_a_place_gives_it_its_key() -> None:
    ids = await people(2)
    await put_places([row(ids[0], 31.23, 121.47)])
    times = {"captured_at": at(), "expires_at": at(days=1)}
    await Place.create(
        customer_id=ids[1], latitude=31.24, longitude=121.47, crs="gcj02", accuracy_m=0, source="", **times
    )
    keys = [key_of(31.23, 121.47, Crs.WGS84), key_of(31.24, 121.47, Crs.GCJ02)]
    assert await Place.all().order_by("id").values_list("cell", flat=True) == keys
    await put_places([row(ids[0], 30.0, 120.0, Crs.BD09, minutes=1)])
    assert (await Place.get(customer_id=ids[0])).cell == key_of(30.0, 120.0, Crs.BD09)


@pytest.mark.parametrize("radius_m", [-1.0, 100_001.0, math.nan, math.inf])
async def test_a_radius_out_of_range_is_refused(radius_m: float) -> None:
    with pytest.raises(Invalid, match="radius_m"):
        await count_near(HERE, radius_m, NOON, cell_m=CELL_M)
    with pytest.raises(Invalid, match="radius_m"):
        await ids_near(HERE, radius_m)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_cells_and_people_are_found_by_index() -> None:
    queried = [
        (queries._CELLS_SQLITE, ["[]"]),
        (queries._COUNT_SQLITE, ["[]", ""]),
        (queries._PEOPLE_SQLITE, ["[]", "", 0, 9, 9]),
    ]
    for statement, values in queried:
        plan = await connection().execute_query_dict(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [step["detail"] for step in plan if "place" in step["detail"] or step["detail"].split()[1:2] == ["p"]]
        assert steps and all(step.startswith("SEARCH") and "INDEX" in step for step in steps), steps
