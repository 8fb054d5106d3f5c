"""Reception: what happens when a customer follows or scans, the following and the binding together."""

from __future__ import annotations

from core.ports import Subject
from customers.following import follow
from guides.binding import Bindings, Meeting


class Reception:
    """Receives customers, inside the caller's transaction."""

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings

    async def follow(self, who: Subject, scene: str | None) -> Meeting:
        """A subscribe event; ``scene`` without WeChat's ``qrscene_`` prefix (``guides.scenes.scene_of_follow``)."""
        await follow(who, f"scene:{scene}"[:64] if scene else "")
        return await self._bindings.meet(who, scene)

    async def scan(self, who: Subject, scene: str | None) -> Meeting:
        """A SCAN event of somebody who follows already."""
        return await self._bindings.meet(who, scene)
