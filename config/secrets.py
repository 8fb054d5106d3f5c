"""Secrets that are missing, malformed or copied from an example stop the start."""

from __future__ import annotations

import re

from pydantic import SecretStr

EXAMPLE_WORDS = ("example", "changeme", "change-me", "change_me", "your", "placeholder", "secret_here", "xxxx", "todo")
"""Words that give away a value nobody replaced."""

PUBLISHED = frozenset(
    {
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt",
        "0123456789abcdef0123456789abcdef",
        "weixin",
        "token",
        "QDG6eK",
        "spamtest",
    }
)
"""Values printed in WeChat's own documents and SDK demos: known to everyone."""


def check_secret(secret: SecretStr, pattern: str, remedy: str) -> SecretStr:
    """The secret if it can be one; ``ValueError`` says what is wrong, never the value."""
    value = secret.get_secret_value()
    if not value:
        raise ValueError(f"is missing; {remedy}")
    if not re.fullmatch(pattern, value):
        raise ValueError(f"is malformed; {remedy}")
    lowered = value.lower()
    is_example = value in PUBLISHED or any(word in lowered for word in EXAMPLE_WORDS) or len(set(value)) < 3
    if is_example:
        raise ValueError(f"is an example value that everyone knows; {remedy}")
    return secret
