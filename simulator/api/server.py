"""Puts every address on one aiohttp application; each call passes the same gate: mishaps, proof, quota, handler."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from aiohttp import web

from simulator.api import (
    access_tokens,
    control,
    customer_service,
    followers,
    media,
    menus,
    mini_links,
    mini_programs,
    notices,
    qrcode_calls,
    upkeep,
)
from simulator.api.calls import Call, Proof, Route, read_body, read_upload
from simulator.api.results import RESULTS, Results
from simulator.refusals import Refusal
from simulator.state.world import App, World

ROUTES: tuple[Route, ...] = (
    *access_tokens.ROUTES,
    *followers.ROUTES,
    *qrcode_calls.ROUTES,
    *menus.ROUTES,
    *customer_service.ROUTES,
    *notices.ROUTES,
    *media.ROUTES,
    *mini_programs.ROUTES,
    *mini_links.ROUTES,
    *upkeep.ROUTES,
)
CONTENT_TYPE = "application/json; encoding=utf-8"


def make_app(world: World) -> web.Application:
    """The application that answers for ``world``; result events are pushed to ``world.webhook`` once it is known."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app[RESULTS] = Results(world)
    app.cleanup_ctx.append(app[RESULTS].running)
    for path in {route.path for route in ROUTES}:
        ways = {route.method: route for route in ROUTES if route.path == path}
        app.router.add_route("*", path, _Gate(world, app[RESULTS], path, ways).answer)
    control.add_routes(app, world)
    return app


class _Gate:
    """What happens to each call of one path."""

    def __init__(self, world: World, results: Results, path: str, ways: dict[str, Route]) -> None:
        self._world, self._results, self._path, self._ways = world, results, path, ways

    async def answer(self, request: web.Request) -> web.StreamResponse:
        world = self._world
        world.ledger.calls[self._path] += 1
        if delay_s := world.dice.delay_s(self._path):
            world.ledger.mishaps["slow"] += 1
            await asyncio.sleep(delay_s)
        if world.dice.is_broken(self._path):
            world.ledger.mishaps["broken"] += 1
            return web.Response(status=502, text="Bad Gateway")
        try:
            call, answer = await self._handle(request)
        except Refusal as refusal:
            return self._refuse(refusal)
        if call.accepted:
            self._results.announce(call.app, call.accepted)
        return self._after(request, call) or self._say(answer)

    async def _handle(self, request: web.Request) -> tuple[Call, dict[str, Any] | web.Response]:
        route = self._ways.get(request.method)
        if route is None:
            raise Refusal(43002 if "POST" in self._ways else 43001)
        body: dict[str, Any] = {}
        if route.proof is not Proof.TOKEN and request.method == "POST":
            body = await read_body(request)
        app = self._app(route, request, body)
        app.quotas.use(self._path)
        if (code := self._world.dice.error_for(self._path)) is not None:
            raise Refusal(code)
        call = Call(self._world, app, self._path, request.query, body)
        if route.takes_form:
            call.upload = await read_upload(request)
        elif request.method == "POST" and not body:
            call.body = await read_body(request)
        return call, await route.handler(call)

    def _app(self, route: Route, request: web.Request, body: dict[str, Any]) -> App:
        match route.proof:
            case Proof.TOKEN:
                app = _app_of_token(self._world, request.query.get("access_token", ""))
            case Proof.SECRET:
                app = _app_of_secret(self._world, {**request.query, **body})
            case Proof.NONE:
                return next(iter(self._world.apps.values()))
        if app.account.ip_allow and request.remote not in app.account.ip_allow:
            raise Refusal(40164, f"{request.remote}")
        if app.account.kind not in route.kinds:
            raise Refusal(48001)
        return app

    def _after(self, request: web.Request, call: Call) -> web.Response | None:
        """The answer a mishap makes of a call that already took effect."""
        mishap = ""
        if self._world.dice.is_lost(self._path):
            mishap = "lost"
            if request.transport:
                request.transport.abort()
        elif self._world.dice.is_broken_after(self._path):
            mishap = "broken_after"
        elif self._world.dice.is_nonsense(self._path):
            mishap = "nonsense"
        if not mishap:
            return None
        self._world.ledger.mishaps[mishap] += 1
        if call.accepted:
            call.accepted.answered = False
        if mishap == "nonsense":
            return web.Response(text="<html><body>It works!</body></html>", content_type="text/html")
        return web.Response(status=502, text="Bad Gateway")

    def _refuse(self, refusal: Refusal) -> web.Response:
        self._world.ledger.errors[str(refusal.code)] += 1
        rid = f"{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:8]}"
        return self._say({"errcode": refusal.code, "errmsg": f"{refusal.errmsg} rid: {rid}"})

    def _say(self, answer: dict[str, Any] | web.Response) -> web.Response:
        if isinstance(answer, web.Response):
            return answer
        is_plain = any(route.plain for route in self._ways.values())
        return web.Response(
            body=json.dumps(answer, ensure_ascii=False).encode(),
            headers={"Content-Type": "text/plain" if is_plain else CONTENT_TYPE},
        )


def _app_of_token(world: World, token: str) -> App:
    if not token:
        raise Refusal(41001)
    for app in world.apps.values():
        if token in app.tokens.ends_at:
            app.tokens.check(token)
            return app
    raise Refusal(40001)


def _app_of_secret(world: World, entries: dict[str, Any]) -> App:
    app = world.app(str(entries.get("appid", "")))
    secret = str(entries.get("secret", ""))
    if not secret:
        raise Refusal(41004)
    if secret != app.account.app_secret:
        raise Refusal(40125)
    return app
