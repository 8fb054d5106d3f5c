"""What the demo needs before the doors open: a fresh folder, secrets of its own, accounts, settings."""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import socket
import string
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(__file__).parent / "data"
OFFERS = {path.stem: path for path in sorted((DATA / "coupons").glob("*.toml"))}
FLASH_HOUR = 21

PLACES = [
    {"label": "上海市静安区铜仁路", "latitude": 31.2271, "longitude": 121.4507},
    {"label": "上海市徐汇区漕溪北路", "latitude": 31.1902, "longitude": 121.4402},
    {"label": "杭州市西湖区断桥", "latitude": 30.2606, "longitude": 120.1515},
    {"label": "北京市朝阳区工人体育场", "latitude": 39.9297, "longitude": 116.4424},
]


@dataclass(frozen=True, slots=True)
class Stage:
    """Addresses, the folder, and the environment both processes run in."""

    folder: Path
    product: str
    wechat: str
    environment: dict[str, str]
    simulator: dict[str, Any]


def set_up(folder: Path, database_url: str | None, redis_url: str) -> Stage:
    """A new stage in ``folder``, whatever lay there before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wechat = f"127.0.0.1:{_free_port()}"
    product = f"127.0.0.1:{_free_port()}"
    accounts = [_account("shop", "official_account", "safe", "xml"), _account("mini", "mini_program", "safe", "json")]
    environment = {
        "SCRM_CONFIG": os.devnull,
        "SCRM_DATABASE_URL": database_url or f"sqlite:///{folder / 'zhiji.db'}",
        "SCRM_REDIS_URL": redis_url,
        "SCRM_SECRET_KEY": secrets.token_hex(32),
        "SCRM_LISTEN": product,
        "SCRM_LOG_LEVEL": "warning",
        "SCRM_BRAND__NAME": "知己",
        "PYTHONUNBUFFERED": "1",
        "SCRM_BRAND__DEFAULT_BINDING": "least_loaded",
    }
    for account in accounts:
        for name in ("kind", "app_id", "app_secret", "token", "aes_key", "mode"):
            environment[f"SCRM_ACCOUNTS__{account['key'].upper()}__{name.upper()}"] = account[name]
        environment[f"SCRM_ACCOUNTS__{account['key'].upper()}__API_BASE"] = f"http://{wechat}"
    simulator = {"listen": wechat, "accounts": accounts, "places": PLACES, "posters": posters()}
    (folder / "wechat.json").write_text(json.dumps(simulator, ensure_ascii=False), encoding="utf-8")
    return Stage(folder, product, wechat, {**os.environ, **environment}, simulator)


def offer(name: str) -> dict[str, Any]:
    """One of ``OFFERS``, as ``coupon add`` takes it."""
    return tomllib.loads(OFFERS[name].read_text(encoding="utf-8"))


def posters() -> list[dict[str, Any]]:
    """What people read of our offers before they ask; the welcome gift is told to nobody."""
    told: dict[str, dict[str, Any]] = {
        "offer": {},
        "near": {"near": True},
        "flash": {"flash_hour": FLASH_HOUR, "key": flash_key()},
    }
    return [{"title": offer(name)["title"], **more} for name, more in told.items()]


def flash_key() -> str:
    return f"coupon:{offer('flash')['code']}"


def menu() -> dict[str, Any]:
    """The official account's menu, as ``menu push`` takes it."""

    def under(name: str, **keys: str) -> dict[str, Any]:
        return {"name": name, "sub_button": [{"type": "click", "name": n, "key": key} for n, key in keys.items()]}

    return {
        "button": [
            under("门店", 附近门店="附近门店", 营业时间="营业时间"),
            under("优惠", 附近优惠="附近优惠", 我的优惠券="我的优惠券", 整点秒杀=flash_key()),
            {"type": "click", "name": "我的导购", "key": "我的导购"},
        ]
    }


def _account(key: str, kind: str, mode: str, body: str) -> dict[str, str]:
    alphabet = string.ascii_letters + string.digits
    return {
        "key": key,
        "kind": kind,
        "app_id": "wx" + secrets.token_hex(8),
        "app_secret": secrets.token_hex(16),
        "token": secrets.token_hex(12),
        "aes_key": "".join(random.SystemRandom().choices(alphabet, k=42)) + "A",
        "mode": mode,
        "format": body,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
