"""The house's own rules hold here, and each of them can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.house import list_faults, list_pin_faults

ROOT = Path(__file__).resolve().parent.parent


def test_this_house_is_in_order() -> None:
    assert list(list_faults(ROOT)) == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small checkout in order: a core, a bot, a main."""
    (tmp_path / "requirements").mkdir()
    write(tmp_path, "requirements/runtime.txt", "aiohttp==3.14.5 \\\n    --hash=sha256:00\n")
    write(
        tmp_path,
        "requirements/dev.txt",
        "aiohttp==3.14.5 \\\n    --hash=sha256:00\npytest==9.2.0 \\\n    --hash=sha256:01\n",
    )
    write(tmp_path, "pyproject.toml", '[tool.importlinter]\nroot_packages = ["bot", "core"]\n')
    for place in ("core/__init__.py", "bot/__init__.py", "tests/__init__.py", "main.py"):
        write(tmp_path, place, '"""Made for this test."""\n')
    assert list(list_faults(tmp_path)) == []
    return tmp_path


def write(root: Path, place: str, text: str) -> None:
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).write_text(text)


@pytest.mark.parametrize(
    ("place", "text", "fault"),
    [
        ("bot/a.py", "import pytest", "bot/a.py:2: pytest is neither of this repository nor pinned for bot"),
        ("bot/a.py", "from nowhere.x import y", "bot/a.py:2: nowhere is neither of this repository nor pinned for bot"),
        ("core/a.py", "import aiohttp", "core/a.py:2: aiohttp is neither of this repository nor pinned for core"),
        ("core/a.py", "import bot", "core/a.py:2: bot is neither of this repository nor pinned for core"),
        ("bot/helpers.py", "", "bot/helpers.py: name it for what it holds"),
        ("bot/a.py", "\n" * 300, "bot/a.py: 302 lines, at most 300"),
        ("bot/a.py", "def long():\n" + "    1\n" * 60, "bot/a.py:2: long has 61 lines, at most 60"),
    ],
)
def test_a_fault_in_a_module_is_named(house: Path, place: str, text: str, fault: str) -> None:
    write(house, place, f'"""Made for this test."""\n{text}\n')
    assert list(list_faults(house)) == [fault]


@pytest.mark.parametrize(
    ("place", "text"),
    [("bot/a.py", "import aiohttp, core.clock"), ("tests/a.py", "import pytest, bot"), ("main.py", "import bot, json")],
)
def test_what_is_pinned_local_or_standard_may_be_imported(house: Path, place: str, text: str) -> None:
    write(house, place, f'"""Made for this test."""\n{text}\n')
    assert list(list_faults(house)) == []


def test_a_module_without_a_purpose_is_named(house: Path) -> None:
    write(house, "bot/a.py", "x = 1\n")
    assert list(list_faults(house)) == ["bot/a.py:1: a module says in a sentence what it is for"]


def test_a_room_without_a_contract_and_a_contract_without_a_room_are_named(house: Path) -> None:
    write(house, "api/__init__.py", "")
    write(house, "pyproject.toml", '[tool.importlinter]\nroot_packages = ["bot", "core", "guides"]\n')
    assert list(list_faults(house)) == [
        "pyproject.toml: api is a room without a contract: mend root_packages in [tool.importlinter]",
        "pyproject.toml: guides has a contract and is no room: mend root_packages in [tool.importlinter]",
    ]


def test_a_room_that_lacks_its_init_or_hides_the_standard_library_is_named(house: Path) -> None:
    (house / "tests/__init__.py").unlink()
    write(house, "tests/a.py", "")
    write(house, "json.py", "")
    assert list(list_faults(house)) == [
        "json: hides a module of the standard library",
        "tests: resolves outside the repository; does it lack __init__.py?",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x==1\n", "requirements/runtime.txt: no hash for x==1"),
        ("", "requirements/runtime.txt: no hash for anything"),
        (
            "--index-url https://mirror.test/simple\nx==1 --hash=sha256:00\n",
            "requirements/runtime.txt:1: an address belongs to the machine, not to the project",
        ),
        (
            "x @ https://mirror.test/x.whl --hash=sha256:00\n",
            "requirements/runtime.txt:1: an address belongs to the machine, not to the project",
        ),
    ],
)
def test_a_pin_without_a_hash_or_with_an_address_is_named(house: Path, text: str, fault: str) -> None:
    write(house, "requirements/runtime.txt", text)
    assert fault in list(list_pin_faults(house))
