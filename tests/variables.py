"""Settings for a test: its own variables, and none of the machine's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def only_variables(variables: Mapping[str, str | None]) -> Iterator[None]:
    """These SCRM_ variables and no others, in this process."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("SCRM_")]:
        del os.environ[name]
    os.environ.update({name: value for name, value in variables.items() if value is not None})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
