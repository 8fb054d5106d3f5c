"""What is found on the sphere is exactly what brute force finds, and a large one grows in steps."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.places import distance_m
from guides.sphere import Sphere, Spot
from guides.stores import in_turns

degrees = st.tuples(
    st.one_of(st.sampled_from([-90.0, 90.0, 0.0, 89.999, 31.23]), st.floats(-90.0, 90.0)),
    st.one_of(st.sampled_from([-180.0, 180.0, 179.999, -179.999, 0.0, 121.47]), st.floats(-180.0, 180.0)),
)
crowds = st.lists(
    st.one_of(degrees, st.tuples(st.floats(31.20, 31.25), st.floats(121.45, 121.50))), min_size=0, max_size=80
)


radii = st.one_of(st.sampled_from([-1.0, 0.0, 3000.0, 5e6, 3e7, math.inf]), st.floats(0.0, 2.1e7))


def ranked(spots: list[Spot], here: tuple[float, float]) -> list[tuple[float, str]]:
    """Brute force."""
    return sorted((distance_m(*here, spot.latitude, spot.longitude), spot.key) for spot in spots)


def told(found: Iterable[tuple[float, Spot]]) -> list[tuple[float, str]]:
    return [(metres, spot.key) for metres, spot in found]


@given(crowds, degrees, st.integers(0, 90), radii)
@example([(90.0, 10.0), (90.0, -170.0), (-90.0, 0.0)], (90.0, 0.0), 2, 0.0)
@example([(0.0, 180.0), (0.0, -180.0), (0.0, 179.999)], (0.0, -179.999), 2, 250.0)
@settings(max_examples=600, deadline=None)
def test_what_is_found_is_what_brute_force_finds(
    places: list[tuple[float, float]], here: tuple[float, float], k: int, radius_m: float
) -> None:
    spots = [Spot(*place, f"{number:03d}") for number, place in enumerate(places)]
    expected, sphere = ranked(spots, here), Sphere(spots)
    inside = [each for each in expected if each[0] <= radius_m]
    assert told(sphere.nearest(*here, k)) == expected[:k]
    assert told(sphere.nearest(*here, k, radius_m)) == inside[:k]
    assert told(sphere.within(*here, radius_m)) == inside
    assert told(sphere.nearest_first(*here)) == expected
    assert told(sphere.nearest_first(*here, radius_m)) == inside


@given(st.lists(degrees, min_size=1, max_size=4), st.integers(1, 2000), degrees, st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_many_stores_at_few_points_are_told_by_their_keys(
    points: list[tuple[float, float]], count: int, here: tuple[float, float], k: int
) -> None:
    spots = [Spot(*points[number * number % len(points)], f"{number * 7919 % 10007:05d}") for number in range(count)]
    sphere = Sphere(spots)
    assert told(sphere.nearest(*here, k)) == ranked(spots, here)[:k]


def test_equally_far_spots_go_by_key_though_their_chords_differ_in_the_last_digit() -> None:
    dice, ties = random.Random(5), 0
    for _ in range(2000):
        here = dice.randrange(-80, 80) + 0.25, float(dice.randrange(-170, 170))
        step = dice.randrange(1, 4000) / 1024
        spots = [Spot(here[0], here[1] + step, dice.choice("ac")), Spot(here[0], here[1] - step, "b")]
        expected = ranked(spots, here)
        ties += expected[0][0] == expected[1][0]
        assert told(Sphere(spots).nearest(*here, 1)) == expected[:1]
    assert ties > 1000


def test_a_spot_exactly_on_the_circle_is_within() -> None:
    here, there = (31.2304, 121.4737), (31.2504, 121.4737)
    sphere, metres = Sphere([Spot(*there, "S1")]), distance_m(*here, *there)
    assert told(sphere.within(*here, metres)) == told(sphere.nearest(*here, 1, metres)) == [(metres, "S1")]
    assert sphere.within(*here, math.nextafter(metres, 0.0)) == sphere.nearest(*here, 1, metres - 1e-6) == []


@pytest.mark.parametrize("shape", ["city", "one point", "one point and few others", "a line"])
def test_thousands_grow_in_steps_into_what_grows_at_once(shape: str) -> None:
    dice = random.Random(3)
    make = {
        "city": lambda n: (dice.gauss(31.2, 0.05), dice.gauss(121.4, 0.05)),
        "one point": lambda n: (31.2, 121.4),
        "one point and few others": lambda n: (31.2 + (n % 997 == 5) * n / 1e5, 121.4),
        "a line": lambda n: (0.0, n / 50 - 100),
    }[shape]
    spots = [Spot(*make(number), f"{number:05d}") for number in range(10_000)]
    growth, steps = Sphere.growing(spots), 0
    while True:
        try:
            next(growth)
        except StopIteration as grown:
            sphere = grown.value
            break
        steps += 1
    for here in [(31.2, 121.4), (31.25, 121.43), (0.0, 99.99), (-31.0, -58.0)]:
        assert told(sphere.nearest(*here, 7)) == ranked(spots, here)[:7]
        assert told(Sphere(spots).within(*here, 900.0)) == told(sphere.within(*here, 900.0))
    assert steps >= 10


def test_the_nearest_of_ten_thousand_are_found_without_looking_at_all_of_them() -> None:
    dice = random.Random(7)
    places = [(dice.uniform(20, 45), dice.uniform(85, 125)) for _ in range(10_000)]
    sphere = Sphere([Spot(*place, str(number)) for number, place in enumerate(places)])
    queries = [(dice.uniform(20, 45), dice.uniform(85, 125)) for _ in range(200)]

    def five(here: tuple[float, float]) -> list[str]:
        return [spot.key for _, spot in sphere.nearest(*here, 5)]

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


async def test_between_the_steps_of_the_growth_everything_else_has_its_turn() -> None:
    dice = random.Random(1)
    spots = [Spot(dice.gauss(31.2, 0.05), dice.gauss(121.4, 0.05), f"{number:05d}") for number in range(10_000)]
    turns, is_grown = 0, False

    async def others() -> None:
        nonlocal turns
        while not is_grown:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    sphere = await in_turns(Sphere.growing(spots))
    is_grown = True
    await waiting
    assert len(list(sphere.nearest_first(31.2, 121.4))) == 10_000
    assert turns > 30
