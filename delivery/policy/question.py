"""What the policy is asked: the brand's rules, and the facts of one message to one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from core.accounts import AccountKind
from core.channels import Channel, ContactClass
from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class ContactRules:
    """How often, and when, the brand may speak up by itself; answers and notices (service) are exempt.

    Quiet hours are times of day in the customer's zone, may cross midnight, and are none where both are the same.
    ``caps``: messages of a class in any ``cap_days``, None or absent for no cap. ``holdout_percent``: 0 to 100.
    """

    quiet_from: time
    quiet_until: time
    cap_days: int
    caps: Mapping[ContactClass, int | None]
    holdout_percent: int


class Option(NamedTuple):
    """One way the message may go; ``template_id`` is empty where the channel has no templates."""

    channel: Channel
    template_id: str = ""


def list_options(stored: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    """The options of a delivery row, ``{"channel", "payload"}`` each, no channel twice: a row tells only by which
    channel it went. Raises ``Invalid``."""
    options = tuple(_option(number, each) for number, each in enumerate(stored))
    seen: set[Channel] = set()
    for number, option in enumerate(options):
        if option.channel in seen:
            raise Invalid(f"options[{number}].channel", f"{option.channel} is there twice", "keep one of them")
        seen.add(option.channel)
    return options


def _option(number: int, stored: Mapping[str, Any]) -> Option:
    try:
        channel = Channel(stored["channel"])
    except (KeyError, ValueError):
        known = ", ".join(Channel)
        raise Invalid(f"options[{number}].channel", f"{stored.get('channel')!r} is no channel", known) from None
    return Option(channel, str(stored.get("payload", {}).get("template_id") or ""))


class Opening(NamedTuple):
    """The customer's newest message or act: its journal id, its time, and how many messages followed it."""

    opened_by: int
    at: datetime
    used: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at ``at`` of one message to one person.

    ``customer_id`` is who stands behind the identity now, after merges. ``account_kind`` is None where the settings
    know no such account. ``is_untrue``: what it was planned for no longer holds. ``has_withdrawn``: their newest word
    on marketing is no (never asked is no withdrawal). ``cap_free_at``: when the cap of its class lets one more through,
    None for now. ``message`` and ``act`` are the newest of their windows, None where there was none within the window.
    ``grants``: notices left by template id.
    """

    at: datetime
    expires_at: datetime
    contact_class: ContactClass
    options: tuple[Option, ...]
    customer_id: int
    openid: str = field(repr=False)
    account_kind: AccountKind | None
    is_erased: bool
    has_left: bool
    is_untrue: bool
    has_withdrawn: bool
    is_held_out: bool
    zone: ZoneInfo
    cap_free_at: datetime | None
    message: Opening | None
    act: Opening | None
    grants: Mapping[str, int]
    has_guide: bool

    @property
    def is_service(self) -> bool:
        """The customer asked for it: no consent, hours or caps of ours hold it back."""
        return self.contact_class is ContactClass.SERVICE
