"""Reads the file that names the accounts, what hangs in the shops (scenes, posters) and the knobs that are turned."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.accounts import Account, Format, Kind, Mode


class ConfigError(ValueError):
    """The file cannot be used; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A QR code that hangs in a shop: its scene string and whose it is."""

    scene: str
    guide: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where people of the day send their position from (GCJ-02 degrees)."""

    label: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Poster:
    """An offer as people read of it. ``near``: only for who is close to a store. ``key`` is its button in the menu.

    At ``flash_hour`` (hours since midnight, None for none) everybody wants it at once, and nobody before.
    """

    title: str
    key: str = ""
    near: bool = False
    flash_hour: float | None = None

    def __post_init__(self) -> None:
        if self.flash_hour is not None and not 0 <= self.flash_hour < 24:
            raise ValueError(f"flash_hour is an hour of the day from 0 to 24, not {self.flash_hour!r}")


@dataclass(frozen=True, slots=True)
class Config:
    """One parsed file. ``webhook`` is where result events go; ``knobs`` and ``day`` are checked by their owners."""

    listen: str
    accounts: tuple[Account, ...]
    scenes: tuple[Scene, ...] = ()
    places: tuple[Place, ...] = ()
    posters: tuple[Poster, ...] = ()
    webhook: str = ""
    knobs: Mapping[str, Any] = field(default_factory=dict)
    day: Mapping[str, Any] = field(default_factory=dict)

    @property
    def flash(self) -> Poster | None:
        """The offer that has an hour of its own; of several the first."""
        return next((poster for poster in self.posters if poster.flash_hour is not None), None)

    def account(self, key: str) -> Account:
        return next(account for account in self.accounts if account.key == key)


def load_config(path: Path) -> Config:
    """The configuration in a .json or .toml file; raises ConfigError naming what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{path}: {fault}") from fault
    return parse_config(raw)


def parse_config(raw: Mapping[str, Any]) -> Config:
    """The configuration in already decoded data; raises ConfigError."""
    entries = dict(raw)
    entries.setdefault("listen", "127.0.0.1:9100")
    entries["accounts"] = _list(entries, "accounts", _account)
    entries["scenes"] = _list(entries, "scenes", lambda each: _build(Scene, each))
    entries["places"] = _list(entries, "places", lambda each: _build(Place, each))
    entries["posters"] = _list(entries, "posters", lambda each: _build(Poster, each))
    config: Config = _build(Config, entries)
    if not config.accounts:
        raise ConfigError("accounts: name at least one account")
    for unique in ("key", "app_id"):
        if len({getattr(account, unique) for account in config.accounts}) < len(config.accounts):
            raise ConfigError(f"accounts: two accounts share one {unique}")
    return config


def _list(entries: Mapping[str, Any], name: str, build: Callable[[Mapping[str, Any]], Any]) -> tuple[Any, ...]:
    made = []
    for number, each in enumerate(entries.get(name, ())):
        try:
            made.append(build(each))
        except (TypeError, ValueError) as fault:
            raise ConfigError(f"{name}[{number}]: {fault}") from fault
    return tuple(made)


def _account(raw: Mapping[str, Any]) -> Account:
    entries = dict(raw)
    for name, enum in (("kind", Kind), ("mode", Mode), ("format", Format)):
        if name in entries:
            entries[name] = enum(entries[name])
    for name in ("ip_allow", "templates", "pages"):
        entries[name] = tuple(entries.get(name, ()))
    account: Account = _build(Account, entries)
    if account.mode is not Mode.PLAIN and len(account.aes_key) != 43:
        raise ConfigError("aes_key: 43 characters are needed unless mode is plain")
    if account.is_official and account.format is Format.JSON:
        raise ConfigError("format: an official account pushes XML only")
    return account


def _build(cls: type[Any], entries: Mapping[str, Any]) -> Any:
    known = {each.name for each in dataclasses.fields(cls)}
    if unknown := sorted(set(entries) - known):
        raise ConfigError(f"unknown entry {unknown[0]!r}; known: {', '.join(sorted(known))}")
    try:
        return cls(**entries)
    except TypeError as fault:
        raise ConfigError(str(fault).replace("__init__() ", "")) from fault
