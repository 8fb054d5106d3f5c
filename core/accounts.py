"""An account: one WeChat app id with its secrets, as every room knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class AccountKind(StrEnum):
    OFFICIAL_ACCOUNT = "official_account"
    MINI_PROGRAM = "mini_program"


class Subtype(StrEnum):
    SERVICE = "service"
    SUBSCRIPTION = "subscription"


class Mode(StrEnum):
    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class Crs(StrEnum):
    """Coordinate reference systems in use in China."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Account:
    """One WeChat app. ``key`` is our name for it (the path of its webhook); secrets never show in ``repr``."""

    key: str
    kind: AccountKind
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(default="", repr=False)
    previous_aes_key: str = field(default="", repr=False)
    mode: Mode = Mode.SAFE
    subtype: Subtype = Subtype.SERVICE
    verified: bool = True
    api_base: str = "https://api.weixin.qq.com"
    location_crs: Crs = Crs.WGS84
    calls_per_s: int = 100
    customer_service_transfer: bool = False
    forward_to: str = ""
