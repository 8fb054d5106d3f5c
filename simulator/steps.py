"""The words in which a persona's day is written: follow, say, tap, wait, maybe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Everything a person can do; the values are what summaries and records call it."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    TEXT = "text"
    VOICE = "voice"
    IMAGE = "image"
    VIDEO = "video"
    LINK = "link"
    PLACE = "place"
    LOCATION = "location_report"
    CLICK = "click"
    TAP_LINK = "tap_link"
    VIEW = "view"
    VIEW_MINI = "view_miniprogram"
    SCANCODE = "scancode"
    ALBUM = "album"
    PICK_PLACE = "location_select"
    POPUP = "popup"
    CHANGE = "change"
    REVOKE = "revoke"
    CANCEL = "cancel"
    ENTER = "enter"
    CARD = "page_card"
    LOGIN = "login"
    BEHAVE = "behave"
    UNIONID = "unionid"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a persona does; one of ``choices`` is taken. ``gap_s`` is how long after the step before."""

    kind: Kind
    choices: tuple[Any, ...] = ("",)
    in_mini: bool = False
    gap_s: tuple[float, float] = (6.0, 75.0)
    chance: float = 1.0

    def after(self, low_m: float, high_m: float) -> Step:
        """The same step so many minutes later."""
        return replace(self, gap_s=(low_m * 60, high_m * 60))

    def maybe(self, chance: float) -> Step:
        return replace(self, chance=chance)

    def at_once(self) -> Step:
        """In the same second as the step before."""
        return replace(self, gap_s=(0.0, 0.0))

    def mini(self) -> Step:
        return replace(self, in_mini=True)


def follow(guide: int | None = 0) -> Step:
    """Follows by the code of a guide: 0 is the person's own, 1 the next one's, None no code at all."""
    return Step(Kind.FOLLOW, (guide,))


def scan(guide: int = 0) -> Step:
    return Step(Kind.SCAN, (guide,))


def unfollow() -> Step:
    return Step(Kind.UNFOLLOW)


def say(*choices: str) -> Step:
    return Step(Kind.TEXT, choices)


def speak(*choices: str) -> Step:
    return Step(Kind.VOICE, choices)


def show(*choices: str) -> Step:
    return Step(Kind.IMAGE, choices)


def film(*choices: str) -> Step:
    return Step(Kind.VIDEO, choices)


def share_link(*choices: str) -> Step:
    return Step(Kind.LINK, choices)


def send_place() -> Step:
    return Step(Kind.PLACE)


def report_location() -> Step:
    return Step(Kind.LOCATION)


def pick_place() -> Step:
    return Step(Kind.PICK_PLACE)


def tap(number: int | None = None) -> Step:
    """Taps button ``number`` of the menu, or any."""
    return Step(Kind.CLICK, (number,))


def tap_link(*choices: str) -> Step:
    """Taps a link in what was said last, the one that sends these words if there is one; without a link, types them."""
    return Step(Kind.TAP_LINK, choices, gap_s=(3.0, 20.0))


def open_page(*choices: str) -> Step:
    return Step(Kind.VIEW, choices)


def open_mini(*choices: str) -> Step:
    return Step(Kind.VIEW_MINI, choices)


def scan_barcode(*choices: str) -> Step:
    return Step(Kind.SCANCODE, choices)


def send_album(*choices: str) -> Step:
    return Step(Kind.ALBUM, choices)


def allow_notice() -> Step:
    return Step(Kind.POPUP, (True,))


def refuse_notice() -> Step:
    return Step(Kind.POPUP, (False,))


def stop_notices() -> Step:
    return Step(Kind.CHANGE)


def log_in() -> Step:
    return Step(Kind.LOGIN, in_mini=True)


def behave(name: str, *choices: dict[str, Any]) -> Step:
    """Does something inside the mini program that it reports: a page view, a cart, a visit …"""
    return Step(Kind.BEHAVE, tuple((name, each) for each in choices or ({},)), in_mini=True)


def enter_chat(*choices: str) -> Step:
    return Step(Kind.ENTER, choices, in_mini=True)


def drop_card(*choices: str) -> Step:
    return Step(Kind.CARD, choices, in_mini=True)


def revoke(*choices: str) -> Step:
    return Step(Kind.REVOKE, choices, in_mini=True)


def cancel() -> Step:
    return Step(Kind.CANCEL, in_mini=True)


def show_unionid() -> Step:
    """From here on the platform tells the person's unionid, which it kept back before."""
    return Step(Kind.UNIONID, in_mini=True, gap_s=(0.0, 0.0))
