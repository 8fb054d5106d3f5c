"""The form each setting must have; a fault says the form expected and never the value."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def check_app_id(text: str) -> str:
    """``wx`` and 16 of 0-9a-f."""
    if not re.fullmatch(r"wx[0-9a-f]{16}", text):
        raise ValueError(_missing_or(text, "is no app id") + '; it is "wx" and 16 of 0-9a-f, shown in the console')
    return text


def check_account_key(key: str) -> str:
    """Our name for an account; it becomes the last part of ``/hooks/<key>``."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", key):
        raise ValueError("is no name for an account; use 1 to 32 of a-z 0-9 _ - such as [accounts.shop]")
    return key


def check_listen(text: str) -> str:
    """``host:port``; an empty host is every address of this machine."""
    host, colon, port = text.rpartition(":")
    is_port = port.isascii() and port.isdigit() and 0 < int(port) < 65_536
    if not colon or not is_port or re.search(r"[\s:/]", host):
        raise ValueError('is no host:port; write "127.0.0.1:8080" behind a proxy, ":8080" for every address')
    return text


def check_url(url: str, *, may_ask: bool = False) -> str:
    """``http(s)://host[:port][/path]`` without a slash at its end; ``may_ask``: a query may follow, kept as it is."""
    remedy = "write https://host/path" if may_ask else "write https://host, without a query"
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s#]*" if may_ask else r"https?://[^\s/?#]+[^\s?#]*", url):
        raise ValueError(_missing_or(url, "is no address") + f"; {remedy}")
    _check_port(url, remedy)
    return url if may_ask else url.rstrip("/")


def check_database_url(url: str) -> str:
    """``sqlite:///FILE`` or ``postgres://user:password@host:port/database``."""
    remedy = "write sqlite:///FILE or postgres://user:password@host:port/database"
    if not re.fullmatch(r"sqlite:///\S.*|postgres(ql)?://[^/]*/.+", url):
        raise ValueError(_missing_or(url, "is no database address") + f"; {remedy}")
    if url.startswith("postgres"):
        if "?" in url or "#" in url:
            raise ValueError(
                "holds a ? or #, after which nothing is read; leave it out, in a password write %3F or %23"
            )
        _check_port(url, f"{remedy}; in the password write %2F for / and %40 for @")
    return url


def check_redis_url(url: str) -> str:
    """``embedded``, ``redis://…``, ``rediss://…`` or ``unix://…``."""
    remedy = 'write "embedded" or redis://:password@host:port/number'
    if url != "embedded" and not re.match(r"(rediss?|unix)://", url):
        raise ValueError(_missing_or(url, "is no Redis address") + f"; {remedy}")
    _check_port(url, remedy)
    return url


def _check_port(url: str, remedy: str) -> None:
    """A password with a slash in it looks like a wrong port, and Python's own words would quote it."""
    try:
        urlsplit(url).port  # noqa: B018 - raises where it is none
    except ValueError:
        raise ValueError(f"holds no host and port that can be read; {remedy}") from None


def _missing_or(text: str, fault: str) -> str:
    return fault if text else "is missing"
