"""The set-up behind scripts/*: which Python it takes, the environment it makes, and when it does nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BASE_PYTHON = Path(sys._base_executable)  # type: ignore[attr-defined]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def bash(checkout: Path, commands: str, **environment: str) -> subprocess.CompletedProcess[str]:
    script = f"set -euo pipefail\n. scripts/setup.sh\n{commands}"
    kept = {"HOME": str(checkout), "PATH": os.environ["PATH"]}
    return subprocess.run(
        ["bash", "-c", script], cwd=checkout, env=kept | environment, capture_output=True, text=True, timeout=50
    )


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_python_that_is_too_old_or_broken_is_passed_over(checkout: Path) -> None:
    executable(checkout / "path/python3", "exit 1")
    executable(checkout / "path/python3.14", "exit 127")
    executable(checkout / "path/python3.13", f'exec "{BASE_PYTHON}" "$@"')
    done = bash(checkout, 'find_python; echo "$PYTHON"', PATH=f"{checkout}/path:{os.environ['PATH']}")
    assert Path(done.stdout.strip()).resolve() == BASE_PYTHON.resolve()


def test_without_a_python_it_says_what_to_install(checkout: Path) -> None:
    done = bash(checkout, "find_python", PYTHON=str(executable(checkout / "path/python3", "exit 1")))
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "apt install python3" in done.stderr


def test_an_environment_is_made_where_the_venv_module_is_missing(checkout: Path) -> None:
    done = bash(checkout, "PYTHON=$1 make_venv_by_hand; identity".replace("$1", str(BASE_PYTHON)))
    assert done.returncode == 0, done.stderr
    show = "import sys; print(sys.prefix, sys.prefix != sys.base_prefix, any('site-packages' in p for p in sys.path))"
    shown = subprocess.run([checkout / ".venv/bin/python", "-c", show], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == [str(checkout / ".venv"), "True", "True"]


@pytest.fixture
def installed(checkout: Path) -> Path:
    """A checkout whose environment is up to date; its uv only writes down what it is asked to do."""
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").symlink_to(BASE_PYTHON)
    version = re.search(r"^uv==(\S+)", (checkout / "requirements/uv.txt").read_text(), re.MULTILINE)
    assert version
    answers = f'[ "$1" = --version ] && echo "uv {version[1]}"; [ "$1" != cache ] || echo "$PWD"'
    executable(checkout / ".venv/bin/uv", f'{answers}; [ "$1" != pip ] || echo "$@" >>asked')
    assert bash(checkout, "stamp_of dev >.venv/installed-dev").returncode == 0
    return checkout


@pytest.mark.parametrize("wanted", ["runtime", "dev"])
def test_an_environment_that_is_up_to_date_is_left_alone(installed: Path, wanted: str) -> None:
    done = bash(installed, f"setup_venv {wanted}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (installed / "asked").exists()


@pytest.mark.parametrize("wanted", ["runtime", "dev"])
def test_a_changed_pin_is_installed_once_and_keeps_the_development_tools(installed: Path, wanted: str) -> None:
    with (installed / "requirements/dev.txt").open("a") as pins:
        pins.write("x==1\n")
    done = bash(installed, f"setup_venv {wanted}; setup_venv {wanted}")
    assert done.returncode == 0, done.stderr
    (asked,) = (installed / "asked").read_text().splitlines()
    assert "pip sync" in asked
    assert "--require-hashes" in asked
    assert asked.endswith("requirements/dev.txt requirements/uv.txt")


def test_an_interrupted_install_is_not_taken_for_done(installed: Path) -> None:
    executable(installed / ".venv/bin/uv", (installed / ".venv/bin/uv").read_text() + "\n[ $1 != pip ]")
    with (installed / "requirements/dev.txt").open("a") as pins:
        pins.write("x==1\n")
    done = bash(installed, "setup_venv dev")
    assert done.returncode == 1
    assert "could not install requirements/dev.txt" in done.stderr
    assert not list((installed / ".venv").glob("installed-*"))


def test_wrong_usage_is_answered_with_the_usage() -> None:
    done = subprocess.run([ROOT / "scripts/services", "nonsense"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 64
    assert "scripts/services stop" in done.stderr
