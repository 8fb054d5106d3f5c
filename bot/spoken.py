"""Short wishes as customers type them, brought to one form: 「請問 附近門店？」 and 「附近门店」 are the same wish."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from core.messages import Inbound

CLICK = "event.click"

LONGEST = 32
"""Characters; what is longer is no fixed wish and is not looked at."""

_BASIC_PLANE = 0x10000
_FULL_WIDTH, _FULL_WIDTH_TO_ASCII = range(0xFF01, 0xFF5F), 0xFEE0
# Traditional characters of everyday requests, each with the simplified one; one for one.
_PAIRS = (
    "門门導导購购轉转營营業业時时間间幾几開开點点關关訂订復复離离裡里裏里們们請请問问嗎吗謝谢麼么實实體体號号電电話话聯联"
    "絡络繫系係系專专員员說说來来這这個个還还給给幫帮務务預预約约單单詢询處处為为爲为對对過过會会樓楼鋪铺舖铺現现週周無无"
    "後后傳传發发見见貨货買买賣卖價价錢钱續续輸输檢检確确認认設设選选項项銷销優优惠惠尋寻繼继從从與与場场將将應应該该獲获"
    "讓让難难歸归當当總总縣县區区灣湾廣广東东龍龙寧宁漢汉陽阳長长蘇苏連连齊齐濟济瀋沈刪删註注資资數数據据賬账帳账誰谁"
)
_SIMPLIFIED_OF = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_COURTESY = re.compile("^(?:您好|你好|请问|麻烦|请|我要|我想)+|(?:谢谢|吧|啊|呀|哦|呢)+$")
_COURTEOUS_BEGIN, _COURTEOUS_END = frozenset("您你请麻我"), frozenset("谢吧啊呀哦呢")


def _plain(code: int) -> str:
    if code in _FULL_WIDTH:
        code -= _FULL_WIDTH_TO_ASCII
    char = chr(code)
    if unicodedata.category(char)[0] in "PSZC":
        return " "
    return char.lower() if char.isascii() else _SIMPLIFIED_OF.get(char, char)


# A string answers str.translate() faster than a dict: no hash, and no exception for a character that stays.
_TABLE = "".join(map(_plain, range(_BASIC_PLANE)))


@lru_cache(maxsize=1)  # several routes ask about one message
def spoken(text: str) -> str:
    """A short text in plain form: simplified, lower case, half width, without blanks, punctuation and courtesy.

    Empty for a text longer than ``LONGEST`` characters.
    """
    if len(text) > LONGEST:
        return ""
    plain = text.translate(_TABLE).replace(" ", "")
    if plain and (plain[0] in _COURTEOUS_BEGIN or plain[-1] in _COURTEOUS_END):
        return _COURTESY.sub("", plain)
    return plain


def words_of(message: Inbound) -> str:
    """What the customer said: a text, a voice message's recognition, or the key of the menu button tapped."""
    return message.event_key if message.kind == CLICK else message.text


def wish_of(message: Inbound) -> str:
    """What the customer said, in plain form; empty where it is long or nobody is known to have said it."""
    return spoken(words_of(message)) if message.openid else ""
