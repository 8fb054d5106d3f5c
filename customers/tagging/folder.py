"""Folders whose files are parts found by themselves; a wrong file stops the start, named."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from core.errors import Invalid

Part = TypeVar("Part")


def discover(package: ModuleType, name: str, of: type[Part], check: Callable[[str, Part], None]) -> dict[str, Part]:
    """What each file of a folder defines as ``name``, by the file's name; files that begin with ``_`` are none.

    ``check`` gets the module's name and the part, and raises ``Invalid`` as this does where there is none.
    """
    found: dict[str, Part] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        part = getattr(module, name, None)
        if not isinstance(part, of):
            raise Invalid(module.__name__, f"has no {name}", "define one, or begin the file's name with _")
        check(module.__name__, part)
        found[module_info.name] = part
    return found
