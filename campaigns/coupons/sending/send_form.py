"""What is said to people who are sent a coupon: read from a form as care rules are, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.care.options import Compiled, Stored, compile_options, read_options
from campaigns.care.rule_form import COMMON_VARIABLES, check_class, read_class
from core.accounts import Account
from core.channels import Channel, ContactClass
from core.errors import Invalid

FIELDS = ("account", "class", "options")
VARIABLES = COMMON_VARIABLES | {"coupon", "code", "ends"}


@dataclass(frozen=True, slots=True)
class Message:
    """Through which account, as what, by which ways (most wanted first) and with which words."""

    account: Account
    contact_class: ContactClass
    stored: list[Stored]
    options: list[Compiled]


def read_message(form: Mapping[str, Any], accounts: Mapping[str, Account]) -> Message:
    """A sound message from ``account, class?, options``; marketing unless it says care. Raises ``Invalid``."""
    for field in form:
        if field not in FIELDS:
            raise Invalid(str(field), "is no field of what is said with a coupon", f"write {', '.join(FIELDS)}")
    account = accounts.get(str(form.get("account", "")))
    if account is None:
        known = ", ".join(accounts) or "none"
        raise Invalid("account", f"there is no account {form.get('account', '')!r}", f"configured are: {known}")
    contact_class = read_class(form.get("class", ContactClass.MARKETING.value))
    stored = read_options(form.get("options"), VARIABLES, account.kind)
    check_class(contact_class, stored)
    options = compile_options(stored, VARIABLES)
    for number, option in enumerate(options):
        if option.channel == Channel.GUIDE_TASK and any("code" in words.variables for words in option.words.values()):
            problem = "a guide is not told the customer's code"
            raise Invalid(f"options[{number}].words", problem, "leave {code} out: 我的优惠券 shows it to the customer")
    return Message(account, contact_class, stored, options)
