"""What no linter checks of this house: pins, names, rooms, sizes. Prints one line a fault; exit 1 when there is one.

Run as ``python -m scripts.house`` from the checkout, in the development environment.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.metadata import packages_distributions
from pathlib import Path

LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 300, 400, 60
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
# Beside the product: may use the development requirements and is no room of the import contracts.
WORKSHOP = {"tests", "scripts"}
NEEDS_DEVELOPMENT = {*WORKSHOP, "benchmarks"}


def list_faults(root: Path) -> Iterator[str]:
    """Everything wrong with the checkout at ``root``, as ``path[:line]: what``."""
    yield from list_pin_faults(root)
    yield from list_room_faults(root)
    runtime, development = _importable(root, "runtime"), _importable(root, "dev")
    for path in _sources(root):
        place = path.relative_to(root)
        tree = ast.parse(path.read_text(encoding="utf-8"), str(place))
        if place.parts[0] == "core":
            allowed = {"core"}
        else:
            allowed = {*_top_names(root), *(development if place.parts[0] in NEEDS_DEVELOPMENT else runtime)}
        yield from list_import_faults(place, tree, allowed)
        if "migrations" not in place.parts:
            yield from list_size_faults(place, path, tree)


def list_import_faults(place: Path, tree: ast.Module, allowed: set[str]) -> Iterator[str]:
    """Every imported name is of the standard library or one of ``allowed``."""
    for line, name in _imports(tree):
        if name not in sys.stdlib_module_names and name not in allowed:
            yield f"{place}:{line}: {name} is neither of this repository nor pinned for {place.parts[0]}"


def list_pin_faults(root: Path) -> Iterator[str]:
    """Requirement files carry a hash for every package and no address."""
    for path in sorted((root / "requirements").glob("*.txt")):
        text = path.read_text()
        place = path.relative_to(root)
        for number, line in enumerate(text.splitlines(), 1):
            if "://" in line or re.match(r"\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", line):
                yield f"{place}:{number}: an address belongs to the machine, not to the project"
        for block in re.split(r"\n(?=\S)", text.strip()):
            if "--hash=sha256:" not in block:
                yield f"{place}: no hash for {block.split()[0] if block.split() else 'anything'}"


def list_room_faults(root: Path) -> Iterator[str]:
    """Every top-level name is found inside the repository, and the import contracts know every room."""
    names = _top_names(root)
    for name in names:
        if name in sys.stdlib_module_names:
            yield f"{name}: hides a module of the standard library"
        spec = PathFinder.find_spec(name, [str(root), *sys.path])
        if spec is None or not Path(spec.origin or "/").resolve().is_relative_to(root.resolve()):
            yield f"{name}: resolves outside the repository; does it lack __init__.py?"
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    contracted = set(settings["tool"]["importlinter"]["root_packages"])
    rooms = {name for name in names if (root / name).is_dir()} - WORKSHOP
    for name in sorted(contracted ^ rooms):
        state = "is a room without a contract" if name in rooms else "has a contract and is no room"
        yield f"pyproject.toml: {name} {state}: mend root_packages in [tool.importlinter]"


def list_size_faults(place: Path, path: Path, tree: ast.Module) -> Iterator[str]:
    """Files and functions stay small, are named for what they hold, and say what they are for."""
    lines = path.read_text(encoding="utf-8").count("\n")
    is_test = place.parts[0] == "tests"
    most = LONGEST_TEST_FILE if is_test else LONGEST_FILE
    if lines > most:
        yield f"{place}: {lines} lines, at most {most}"
    if place.stem in VAGUE_NAMES:
        yield f"{place}: name it for what it holds"
    if tree.body and not is_test and ast.get_docstring(tree) is None:
        yield f"{place}:1: a module says in a sentence what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{place}:{node.lineno}: {node.name} has {length} lines, at most {LONGEST_FUNCTION}"


def _top_names(root: Path) -> list[str]:
    """Packages and modules at the top of the checkout: rooms, main, tests and the like."""
    folders = {path.parent.name for path in root.glob("*/*.py")}
    modules = {path.stem for path in root.glob("*.py")}
    return sorted(name for name in folders | modules if not name.startswith("."))


def _sources(root: Path) -> Iterator[Path]:
    for name in _top_names(root):
        yield from [root / f"{name}.py"] if (root / f"{name}.py").exists() else sorted((root / name).rglob("*.py"))


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.split(".")[0]


def _importable(root: Path, requirements: str) -> set[str]:
    """Top-level names that the packages pinned in one requirement file offer."""
    text = (root / "requirements" / f"{requirements}.txt").read_text()
    pinned = {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}
    offered = packages_distributions().items()
    return {name for name, distributions in offered if any(_normal(each) in pinned for each in distributions)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    faults = list(list_faults(Path.cwd()))
    print("\n".join(faults) or "house: in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
