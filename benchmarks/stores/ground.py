"""Where stores and people are: scattered around real shops, so that they are as dense as cities are."""

from __future__ import annotations

import csv
import math
import os
import random
from collections.abc import Callable
from pathlib import Path

Say = Callable[[str], None]
Degrees = tuple[float, float]

STORE_KM, HOME_KM = 3.0, 4.0
_CITIES = (
    (31.2304, 121.4737), (39.9042, 116.4074), (23.1291, 113.2644), (22.5431, 114.0579), (30.5728, 104.0668),
    (30.2741, 120.1551), (29.5630, 106.5516), (34.3416, 108.9398), (32.0603, 118.7969), (30.5928, 114.3055),
)  # fmt: skip


def read_shops(say: Say) -> list[Degrees]:
    """Real shops of China, WGS-84: of the list beside the checkout or where ``ZHIJI_DATA`` says, else ten cities."""
    root = Path(os.environ.get("ZHIJI_DATA") or Path(__file__).parents[3] / "shared" / "data")
    try:
        with (root / "stores_china.csv").open(encoding="utf-8-sig", newline="") as lines:
            return [(float(line["Latitude"]), float(line["Longitude"])) for line in csv.DictReader(lines)]
    except FileNotFoundError:
        say(f"no {root / 'stores_china.csv'}: scattered around ten cities instead of real shops")
        return list(_CITIES)


def scatter(shops: list[Degrees], count: int, mean_km: float, seed: int) -> list[Degrees]:
    """``count`` places, each beside a shop drawn at random: any way off, ``mean_km`` on average."""
    dice = random.Random(seed)
    places = []
    for _ in range(count):
        latitude, longitude = dice.choice(shops)
        away, turn = dice.expovariate(1 / mean_km) / 111.2, dice.uniform(0, 2 * math.pi)
        level = math.cos(math.radians(latitude))
        places.append((latitude + away * math.sin(turn), longitude + away * math.cos(turn) / level))
    return places
