"""One simulated WeChat and one migrated database a module; the schema itself is made once a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.installation import Background, Installation, WeChat, open_wechat, variables_for


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    background = Background()
    yield background
    background.end()


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory, background: Background) -> Path:
    """A migrated, empty SQLite file, made by the command."""
    home = tmp_path_factory.mktemp("schema")
    installation = Installation(home, variables_for(home, open_wechat(background)))
    assert installation.run("migrate").json == {"ok": True, "applied": ["0001_initial"]}
    return installation.database


@pytest.fixture(scope="module")
def wechat(background: Background) -> WeChat:
    return open_wechat(background)


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory, schema: Path, wechat: WeChat) -> Installation:
    """An installation whose database is migrated and empty."""
    home = tmp_path_factory.mktemp("brand")
    shutil.copy(schema, home / "zhiji.db")
    return Installation(home, variables_for(home, wechat))
