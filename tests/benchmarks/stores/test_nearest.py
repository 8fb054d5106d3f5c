"""What the stores benchmark compares is compared: wrong answers stop it, a missing Redis is said aloud."""

from __future__ import annotations

import pytest

from benchmarks.stores import nearest
from benchmarks.stores.ground import scatter
from benchmarks.stores.peers import geosearch
from core.places import distance_m
from guides.sphere import Sphere, Spot

SHOPS = [(31.2304, 121.4737), (39.9042, 116.4074)]


def test_places_are_scattered_around_the_shops_alike_each_time() -> None:
    places = scatter(SHOPS, 500, 3.0, seed=1)
    away_m = [min(distance_m(*place, *shop) for shop in SHOPS) for place in places]
    assert sum(away_m) / len(away_m) == pytest.approx(3000, rel=0.15)
    assert places == scatter(SHOPS, 500, 3.0, seed=1) != scatter(SHOPS, 500, 3.0, seed=2)


@pytest.mark.parametrize("other", [[100.0, 250.0], [100.0], [], [100.0, 202.0], [100.0, 200.0, 900.0]])
def test_answers_that_differ_stop_the_run(other: list[float]) -> None:
    with pytest.raises(RuntimeError, match="peer disagrees"):
        nearest._check_alike({"ours, index": [[100.0, 200.0]], "peer": [other]})


def test_answers_may_differ_by_redis_rounding_also_at_the_circle() -> None:
    nearest._check_alike({"ours, index": [[100.0, 200.0]], "peer": [[100.6, 199.1, 2999.5]]})


def test_stores_that_are_not_the_nearest_stop_the_run() -> None:
    stores = scatter(SHOPS, 300, 1.0, seed=3)
    sphere = Sphere([Spot(*place, f"{number:06d}") for number, place in enumerate(stores)])
    nearest._check_by_force(sphere, stores, SHOPS)
    with pytest.raises(RuntimeError, match="not the nearest"):
        nearest._check_by_force(Sphere([]), stores, SHOPS)


def test_without_redis_the_run_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geosearch, "URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(nearest, "SIZES", (50,))
    said: list[str] = []
    rows, ratios = nearest.measure(SHOPS, False, said.append)
    assert [row.get("engine") for row in rows] == ["ours, index", "ours, directory", None]
    assert ratios == {}
    assert "NO REDIS ANSWERS" in said[0] and "SKIPPED" in said[0]


@pytest.mark.redis
def test_redis_agrees_and_its_key_is_gone_afterwards() -> None:
    if geosearch.find_fault():
        pytest.skip("no Redis answers")
    stores = scatter(SHOPS, 200, 2.0, seed=4)
    with geosearch.laid_out(stores) as key:
        blocking, _ = geosearch.ask_blocking(key, SHOPS, 5, 3000.0)
        on_loop, _ = geosearch.ask_on_loop(key, SHOPS, 5, 3000.0)
    ours, _ = nearest._index(Sphere([Spot(*place, str(number)) for number, place in enumerate(stores)]), SHOPS)
    assert blocking == on_loop
    nearest._check_alike({"ours, index": ours, "redis": nearest._metres(blocking, 0.0)[0]})
    assert geosearch.ask_blocking(key, SHOPS, 5, 3000.0)[0] == [[], []]
