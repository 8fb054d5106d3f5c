"""Where settings come from: the file, and over it the environment."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import EnvSettingsSource, SettingsError

from config.settings import Settings
from core.errors import Invalid

PREFIX = "SCRM_"
CONFIG_VARIABLE = "SCRM_CONFIG"
DEFAULT_FILE = "scrm.toml"


def config_file() -> Path:
    """The settings file: ``SCRM_CONFIG``, or ``scrm.toml`` in the working directory."""
    return Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_FILE)


def read_file() -> dict[str, Any]:
    """What the file says; nothing where the default file does not exist. Raises ``Invalid``."""
    path = config_file()
    if not path.exists():
        if os.environ.get(CONFIG_VARIABLE):
            raise Invalid(CONFIG_VARIABLE, f"names {path}, which does not exist", "name a file, or unset it")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Invalid(str(path), f"cannot be read ({error.strerror})", "let this user read it") from None
    except UnicodeDecodeError:
        raise Invalid(str(path), "is not UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(str(path), f"is not TOML: {error}", "mend that line") from None


def read_environment() -> dict[str, Any]:
    """What ``SCRM_…`` variables say. Raises ``Invalid``."""
    try:
        return EnvSettingsSource(Settings)()
    except SettingsError as error:
        variable = next((name for name in _several() if f'"{name}"' in str(error)), "accounts")
        remedy = f"set one variable a value, such as {PREFIX}{variable.upper()}__…, or write JSON"
        raise Invalid(f"{PREFIX}{variable.upper()}", "holds several settings and is no JSON", remedy) from None


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, level by level; where both speak, ``above`` holds."""
    result = dict(below)
    for name, value in above.items():
        under = result.get(name)
        result[name] = merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return result


def list_unknown_variables() -> Iterator[Invalid]:
    """Variables that look like settings and are none: mistyped, most likely."""
    for name in sorted(os.environ):
        setting = name.upper().removeprefix(PREFIX).partition("__")[0].lower()
        if not name.upper().startswith(PREFIX) or name.upper() == CONFIG_VARIABLE or setting in Settings.model_fields:
            continue
        yield Invalid(name, "is no setting and is not read", meant(setting, Settings.model_fields, PREFIX))


def meant(name: str, known: Mapping[str, object], prefix: str = "") -> str:
    """The remedy for a name nobody knows: the nearest one, or where all are listed."""
    if near := difflib.get_close_matches(name, known, 1, 0.75):
        return f"did you mean {prefix}{near[0].upper() if prefix else near[0]}?"
    return "see docs/settings.md for the names"


def _several() -> list[str]:
    return [name for name in Settings.model_fields if name in ("accounts", "brand")]
