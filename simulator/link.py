"""How the shop day talks to the simulated platform: who its people are, what they did, what reached them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulator.state.stocks import Act


class LinkBroken(Exception):
    """The simulator's own addresses cannot be used; the message says why."""


@dataclass(slots=True)
class Link:
    """Speaks to ``{base}/_sim/…`` of a running simulator; raises LinkBroken."""

    session: aiohttp.ClientSession
    base: str

    async def register(self, people: Sequence[dict[str, Any]]) -> None:
        await self._post("people", {"people": list(people)})

    async def note(self, app_id: str, openid: str, act: Act, *, scene: str = "", template: str = "") -> None:
        told = {"app_id": app_id, "openid": openid, "act": act.value, "scene": scene, "template": template}
        await self._post("acts", {"acts": [told]})

    async def note_all(self, app_id: str, openids: Sequence[str], act: Act, *, template: str = "") -> None:
        """Many people did the same."""
        told = [{"app_id": app_id, "openid": openid, "act": act.value, "template": template} for openid in openids]
        await self._post("acts", {"acts": told})

    async def end_tokens(self, forget: bool = False) -> None:
        """Ends every access token now: 42001 from here on, or 40001 when forgotten."""
        await self._post("end_tokens", {"forget": forget})

    async def code(self, app_id: str, openid: str, purpose: str) -> str:
        answer = await self._post("codes", {"app_id": app_id, "openid": openid, "purpose": purpose})
        return str(answer["code"])

    async def stage(self) -> dict[str, Any]:
        """By app id: ``scenes`` {scene: ticket} and ``menu_keys``."""
        return await self._get("stage", {})

    async def accepted(self, since: int, fields: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Messages WeChat took after sequence number ``since``, whole or with ``fields`` alone."""
        query = {"since": str(since)} | ({"fields": ",".join(fields)} if fields else {})
        rows: list[dict[str, Any]] = (await self._get("accepted", query))["messages"]
        return rows

    async def rates(self) -> dict[str, Any]:
        """By app id and path, how fast calls came."""
        return await self._get("rates", {})

    async def counters(self) -> dict[str, Any]:
        return await self._get("counters", {})

    async def webhook(self, base: str) -> None:
        await self._post("webhook", {"base": base})

    async def turn(self, knobs: dict[str, Any]) -> None:
        await self._post("knobs", knobs)

    async def _post(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", name, json=body)

    async def _get(self, name: str, query: dict[str, str]) -> dict[str, Any]:
        return await self._ask("GET", name, params=query)

    async def _ask(self, method: str, name: str, **request: Any) -> dict[str, Any]:
        try:
            async with self.session.request(method, f"{self.base}/_sim/{name}", **request) as response:
                answer: dict[str, Any] = await response.json()
        except (aiohttp.ClientError, TimeoutError) as fault:
            raise LinkBroken(f"{self.base}/_sim/{name}: {type(fault).__name__} {fault}") from fault
        if response.status != 200:
            raise LinkBroken(f"{self.base}/_sim/{name}: {answer.get('error')}")
        return answer
