"""An account as WeChat's console shows it: one app id, its secrets and how it pushes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    OFFICIAL_ACCOUNT = "official_account"
    MINI_PROGRAM = "mini_program"


class Mode(StrEnum):
    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class Format(StrEnum):
    XML = "xml"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Account:
    """One app id. ``key`` is the path of its webhook; ``templates`` are the notices it may send.

    ``bound``: belongs to an Open Platform account, so unionids exist. ``followers``: people who followed
    before the simulator started. ``ip_allow``: empty means every address may call. ``pages``: those of the published
    mini program, empty means that every page exists.
    """

    key: str
    kind: Kind
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(default="", repr=False)
    mode: Mode = Mode.PLAIN
    format: Format = Format.XML
    original_id: str = ""
    bound: bool = True
    followers: int = 0
    ip_allow: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.original_id:
            object.__setattr__(self, "original_id", f"gh_{_digest('original', self.app_id)[:12]}")
        if not self.templates:
            object.__setattr__(self, "templates", tuple(_digest("template", self.app_id, n)[:43] for n in "12"))

    @property
    def is_official(self) -> bool:
        return self.kind is Kind.OFFICIAL_ACCOUNT

    def has_page(self, path: str) -> bool:
        """Whether a path, without its query, is a page of the mini program."""
        return not self.pages or path.partition("?")[0] in self.pages


def _digest(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
