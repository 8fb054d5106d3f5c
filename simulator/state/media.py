"""Temporary media: files one app id uploaded, kept for three days."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.refusals import Refusal

KEPT_S = 3 * 86400.0
LARGEST_BYTES = 10 * 1024 * 1024
_OURS = "sim_media_"


@dataclass(frozen=True, slots=True)
class Media:
    """One file; ``digest`` is the SHA-256 of what was uploaded."""

    media_id: str
    made_at: float
    content_type: str
    digest: str


@dataclass(slots=True)
class MediaStore:
    """The media of one app id."""

    clock: Callable[[], float]
    kept: dict[str, Media] = field(default_factory=dict)

    def keep(self, content_type: str, data: bytes) -> Media:
        media_id = _OURS + secrets.token_urlsafe(40)
        media = Media(media_id, self.clock(), content_type, hashlib.sha256(data).hexdigest())
        self.kept[media_id] = media
        return media

    def check(self, media_id: str) -> None:
        """Raises 40007 for an uploaded file that ended or is another app's.

        An id that was not made here passes: it may be permanent material of the console.
        """
        if not media_id.startswith(_OURS):
            return
        media = self.kept.get(media_id)
        if media is None or self.clock() >= media.made_at + KEPT_S:
            raise Refusal(40007)
