"""WeChat's error codes: what each means, what to do about it, and how the product reacts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.reasons import Reason

SUCCESS = frozenset({0, 45065})
"""45065: this client id was sent already, so what was asked for is done."""


class Reaction(StrEnum):
    """How a code is met."""

    RETRY = "retry"
    RENEW_TOKEN = "renew_token"  # noqa: S105 - a word, not a secret
    A_MINUTE_ON = "a_minute_on"
    NEXT_MINUTE = "next_minute"
    NEXT_DAY = "next_day"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One code in words for operators: cause, then remedy."""

    reaction: Reaction
    cause: str
    remedy: str
    reason: Reason = Reason.REFUSED_BY_CHANNEL


def _token(cause: str) -> Meaning:
    return Meaning(Reaction.RENEW_TOKEN, cause, "renewed by itself, if it stays: is the app secret right?")


def _misconfigured(cause: str, remedy: str) -> Meaning:
    return Meaning(Reaction.FINAL, cause, remedy, Reason.MISCONFIGURED)


def _final(reason: Reason, cause: str, remedy: str) -> Meaning:
    return Meaning(Reaction.FINAL, cause, remedy, reason)


_ASK_SECRET = "copy the app secret anew from the console (设置与开发 > 基本配置)"  # noqa: S105 - advice, not a secret
_CONTENT = "change the words or the picture"
_PICTURE = "use a PNG, JPEG or GIF of at most 10 MB"
_SCENE = "use 1 to 32 letters, digits or !#$&'()*+,/:;=?@-._~"
_FIX_CALL = "the message was made wrongly: report it with the delivery's id"
_NOTHING = "nothing to do: this person cannot be reached"
_NO_SHOW = "send only after the person wrote, followed, scanned or tapped the menu"

# Source: WeChat, "全局返回码说明", and the page of each API.
MEANINGS: dict[int, Meaning] = {
    -1: Meaning(Reaction.RETRY, "WeChat is busy", "tried again by itself"),
    40001: _token("the access token is not valid any more"),
    40014: _token("the access token is not valid"),
    42001: _token("the access token has ended"),
    40002: _misconfigured("this kind of grant is not known", "check api_base of the account"),
    40003: _final(Reason.NOT_THIS_APPS_PERSON, "the openid is none of this app's", _NOTHING),
    40004: _final(Reason.BAD_MEDIA, "this kind of file is not taken", _PICTURE),
    40005: _final(Reason.BAD_MEDIA, "the file is no picture WeChat takes", _PICTURE),
    40006: _final(Reason.BAD_MEDIA, "the file has not the right size", _PICTURE),
    40007: _final(Reason.BAD_MEDIA, "the media id is not known or has ended", "upload the picture again"),
    40008: _final(Reason.MALFORMED, "this kind of message is not taken here", _FIX_CALL),
    40009: _final(Reason.BAD_MEDIA, "the picture has not the right size", _PICTURE),
    40013: _misconfigured("the app id is not right", "check app_id of the account in scrm.toml"),
    40029: _final(
        Reason.MALFORMED, "the code is not valid or older than 5 minutes", "the mini program asks for a new one"
    ),
    40037: _final(Reason.BAD_TEMPLATE, "the template is not this account's", "choose a template of this account"),
    40097: _final(Reason.MALFORMED, "a value of the call is not right", _FIX_CALL),
    40125: _misconfigured("the app secret is not right", _ASK_SECRET),
    40129: _final(Reason.MALFORMED, "the scene holds characters WeChat does not take", _SCENE),
    40163: _final(Reason.MALFORMED, "the code was used before", "the mini program asks for a new one"),
    40164: _misconfigured(
        "our address is not in the IP allow-list", "add it in the console: 设置与开发 > 基本配置 > IP白名单"
    ),
    40165: _final(Reason.PAGE_MISSING, "the page is not in the published mini program", "correct the page path"),
    40169: _final(Reason.MALFORMED, "the scene has not the right length", _SCENE),
    40212: _final(Reason.MALFORMED, "the query holds characters WeChat does not take", _FIX_CALL),
    40226: _final(Reason.LIMITED, "WeChat takes this user for a risk and refuses the sign-in", _NOTHING),
    # Not in the official list: the same words went to the same person less than 60 s ago.
    40241: Meaning(Reaction.A_MINUTE_ON, "the same notice went to this person a moment ago", "tried again by itself"),
    40243: _misconfigured("the app secret is frozen", "unfreeze it in the console (设置与开发 > 基本配置)"),
    40249: _final(Reason.CONTENT_REFUSED, "WeChat takes the notice for illegal content", _CONTENT),
    41005: _final(Reason.BAD_MEDIA, "the file did not arrive", _FIX_CALL),
    41030: _final(Reason.PAGE_MISSING, "the page is not in the published mini program", "correct the page path"),
    43004: _final(Reason.NOT_FOLLOWING, "the person does not follow", _NOTHING),
    43019: _final(Reason.BLOCKED, "the person has blocked the account", _NOTHING),
    43101: _final(Reason.NO_GRANT, "the person has not subscribed to this notice", "ask for a subscription again"),
    43107: _final(Reason.TEMPLATE_BANNED, "the template is banned", "see the notice in the console, use another one"),
    43108: Meaning(Reaction.RETRY, "two notices to one person at once", "tried again by itself"),
    43116: _final(Reason.TEMPLATE_BANNED, "the template is banned", "see the notice in the console, use another one"),
    44001: _final(Reason.BAD_MEDIA, "the file is empty", _PICTURE),
    44004: _final(Reason.MALFORMED, "the text is empty", _FIX_CALL),
    45001: _final(Reason.BAD_MEDIA, "the file is too large", _PICTURE),
    45002: _final(Reason.TOO_LONG, "the text is too long (2,048 bytes)", "shorten it"),
    45003: _final(Reason.TOO_LONG, "the title is too long", "shorten it"),
    45004: _final(Reason.TOO_LONG, "the description is too long", "shorten it"),
    45005: _final(Reason.TOO_LONG, "the link is too long", "shorten it"),
    45006: _final(Reason.TOO_LONG, "the picture's link is too long", "shorten it"),
    45008: _final(Reason.MALFORMED, "more than one article", _FIX_CALL),
    45009: Meaning(Reaction.NEXT_DAY, "today's quota of this API is used up", "goes on at 00:00 China time"),
    45011: Meaning(Reaction.NEXT_MINUTE, "this minute's quota of this API is used up", "goes on next minute"),
    45015: _final(Reason.WINDOW_CLOSED, "the person has not written for 48 hours", _NO_SHOW),
    45047: _final(Reason.WINDOW_USED_UP, "the messages of this window are used up", _NO_SHOW),
    45168: _final(Reason.CONTENT_REFUSED, "WeChat refuses the content", _CONTENT),
    46003: _final(Reason.REFUSED_BY_CHANNEL, "the account has no menu", "make one: main.py menu push"),
    47001: _final(Reason.MALFORMED, "WeChat cannot read the data", _FIX_CALL),
    47003: _final(Reason.MALFORMED, "a value of the template is not right", "correct the named value"),
    48001: _misconfigured("the account has no right to this API", "verify the account (微信认证) or give the right"),
    48002: _final(Reason.REFUSES_MESSAGES, "the person refuses messages", _NOTHING),
    48004: _misconfigured("this API is blocked for the account", "see the notice in the console"),
    50001: _misconfigured("the account's owner has not authorised this API", "authorise it in the console"),
    50002: _final(Reason.LIMITED, "the person or the account is limited by WeChat", "see the notice in the console"),
    85079: _final(Reason.PAGE_MISSING, "the mini program is not published", "publish it in the console"),
    87014: _final(Reason.CONTENT_REFUSED, "WeChat refuses the content", _CONTENT),
    89501: _misconfigured("our address waits for the administrator", "the administrator confirms it in WeChat"),
    89503: _misconfigured("this call waits for the administrator", "the administrator confirms it in WeChat"),
}
