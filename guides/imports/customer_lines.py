"""Checks one row of a customers file and turns it into what will be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from core.errors import Invalid
from customers.phones import PhoneVault
from guides.imports.birthdays import read_birthday
from guides.imports.csv_file import Layout, Row

KEYS = ("phone", "member_no", "openid", "unionid")
"""What tells that a row and a stored customer are one person."""

LAYOUT = Layout(
    fields=(*KEYS, "name", "birthday", "time_zone", "guide_code", "tags"),
    required=(),
    verbatim=frozenset({"member_no", "openid", "unionid", "guide_code"}),
    longest={
        **{"phone": 64, "member_no": 64, "openid": 128, "unionid": 128},
        **{"name": 64, "time_zone": 64, "guide_code": 64},
    },
)
_LONGEST_TAG = 64
_FULL_WIDTH = str.maketrans("；：", ";:")


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A sound row; empty for what it does not say. ``phone`` is normalised, ``tags`` are (group, name)."""

    row: Row
    phone: str
    phone_hash: str
    member_no: str
    openid: str
    unionid: str
    name: str
    birthday: str
    time_zone: str
    guide_code: str
    tags: tuple[tuple[str, str], ...]

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys this row has, the phone as its hash."""
        values = (self.phone_hash, self.member_no, self.openid, self.unionid)
        return {key: value for key, value in zip(KEYS, values, strict=True) if value}


def read_customer(row: Row, vault: PhoneVault, app_id: str, today: date) -> CustomerLine:
    """Raises ``Invalid`` that names the cell."""
    if not any(row.get(key) for key in KEYS):
        raise Invalid("phone", "nothing tells who this is", f"give one of {', '.join(KEYS)}")
    if row.get("openid") and not app_id:
        raise Invalid("openid", "an openid belongs to one account, none was named", "name the account")
    phone = vault.normalise(row.get("phone")) if row.get("phone") else ""
    birthday = row.get("birthday")
    return CustomerLine(
        row=row,
        phone=phone,
        phone_hash=vault.hash(phone) if phone else "",
        member_no=row.get("member_no"),
        openid=row.get("openid"),
        unionid=row.get("unionid"),
        name=row.get("name"),
        birthday=read_birthday(birthday, today) if birthday else "",
        time_zone=_time_zone(row.get("time_zone")),
        guide_code=row.get("guide_code"),
        tags=_tags(row.get("tags")),
    )


def _time_zone(text: str) -> str:
    """The IANA name as it is written there; letters' case makes no difference."""
    found = _zones().get(text.lower())
    if found is None and text:
        raise Invalid("time_zone", f"{text!r} is no time zone", "write one such as Asia/Shanghai or Europe/London")
    return found or ""


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _tags(text: str) -> tuple[tuple[str, str], ...]:
    """``风格:通勤;尺码:M`` as pairs, each once."""
    tags: dict[tuple[str, str], None] = {}
    for part in filter(None, (part.strip() for part in text.translate(_FULL_WIDTH).split(";"))):
        group, _, name = (piece.strip() for piece in part.partition(":"))
        if not group or not name:
            raise Invalid("tags", f"{part!r} has no group or no name", "write group:name;group:name")
        if max(len(group), len(name)) > _LONGEST_TAG:
            raise Invalid("tags", f"{part!r} is longer than {_LONGEST_TAG} characters", "shorten it")
        tags[group, name] = None
    return tuple(tags)
