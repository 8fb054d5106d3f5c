"""Pictures that WeChat keeps for three days, to be named in messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.client.client import WeChatClient
from bot.client.http import PICTURES, Api, Upload
from core.accounts import Account
from core.clock import from_epoch, now
from core.errors import Invalid, Terminal

LARGEST_BYTES = 10 * 1024 * 1024
KEPT = timedelta(days=3)

# Asked again it only makes another id.
_UPLOAD = Api("POST", "/cgi-bin/media/upload", is_repeatable=True)


@dataclass(frozen=True, slots=True)
class Media:
    """A picture WeChat keeps until ``ends_at``; ``media_id`` may be used any number of times."""

    media_id: str
    ends_at: datetime


async def upload_picture(client: WeChatClient, account: Account, data: bytes) -> Media:
    """Uploads a PNG, JPEG or GIF of at most 10 MB as temporary media. Raises ``Invalid`` for anything else."""
    kind = next((kind for start, kind in PICTURES.items() if data.startswith(start)), None)
    if kind is None:
        raise Invalid("picture", "neither PNG nor JPEG nor GIF", "save it as one of these")
    if len(data) > LARGEST_BYTES:
        raise Invalid("picture", f"{len(data):,} bytes", f"use at most {LARGEST_BYTES:,}")
    # WeChat reads no other form of a file's name than plain ASCII, and wants one.
    upload = Upload("media", f"picture.{kind}", f"image/{kind}", data)
    answer = await client.call(account, _UPLOAD, {"type": "image"}, upload)
    media_id, made = answer.get("media_id"), answer.get("created_at")
    if not isinstance(media_id, str) or not media_id:
        raise Terminal("the answer names no media id", api=_UPLOAD.path)
    return Media(media_id, (from_epoch(made) if isinstance(made, int) else now()) + KEPT)
