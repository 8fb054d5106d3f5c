"""One line of ``check``: which part, how it stands, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.errors import ChannelError, Invalid


class State(StrEnum):
    """``red``: the service cannot do its work. ``yellow``: it can, less well, or something is to be known."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """``part`` names what was looked at (``shop: token``); ``remedy`` is empty where there is nothing to do."""

    part: str
    state: State
    detail: str
    remedy: str = ""


def green(part: str, detail: str, remedy: str = "") -> Finding:
    return Finding(part, State.GREEN, detail, remedy)


def yellow(part: str, detail: str, remedy: str) -> Finding:
    return Finding(part, State.YELLOW, detail, remedy)


def red(part: str, detail: str, remedy: str) -> Finding:
    return Finding(part, State.RED, detail, remedy)


def red_fault(part: str, fault: Invalid) -> Finding:
    """A fault as a line; its field is named where the part alone does not say it."""
    return red(part, f"{fault.field}: {fault.detail}", fault.remedy)


def told(error: ChannelError) -> tuple[str, str]:
    """Cause and remedy of what WeChat said, or of its silence."""
    cause, _, remedy = error.detail.partition(" — ")
    code = f"{error.code}: " if error.code else ""
    return code + cause, remedy or "may this machine reach the account's api_base? see firewall, proxy and DNS"
