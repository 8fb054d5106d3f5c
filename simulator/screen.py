"""What people see on their phones: the words said to them last, links they can tap, coupon codes they can show."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from simulator.accounts import Account
from simulator.messages import Fragment, text

_LINK = re.compile(r'<a\s+href="weixin://bizmsgmenu\?([^"]*)">')
_WISH = re.compile(r"回复“(领取[^“”]{1,64})”")
# A code is four groups of four signs, without those that are taken for each other; the title stands before it.
_CODE = re.compile(r"【([^【】\n]+)】|(?<![0-9A-Z-])([2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3})(?![0-9A-Z-])")


@dataclass(frozen=True, slots=True)
class Link:
    """Words that a tap sends; ``menu_id`` is empty where they have to be typed."""

    words: str
    menu_id: str


@dataclass(frozen=True, slots=True)
class Held:
    """A coupon code that stood on somebody's phone, under the title of its offer."""

    openid: str
    title: str
    code: str


def find_links(words: str) -> list[Link]:
    """Links that send words (``weixin://bizmsgmenu``); without any, the claims that readers are told to type."""
    links = []
    for query in _LINK.findall(words):
        pairs = (part.partition("=") for part in query.replace("&amp;", "&").split("&"))
        parts = {name: unquote(value) for name, _, value in pairs}
        if content := parts.get("msgmenucontent"):
            links.append(Link(content, parts.get("msgmenuid") or "0"))
    return links or [Link(wish, "") for wish in _WISH.findall(words)]


def find_codes(words: str) -> list[tuple[str, str]]:
    """Coupon codes with the title that stands before each, in order; empty where none does."""
    title, found = "", []
    for match in _CODE.finditer(words):
        title = match[1] or title
        if match[2]:
            found.append((title, match[2]))
    return found


@dataclass(slots=True)
class Screens:
    """Everybody's phone. ``saved_up`` are titles that nobody taps by chance."""

    saved_up: Sequence[str] = ()
    held: dict[str, Held] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)

    def show(self, openid: str, words: str) -> list[Held]:
        """Words reached somebody; the coupons among them, known or new. Nothing was said where there are no words."""
        if not words:
            return []
        self._last[openid] = words
        return [self.held.setdefault(code, Held(openid, title, code)) for title, code in find_codes(words)]

    def tap(self, account: Account, openid: str, typed: str, seed: str) -> Fragment:
        """What a tap sends: the link that sends what they would have ``typed``, else any link, else what they type."""
        links = [link for link in find_links(self._last.get(openid, "")) if not self._is_saved_up(link)]
        if not account.is_official or not links:
            return text(typed)
        wanted = [link for link in links if link.words.startswith(typed)]
        link = random.Random(seed).choice(wanted or links)
        return text(link.words, link.menu_id)

    def _is_saved_up(self, link: Link) -> bool:
        return any(title in link.words for title in self.saved_up)
