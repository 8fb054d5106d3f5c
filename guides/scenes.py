"""Scenes: what a QR code carries, whose it is, and what WeChat answered when it was made.

A guide's code binds whoever scans it. A code in a shop window is nobody's: it shows the store and what is on offer
there, and may give a coupon.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from core.errors import Invalid, Missing
from models import Audit, CouponTemplate, Scene, Staff, Store

MOST_CHARACTERS = 64
"""WeChat's limit for ``scene_str``."""

_FOLLOW_PREFIX = "qrscene_"
_WITH = ("guide__store", "store", "template")
# A mini-program code takes 32 of these; our names fit both kinds of code.
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.-]{1,30}")


@dataclass(frozen=True, slots=True)
class Window:
    """What a code in a shop window leads to: the store, and the coupon template it gives (empty where none)."""

    scene: str
    store_code: str
    store_name: str
    template: str = ""


@dataclass(frozen=True, slots=True)
class SceneCard:
    """One QR code's meaning: a guide's (``store_…`` is where the guide works), or a shop window's.

    ``has_left`` is true where its guide no longer works here.
    """

    app_id: str
    scene: str
    guide_id: int | None
    guide_code: str
    guide_name: str
    store_code: str
    store_name: str
    has_left: bool
    ticket: str
    url: str
    created_at: datetime
    expires_at: datetime | None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What WeChat answered when a code was made; ``expires_at`` None for a permanent one."""

    ticket: str
    url: str
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


def window_name_for(store_code: str, template: str) -> str:
    """The scene of a shop window: always the same for a store and what it gives, of the same shape as a guide's."""
    if _PLAIN_CODE.fullmatch(store_code) and not template:
        return f"s_{store_code}"
    both = f"{len(store_code)}:{store_code}{template}"
    return f"w_{hashlib.sha256(both.encode()).hexdigest()[:24]}"


async def find_scene(app_id: str, scene: str) -> SceneCard | None:
    if len(scene) > MOST_CHARACTERS:
        return None  # whatever was scanned, it is no code of ours
    found = await Scene.get_or_none(app_id=app_id, scene=scene).prefetch_related(*_WITH)
    return _card(found) if found else None


async def list_scenes() -> list[SceneCard]:
    """Every scene of every account, by account: the guides' by code, then the windows' by store."""
    cards = [_card(row) for row in await Scene.all().prefetch_related(*_WITH)]
    return sorted(cards, key=lambda card: (card.app_id, card.window is not None, _owner(card), card.scene))


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

    Raises ``Missing`` (guide), ``Invalid`` (has left, name too long, or the scene is another's).
    """
    _check_name(scene)
    async with in_transaction():
        guide = await _get_guide(guide_code)
        row = await _own_or_new(app_id, scene, at, lambda kept: kept.guide_id == guide.id)
        row.guide = guide
        return await _keep(row, Made(ticket, url, expires_at), {"guide": guide_code}, at, actor)


async def store_window(
    app_id: str, store_code: str, template: str, scene: str, made: Made, at: datetime, actor: str
) -> SceneCard:
    """Keep the code of a shop window. Made again it keeps its store, and gives from now on what is named now.

    Raises ``Missing`` (store, template), ``Invalid`` (name too long, or the scene is another's).
    """
    _check_name(scene)
    async with in_transaction():
        store = await get_window_store(store_code)
        row = await _own_or_new(app_id, scene, at, lambda kept: kept.store_id == store.id)
        row.store = store
        row.template = await _get_template(template) if template else None
        return await _keep(row, made, {"store": store_code, "template": template}, at, actor)


async def get_window_store(store_code: str) -> Store:
    """A store a window code may be made for; raises ``Missing``."""
    store = await Store.get_or_none(code=store_code)
    if store is None:
        raise Missing(f"no store {store_code!r}: import stores first")
    return store


async def _get_template(code: str) -> CouponTemplate:
    template = await CouponTemplate.get_or_none(code=code)
    if template is None:
        raise Missing(f"no coupon template {code!r}")
    return template


def _check_name(scene: str) -> None:
    if not 1 <= len(scene) <= MOST_CHARACTERS:
        raise Invalid("scene", f"has {len(scene)} characters", f"WeChat takes 1 to {MOST_CHARACTERS}")


async def _own_or_new(app_id: str, scene: str, at: datetime, is_own: Callable[[Scene], bool]) -> Scene:
    """The row of this name, or a new one; raises ``Invalid`` where it is another's."""
    row = await Scene.get_or_none(app_id=app_id, scene=scene).prefetch_related(*_WITH)
    if row and not is_own(row):
        card = _card(row)
        whose = f"{card.guide_name}'s ({card.guide_code})" if card.guide_code else f"{card.store_name}'s window's"
        raise Invalid("scene", f"{scene!r} is {whose}", "choose another name")
    return row or Scene(app_id=app_id, scene=scene, created_at=at)


async def _keep(row: Scene, made: Made, whose: dict[str, str], at: datetime, actor: str) -> SceneCard:
    row.ticket, row.url, row.expires_at = made.ticket, made.url, made.expires_at
    await row.save()
    detail = {"app_id": row.app_id, "scene": row.scene, **whose}
    await Audit.create(at=at, actor=actor, action="scene.create", subject=f"scene:{row.id}", detail=detail)
    await row.fetch_related(*_WITH)
    return _card(row)


async def _get_guide(guide_code: str) -> Staff:
    guide = await Staff.get_or_none(code=guide_code)
    if guide is None:
        raise Missing(f"no guide {guide_code!r}: import guides first")
    if guide.left_at:
        raise Invalid("guide", f"{guide_code!r} has left", "choose a guide who works here")
    return guide


def _card(row: Scene) -> SceneCard:
    guide, window = row.guide, None
    store = guide.store if guide else row.store
    if guide is None and store:
        window = Window(row.scene, store.code, store.name, row.template.code if row.template else "")
    return SceneCard(
        app_id=row.app_id,
        scene=row.scene,
        guide_id=guide.id if guide else None,
        guide_code=guide.code if guide else "",
        guide_name=guide.name if guide else "",
        store_code=store.code if store else "",
        store_name=store.name if store else "",
        has_left=guide is not None and guide.left_at is not None,
        ticket=row.ticket,
        url=row.url,
        created_at=row.created_at,
        expires_at=row.expires_at,
        window=window,
    )


def _owner(card: SceneCard) -> str:
    return card.store_code if card.window else card.guide_code
