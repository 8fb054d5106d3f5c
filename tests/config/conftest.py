"""Settings written for one test, and the faults they have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import SettingsInvalid, load_settings
from config.settings import Settings
from tests.variables import only_variables

GOOD = """
secret_key = "5c2f0f11d0a94d1b8a1c35e4a2d1c0de"
[accounts.shop]
kind = "official_account"
app_id = "wx00000000000000aa"
app_secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f7"
token = "tokOfTheShop7"
aes_key = "Zk3mVq8RtYp1LwXs6BnHd9GjFc2Ea7UoTi5KbMvNxQA"
"""

Read = Callable[..., Settings]
Faults = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The settings of a TOML text, with variables over it."""

    def read(text: str = GOOD, **variables: str) -> Settings:
        path = tmp_path / "scrm.toml"
        path.write_text(text, encoding="utf-8")
        with only_variables({"SCRM_CONFIG": str(path), **variables}):
            return load_settings()

    return read


@pytest.fixture
def faults(read: Read, tmp_path: Path) -> Faults:
    """Field, detail and remedy of each fault; the file is called FILE."""

    def faults(text: str = GOOD, **variables: str) -> list[tuple[str, str, str]]:
        try:
            read(text, **variables)
        except SettingsInvalid as error:
            file = str(tmp_path / "scrm.toml")
            return [(f.field.replace(file, "FILE"), f.detail, f.remedy.replace(file, "FILE")) for f in error.faults]
        return []

    return faults
