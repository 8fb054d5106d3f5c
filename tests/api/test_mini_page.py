"""What docs/mini-program.md says is so: its requests are taken, its answers have these fields, its addresses exist."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from api.application import ApiParts, build_application
from api.mini_coupons import _SHOWN
from campaigns.coupons.refusals import No
from tests.api.house import House
from tests.campaigns.coupons.offers import publish
from tests.guides.brand import open_store

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mini-program.md"


def exchanges() -> list[tuple[str, Any, Any]]:
    """(path, body, answer) of every request on the page with the answer after it."""
    found = re.findall(
        r"^```\nPOST (\S+)\n(.+?)\n```\n.*?^```json\n(.+?)\n```$", PAGE.read_text(encoding="utf-8"), re.M | re.S
    )
    return [(path, json.loads(body), json.loads(answer)) for path, body, answer in found]


def shape(value: Any) -> Any:
    """Names and nesting, and what is a text, a number, null or neither."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items() if name != "figures"}
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__


def as_shown(answer: Any) -> Any:
    """Without the end of the map's long address."""
    return json.loads(re.sub(r';title:[^"]*', ";title:…", json.dumps(answer)))


async def test_the_examples_are_taken_and_answered_as_shown(house: House) -> None:
    house.moment = datetime.fromisoformat("2026-11-22T12:00:00+08:00")
    await open_store(
        "SH01", name="人民广场店", city="上海", address="西藏中路268号", phone="021-60000001", crs="gcj02",
        opening_hours="Mo-Su 10:00-22:00", latitude=31.2327, longitude=121.4756,
    )  # fmt: skip
    offer = {"title": "满300减50", "amount": 50, "threshold": 300, "weekdays": [6, 7], "hours": "10:00-21:00"}
    await publish(code="国庆满减50", radius_m=500, **offer)
    await house.coupons.refresh()
    token = await house.sign_in()
    assert len(exchanges()) == 5
    for path, body, shown in exchanges():
        sent = {"code": house.code()} if path.endswith("/session") else body
        answer = await house.post(path, token, json=sent)
        assert (answer.status, shape(answer.body)) == (201 if path.endswith("/coupons") else 200, shape(shown)), path
        if "stores" in shown or "offers" in shown:
            assert as_shown(answer.body) == shown
    far = {"latitude": 31.2497, "longitude": 121.4756}
    wish = {"template": "国庆满减50", "key": "another-wish", "place": far}
    [refused] = [block for block in map(json.loads, blocks()) if block.get("code") == "too_far"]
    assert (await house.post("/mini/mini/coupons", token, json=wish)).body == refused


def blocks() -> list[str]:
    return re.findall(r"^```json\n(.+?)\n```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_every_address_of_the_mini_program_is_on_the_page() -> None:
    nothing: Any = object()
    parts = ApiParts({}, nothing, nothing, 600.0, _Registry(), nothing, nothing, nothing)  # type: ignore[arg-type]
    addresses = {
        resource.canonical.replace("{account}", "mini").replace("{id}", "1").replace("{kind}", "svg")
        for resource in build_application(parts).router.resources()
    }
    text = PAGE.read_text(encoding="utf-8")
    ours = {address for address in addresses if address.startswith("/mini/")}
    assert len(ours) >= 7
    assert [address for address in sorted(ours) if address not in text] == []


class _Registry:
    def register(self, _: object) -> None:
        """Takes any collector."""


def test_the_reasons_and_figures_listed_are_those_there_are() -> None:
    rows = re.findall(r"^\| (`[a-z_`、]+`) \| [^|]+ \|([^|]*)\|$", PAGE.read_text(encoding="utf-8"), re.M)
    listed = {
        code: set(re.findall("[a-z]+", figures)) for codes, figures in rows for code in re.findall("[a-z_]+", codes)
    }
    del listed["code"]  # the head of a table
    assert len(listed) >= 12
    assert set(listed) <= set(No)
    told = {no.value: figures for no, figures in _SHOWN.items()}
    assert {code: figures for code, figures in listed.items() if figures} == told
