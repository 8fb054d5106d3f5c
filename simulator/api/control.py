"""``/_sim/…``: what tests and the shop day ask of the simulator itself. Not WeChat's; needs no token."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from simulator.api.calls import read_body
from simulator.refusals import Refusal
from simulator.state.ledger import Accepted
from simulator.state.stocks import Act
from simulator.state.world import World

_Ask = Callable[[World, Mapping[str, str], dict[str, Any]], dict[str, Any]]


def accepted(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """``?since=SEQ&limit=N`` and any of app_id, openid, api, msgtype, client_msg_id; ``total`` counts every message.

    ``fields=openid,client_msg_id,…`` leaves the other fields out: much cheaper where there are many.
    """
    names = ("app_id", "openid", "api", "msgtype", "client_msg_id")
    wanted = {name: query[name] for name in names if name in query}
    fields = tuple(query.get("fields", "").split(",")) if query.get("fields") else ()
    if unknown := [name for name in fields if name not in Accepted.__slots__]:
        raise ValueError(f"no field is called {unknown[0]!r}; there are {', '.join(Accepted.__slots__)}")
    rows = world.ledger.since(int(query.get("since", 0)), int(query.get("limit", 1 << 60)), wanted)
    return {"total": len(world.ledger.rows), "messages": [row.as_dict(fields) for row in rows]}


def counters(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return world.ledger.counters() | {
        "tokens_issued": {app_id: app.tokens.issued for app_id, app in world.apps.items()},
        "following": {
            app_id: sum(known.following for known in app.people.values()) for app_id, app in world.apps.items()
        },
    }


def rates(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """By app id and path, how fast calls came: see ``Quotas.rates``."""
    return {app_id: app.quotas.rates() for app_id, app in world.apps.items()}


def stage(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """What people of the day meet: living scenes with their tickets and the click keys of the menu, by app id."""
    return {
        app_id: {"scenes": app.qrcodes.scenes(), "menu_keys": _click_keys(app.menu or {})}
        for app_id, app in world.apps.items()
    }


def knobs(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    world.turn(body)
    return world.knobs.values()


def people(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    for each in body["people"]:
        world.register(each["app_id"], each)
    return {"people": len(body["people"])}


def acts(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    for each in body["acts"]:
        world.note(
            each["app_id"],
            each["openid"],
            Act(each["act"]),
            scene=each.get("scene", ""),
            template=each.get("template", ""),
        )
    return {"acts": len(body["acts"])}


def codes(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """A one-time code for {"app_id", "openid", "purpose": "login" | "phone"}."""
    app = world.app(body["app_id"])
    app.know(body["openid"])
    return {"code": app.codes.mint(body["purpose"], body["openid"])}


def webhook(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Where results are pushed: {"base": "http://host:port"}, empty for nowhere."""
    world.webhook = str(body["base"]).rstrip("/")
    return {"base": world.webhook}


def end_tokens(world: World, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Ends tokens now, of {"app_id"} or of all; {"forget": true} makes them answer 40001 instead of 42001."""
    apps = [world.app(body["app_id"])] if "app_id" in body else list(world.apps.values())
    for app in apps:
        app.tokens.end_all(forget=body.get("forget") is True)
    return {"apps": len(apps)}


_ADDRESSES: tuple[tuple[str, str, _Ask], ...] = (
    ("GET", "accepted", accepted),
    ("GET", "counters", counters),
    ("GET", "rates", rates),
    ("GET", "stage", stage),
    ("GET", "knobs", knobs),
    ("POST", "knobs", knobs),
    ("POST", "people", people),
    ("POST", "acts", acts),
    ("POST", "codes", codes),
    ("POST", "webhook", webhook),
    ("POST", "end_tokens", end_tokens),
)


def add_routes(app: web.Application, world: World) -> None:
    for method, name, ask in _ADDRESSES:
        app.router.add_route(method, f"/_sim/{name}", _answering(ask, world))


def _answering(ask: _Ask, world: World) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            body = await read_body(request) if request.method == "POST" else {}
            return web.json_response(ask(world, request.query, body), dumps=_dumps)
        except (Refusal, KeyError, TypeError, ValueError) as fault:
            return web.json_response({"error": f"{type(fault).__name__}: {fault}"}, status=400, dumps=_dumps)

    return answer


def _click_keys(menu: Mapping[str, Any]) -> list[str]:
    keys: list[str] = []
    for button in menu.get("button", ()):
        leaves = button.get("sub_button") or [button]
        keys += [leaf["key"] for leaf in leaves if leaf.get("type") == "click"]
    return keys


_dumps = functools.partial(json.dumps, ensure_ascii=False)
