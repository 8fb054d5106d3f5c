"""Links that open a page of a mini program from a text message, a letter or a web page."""

from __future__ import annotations

import re

from bot.client.client import WeChatClient
from bot.client.http import Api
from core.accounts import Account
from core.errors import Invalid, Terminal

LONGEST_DAYS = 30
QUERY_CHARS = 1024

_QUERY = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%]*", re.ASCII)
_BY_DAYS = 1

# Each call makes another link and counts; one that nobody got does no harm.
_GENERATE = Api("POST", "/wxa/generate_urllink", is_repeatable=True)


async def create_url_link(
    client: WeChatClient, account: Account, page: str = "", query: str = "", days: int = LONGEST_DAYS
) -> str:
    """An address that opens ``page`` (empty: the first one) with ``query`` for 1 to 30 days.

    ``query`` is escaped already: up to 1,024 letters, digits or ``!#$&'()*+,/:;=?@-._~%``. Raises ``Invalid`` before
    any call, ``Terminal`` 40165 where the published mini program has no such page.
    """
    if "?" in page:
        raise Invalid("page", "carries a query", "give the query apart")
    if len(query) > QUERY_CHARS or not _QUERY.fullmatch(query):
        raise Invalid("query", "is too long or not escaped", f"use up to {QUERY_CHARS} escaped characters")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid("days", f"{days} days", f"use 1 to {LONGEST_DAYS}")
    body = {"path": page, "query": query, "expire_type": _BY_DAYS, "expire_interval": days}
    answer = await client.call(account, _GENERATE, body=body)
    link = answer.get("url_link")
    if not isinstance(link, str) or not link:
        raise Terminal("the answer holds no link", api=_GENERATE.path)
    return link
