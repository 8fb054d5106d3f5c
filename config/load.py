"""Reads the settings once; every fault is told at once, each with its field and its remedy."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.settings import AccountSettings, AnswerSettings, BrandSettings, ContactSettings, CouponSettings, Settings
from config.sources import config_file, meant, merged, read_environment, read_file
from core.accounts import Account
from core.errors import Invalid, ZhijiError

_SECTIONS: Mapping[str, type[BaseModel]] = {
    "answers": AnswerSettings,
    "brand": BrandSettings,
    "contact": ContactSettings,
    "coupons": CouponSettings,
}


class SettingsInvalid(ZhijiError):
    """The settings cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[Invalid]) -> None:
        super().__init__(f"{len(faults)} fault(s) in the settings")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Survey:
    """The settings as far as they are sound, for looking only.

    ``settings``: what is faulty has its default, a faulty account is left out, and a faulty secret key is made up.
    ``unsound``: the top-level names of which that is true.
    """

    settings: Settings
    faults: list[Invalid]
    unsound: frozenset[str]


def load_settings() -> Settings:
    """Settings from the file and the environment. Raises ``SettingsInvalid``."""
    survey = survey_settings()
    if survey.faults:
        raise SettingsInvalid(survey.faults)
    return survey.settings


def survey_settings() -> Survey:
    """Everything that can be said of the settings, sound or not; raises nothing."""
    faults: list[Invalid] = []
    values: dict[str, Any] = {}
    for read in (read_file, read_environment):
        try:
            values = merged(values, read())
        except Invalid as fault:
            faults.append(fault)
    if not faults:
        return _sound(values, faults, frozenset())
    # A file nobody can read may hold whatever now looks missing: only its own fault is told.
    survey = _sound(values, [], frozenset())
    absent = Settings.model_fields.keys() - values.keys()
    return Survey(survey.settings, faults, survey.unsound | absent)


def _sound(values: dict[str, Any], faults: list[Invalid], unsound: frozenset[str]) -> Survey:
    """Takes out what is faulty until the rest holds; each round may show what an earlier fault had hidden."""
    try:
        return Survey(Settings(**values), faults, unsound)
    except ValidationError as error:
        found = error.errors()
    for fault in found:
        values = _without(values, fault["loc"])
    return _sound(values, faults + [_fault(fault) for fault in found], unsound | {str(f["loc"][0]) for f in found})


def _without(values: Mapping[str, Any], location: tuple[int | str, ...]) -> dict[str, Any]:
    name = str(location[0])
    rest = {key: value for key, value in values.items() if key != name}
    if name == "secret_key":
        return rest | {name: secrets.token_hex(32)}
    if name == "accounts" and len(location) > 1 and isinstance(values.get(name), Mapping):
        rest[name] = {key: value for key, value in values[name].items() if key != location[1]}
    elif name == "accounts" and isinstance(values.get(name), Mapping):
        rest[name] = _first_of_each_app(values[name])
    return rest


def _first_of_each_app(accounts: Mapping[str, Any]) -> dict[str, Any]:
    first = {account["app_id"]: key for key, account in reversed(list(accounts.items()))}
    return {key: account for key, account in accounts.items() if first[account["app_id"]] == key}


def _fault(fault: ErrorDetails) -> Invalid:
    location = [str(part) for part in fault["loc"] if part != "[key]"]
    path = ".".join(location)
    place = f"set it in {config_file()}"
    if all(part.replace("_", "").isalnum() for part in location):
        place += " or as SCRM_" + "__".join(part.upper() for part in location)
    match fault["type"]:
        case "missing":
            return Invalid(path, "is missing", place)
        case "extra_forbidden":
            return Invalid(path, "is no setting", meant(location[-1], _siblings(location).model_fields))
        case "enum" | "literal_error":
            expected = fault["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
            return Invalid(path, "is none of the words allowed here", f"use one of: {expected}")
        case "model_type" | "dict_type":
            return Invalid(path, "is no table", f"write [{path}] and its settings below")
    detail, _, remedy = fault["msg"].removeprefix("Value error, ").partition("; ")
    return Invalid(path, detail.replace("Input should be", "must be"), remedy or place)


def _siblings(location: list[str]) -> type[BaseModel]:
    """The model whose fields stand where that setting stands."""
    if len(location) == 1:
        return Settings
    return _SECTIONS.get(location[0], AccountSettings)


def accounts_of(settings: Settings) -> dict[str, Account]:
    """The accounts as every room knows them, by key."""
    return {key: _account(key, account) for key, account in settings.accounts.items()}


def _account(key: str, settings: AccountSettings) -> Account:
    return Account(
        key=key,
        kind=settings.kind,
        app_id=settings.app_id,
        app_secret=settings.app_secret.get_secret_value(),
        token=settings.token.get_secret_value(),
        aes_key=settings.aes_key.get_secret_value(),
        previous_aes_key=settings.previous_aes_key.get_secret_value(),
        mode=settings.mode,
        subtype=settings.subtype,
        verified=settings.verified,
        api_base=settings.api_base,
        location_crs=settings.location_crs,
        customer_service_transfer=settings.customer_service_transfer,
        calls_per_s=settings.calls_per_s,
        forward_to=settings.forward_to,
    )
