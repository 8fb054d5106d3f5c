"""Scenes: what a QR code carries, whose it is, and what WeChat answered when it was made."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from core.errors import Invalid, Missing
from models import Audit, Scene, Staff

MOST_CHARACTERS = 64
"""WeChat's limit for ``scene_str``."""

_FOLLOW_PREFIX = "qrscene_"
# A mini-program code takes 32 of these; our names fit both kinds of code.
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.-]{1,30}")


@dataclass(frozen=True, slots=True)
class SceneCard:
    """One QR code's meaning. ``has_left`` is true where its guide no longer works here."""

    app_id: str
    scene: str
    guide_id: int
    guide_code: str
    guide_name: str
    store_code: str
    store_name: str
    has_left: bool
    ticket: str
    url: str
    created_at: datetime
    expires_at: datetime | None


def scene_of_follow(event_key: str) -> str | None:
    """The scene in a subscribe event's EventKey (``qrscene_<scene>``), None where nothing was scanned."""
    scene = event_key.removeprefix(_FOLLOW_PREFIX)
    return scene if scene and event_key.startswith(_FOLLOW_PREFIX) else None


def scene_name_for(guide_code: str) -> str:
    """The scene of a guide's own code: always the same, 3 to 32 characters that both kinds of WeChat code accept."""
    if _PLAIN_CODE.fullmatch(guide_code):
        return f"g_{guide_code}"
    return f"h_{hashlib.sha256(guide_code.encode()).hexdigest()[:24]}"


async def find_scene(app_id: str, scene: str) -> SceneCard | None:
    if len(scene) > MOST_CHARACTERS:
        return None  # whatever was scanned, it is no code of ours
    found = await Scene.get_or_none(app_id=app_id, scene=scene).prefetch_related("guide__store")
    return _card(found) if found else None


async def list_scenes() -> list[SceneCard]:
    """Every scene of every account, by account, guide and name."""
    rows = await Scene.all().order_by("app_id", "guide__code", "scene").prefetch_related("guide__store")
    return [_card(row) for row in rows]


async def get_scannable_guide(guide_code: str) -> str:
    """The name of a guide a code may be made for; raises ``Missing`` and ``Invalid`` (has left)."""
    return (await _get_guide(guide_code)).name


async def store_scene(
    app_id: str,
    guide_code: str,
    scene: str,
    *,
    ticket: str,
    url: str,
    at: datetime,
    expires_at: datetime | None,
    actor: str,
) -> SceneCard:
    """Keep what WeChat answered; a scene made again keeps its guide and takes the new ticket.

    Raises ``Missing`` (guide), ``Invalid`` (has left, name too long, or the scene is another guide's).
    """
    if not 1 <= len(scene) <= MOST_CHARACTERS:
        raise Invalid("scene", f"has {len(scene)} characters", f"WeChat takes 1 to {MOST_CHARACTERS}")
    async with in_transaction():
        guide = await _get_guide(guide_code)
        row = await Scene.get_or_none(app_id=app_id, scene=scene).prefetch_related("guide")
        if row and row.guide.id != guide.id:
            raise Invalid("scene", f"{scene!r} is {row.guide.name}'s ({row.guide.code})", "choose another name")
        row = row or Scene(app_id=app_id, scene=scene, guide=guide, created_at=at)
        row.ticket, row.url, row.expires_at = ticket, url, expires_at
        await row.save()
        detail = {"app_id": app_id, "scene": scene, "guide": guide_code}
        await Audit.create(at=at, actor=actor, action="scene.create", subject=f"scene:{row.id}", detail=detail)
        await row.fetch_related("guide__store")
    return _card(row)


async def _get_guide(guide_code: str) -> Staff:
    guide = await Staff.get_or_none(code=guide_code)
    if guide is None:
        raise Missing(f"no guide {guide_code!r}: import guides first")
    if guide.left_at:
        raise Invalid("guide", f"{guide_code!r} has left", "choose a guide who works here")
    return guide


def _card(row: Scene) -> SceneCard:
    guide = row.guide
    return SceneCard(
        row.app_id,
        row.scene,
        guide.id,
        guide.code,
        guide.name,
        guide.store.code if guide.store else "",
        guide.store.name if guide.store else "",
        guide.left_at is not None,
        row.ticket,
        row.url,
        row.created_at,
        row.expires_at,
    )
