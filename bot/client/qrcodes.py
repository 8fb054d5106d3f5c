"""QR codes that carry a scene."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.client.client import WeChatClient
from bot.client.http import Api
from core.accounts import Account
from core.clock import now
from core.errors import Invalid

SCENE_CHARS = 64
LONGEST_EXPIRES_S = 2_592_000

# Asked again, WeChat gives the same permanent code, or another temporary one that nobody has seen.
_CREATE = Api("POST", "/cgi-bin/qrcode/create", is_repeatable=True)


@dataclass(frozen=True, slots=True)
class QrCode:
    """``url`` is what the picture says (draw it yourself); ``ticket`` is WeChat's name of it. Permanent: no end."""

    scene: str
    ticket: str
    url: str
    expires_at: datetime | None


async def create_qrcode(client: WeChatClient, account: Account, scene: str, expires_s: int | None = None) -> QrCode:
    """A code whose scan tells ``scene`` (1–64 characters): permanent (100,000 an account), or for up to 30 days."""
    if not 1 <= len(scene) <= SCENE_CHARS:
        raise Invalid("scene", f"{len(scene)} characters", f"use 1 to {SCENE_CHARS}")
    if expires_s is not None and not 1 <= expires_s <= LONGEST_EXPIRES_S:
        raise Invalid("expires_s", f"{expires_s} s", f"use 1 to {LONGEST_EXPIRES_S}, or none for a permanent code")
    # A scene that is not nested just so makes a code with scene 0, without an error.
    body: dict[str, object] = {"action_info": {"scene": {"scene_str": scene}}}
    if expires_s is None:
        body["action_name"] = "QR_LIMIT_STR_SCENE"
    else:
        body |= {"action_name": "QR_STR_SCENE", "expire_seconds": expires_s}
    at = now()
    answer = await client.call(account, _CREATE, body=body)
    life_s = answer.get("expire_seconds")
    ends = at + timedelta(seconds=life_s) if expires_s is not None and isinstance(life_s, int) else None
    return QrCode(scene, str(answer["ticket"]), str(answer["url"]), ends)
