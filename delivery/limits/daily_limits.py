"""How many calls a day WeChat allows an app, by the path of the API; the day begins at 00:00 in China.

Source: WeChat, "接口调用频次限制说明" and the page of each API. What an account's console says may be more.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FALLBACK = 100_000
"""For an API whose page says nothing."""

DAILY_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "/cgi-bin/stable_token": 500_000,
        "/cgi-bin/message/custom/send": 500_000,
        "/cgi-bin/message/template/send": 100_000,
        "/cgi-bin/message/subscribe/bizsend": 100_000,
        "/cgi-bin/message/subscribe/send": 10_000_000,
        "/cgi-bin/user/info": 500_000,
        "/cgi-bin/user/info/batchget": 500_000,
        "/cgi-bin/user/get": 500,
        "/cgi-bin/qrcode/create": 100_000,
        "/cgi-bin/media/upload": 100_000,
        "/cgi-bin/menu/create": 1_000,
        "/cgi-bin/menu/get": 10_000,
        "/cgi-bin/get_current_selfmenu_info": 10_000,
        # Sign-in is limited for each user, not for the app: counted here, and refused only far beyond a brand's size.
        "/sns/jscode2session": 10_000_000,
    }
)
