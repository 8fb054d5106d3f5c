"""Reads a kind's settings: each field named where it is wrong, unknown ones refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.errors import Invalid


class SettingsForm:
    """``[settings]`` of a rule. ``fields`` are all it may hold. Every method raises ``Invalid``."""

    def __init__(self, given: Mapping[str, object], *fields: str) -> None:
        for field in given:
            if field not in fields:
                known = f"write {', '.join(fields)}" if fields else "leave it out"
                raise Invalid(f"settings.{field}", "is no setting of this kind", known)
        self._given = given

    def has(self, field: str) -> bool:
        return self._given.get(field) is not None

    def whole(self, field: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number of ``least`` to ``most``; required where there is no default."""
        value = self._given.get(field)
        if value is None:
            if default is not None:
                return default
            raise Invalid(f"settings.{field}", "is missing", f"write a whole number from {least} to {most}")
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            problem = f"{value!r} is no whole number from {least} to {most}"
            raise Invalid(f"settings.{field}", problem, f"write one, such as {max(least, 1)}")
        return value

    def one_of(self, field: str, known: Collection[str], default: str | None = None) -> str:
        """One of these words; required where there is no default."""
        value = self._given.get(field, default)
        if value is None:
            raise Invalid(f"settings.{field}", "is missing", f"write one of {', '.join(known)}")
        if not isinstance(value, str) or value not in known:
            raise Invalid(f"settings.{field}", f"{value!r} is none of those there are", f"one of {', '.join(known)}")
        return value

    def text(self, field: str, longest: int) -> str:
        """Some words; empty where there are none."""
        value = self._given.get(field, "")
        if not isinstance(value, str) or len(value) > longest:
            raise Invalid(f"settings.{field}", f"is no text of at most {longest} characters", "shorten it")
        return value.strip()
