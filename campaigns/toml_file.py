"""What HQ lays out as TOML files: what ``care show`` and ``coupon show`` print, ``add`` takes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import Invalid


def read_file(path: Path, page: str) -> dict[str, Any]:
    """The form in a file; ``page`` of the docs shows how one looks. Raises ``Invalid``."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except OSError as error:
        raise Invalid(str(path), f"cannot be read: {error.strerror}", f"name a TOML file; see {page}") from None
    except UnicodeDecodeError:
        raise Invalid(path.name, "is not UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(path.name, f"is no TOML: {error}", f"texts stand between straight quotes; see {page}") from None


def write_toml(form: Mapping[str, Any]) -> str:
    """A form as TOML: texts and numbers first, then tables, then lists of tables."""
    return "\n".join(_lines(form, ())) + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"{_key(name)} = {_value(value)}" for name, value in table.items() if _is_plain(value)]
    for name, value in table.items():
        inner = (*path, _key(name))
        if isinstance(value, Mapping):
            lines += ["", f"[{'.'.join(inner)}]", *_lines(value, inner)]
        elif not _is_plain(value):
            for each in value:
                lines += ["", f"[[{'.'.join(inner)}]]", *_lines(each, inner)]
    return lines


def _is_plain(value: object) -> bool:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return not any(isinstance(each, Mapping) for each in value)
    return not isinstance(value, Mapping)


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("-", "_").isidentifier()
    return name if is_bare else json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    """JSON writes texts and numbers as TOML does; DEL alone needs an escape there. Lines stay lines."""
    if isinstance(value, str) and "\n" in value:
        lines = "\n".join(_value(line)[1:-1] for line in value.split("\n"))
        return f'"""\n{lines}"""'
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
