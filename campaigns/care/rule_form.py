"""Reads a care rule as staff write it, checks everything about it, and shows it in the same form again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import time
from typing import Any

from campaigns.care.kind import Kind, Rule
from campaigns.care.options import flat, read_options
from campaigns.care.registry import get_kind
from core.accounts import Account, AccountKind
from core.channels import Channel, ContactClass
from core.errors import Invalid

FIELDS = ("name", "kind", "account", "class", "at", "settings", "options")
COMMON_VARIABLES = frozenset({"customer", "guide", "store", "brand"})
CLASSES = (ContactClass.CARE, ContactClass.MARKETING)

_NAME = re.compile(r"[\w-]{1,64}")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def read_rule(form: Mapping[str, Any], accounts: Mapping[str, Account]) -> Rule:
    """A sound rule from ``name, kind, account, class?, at?, settings?, options``. Raises ``Invalid``, naming the field.

    ``accounts`` by key. Settings are completed by the kind's defaults; only care and marketing are classes of a rule:
    service would let it pass consent and quiet hours.
    """
    for field in form:
        if field not in FIELDS:
            raise Invalid(str(field), "is no field of a care rule", f"write {', '.join(FIELDS)}")
    name = _name(form.get("name"))
    kind = get_kind(_text(form, "kind"))
    account = _account(form, accounts, kind)
    given = form.get("settings", {})
    if not isinstance(given, Mapping):
        raise Invalid("settings", "is no table", "write [settings] and one setting a line")
    settings = kind.read(given)
    contact_class = read_class(form.get("class", ContactClass.CARE.value))
    options = read_options(form.get("options"), variables_of(kind, settings), account.kind)
    check_class(contact_class, options)
    clock = _clock(form.get("at"), has_clock=kind.has_clock(settings))
    kept = {name: value for name, value in asdict(settings).items() if value not in ("", None)}
    return Rule(name, kind.name, account.key, contact_class, clock, options, _given_or_default(kept, given))


def form_of(rule: Rule) -> dict[str, Any]:
    """The rule in the form it is read from."""
    form: dict[str, Any] = {"name": rule.name, "kind": rule.kind, "account": rule.account}
    form["class"] = rule.contact_class.value
    if rule.at is not None:
        form["at"] = rule.at.isoformat(timespec="minutes")
    if rule.settings:
        form["settings"] = dict(sorted(rule.settings.items()))
    return {**form, "options": [flat(option) for option in rule.options]}


def variables_of(kind: Kind[Any], settings: object) -> frozenset[str]:
    """Every variable the words of such a rule may use."""
    return COMMON_VARIABLES | kind.variables(settings)


def _given_or_default(kept: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """Zeros stand for what a kind was not asked for; they are kept only where somebody wrote them."""
    return {name: value for name, value in kept.items() if value != 0 or name in given}


def _name(given: object) -> str:
    if not isinstance(given, str) or not _NAME.fullmatch(given):
        raise Invalid("name", f"{given!r} is no name", "write 1 to 64 letters, digits, _ or -, such as 生日祝福")
    return given


def _text(form: Mapping[str, Any], field: str) -> str:
    value = form.get(field)
    if not isinstance(value, str) or not value:
        raise Invalid(field, "is missing", "see docs/care.md for an example of each kind")
    return value


def _account(form: Mapping[str, Any], accounts: Mapping[str, Account], kind: Kind[Any]) -> Account:
    key = _text(form, "account")
    account = accounts.get(key)
    if account is None:
        raise Invalid("account", f"there is no account {key!r}", f"configured are: {', '.join(accounts) or 'none'}")
    if kind.needs_followers and account.kind is not AccountKind.OFFICIAL_ACCOUNT:
        raise Invalid("account", f"{key} is a mini program: nobody follows it", "name an official account")
    return account


def read_class(given: object) -> ContactClass:
    """Care or marketing. Raises ``Invalid``: as service it would pass consent and quiet hours."""
    if given not in set(CLASSES):
        raise Invalid("class", f"{given!r} is no class of a care rule", f"one of {', '.join(CLASSES)}")
    return ContactClass(str(given))


def check_class(contact_class: ContactClass, options: Sequence[Mapping[str, Any]]) -> None:
    """Raises ``Invalid`` for stored options that WeChat does not allow messages of this class."""
    if contact_class is ContactClass.MARKETING and any(each["channel"] == Channel.TEMPLATE for each in options):
        problem = "WeChat allows template messages for service notices only"
        raise Invalid("options", f"{problem}, not for marketing", "take another channel, or make it care")


def _clock(given: object, *, has_clock: bool) -> time | None:
    if not has_clock:
        if given:
            raise Invalid("at", "a rule in hours looks every hour", "leave it out, or write days in its settings")
        return None
    if isinstance(given, time):  # TOML has times of day
        return given.replace(second=0, microsecond=0)
    found = _CLOCK.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise Invalid("at", f"{given!r} is no time of day" if given else "is missing", "write HH:MM, such as 10:00")
    return time(int(found[1]), int(found[2]))
