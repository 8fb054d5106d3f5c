"""注销, 删除我的信息: a customer wants their data gone: kept as a request to a person, with the way to do it oneself.

Nothing is erased here: a chat message proves too little of who sits at the phone for what cannot be undone.
"""

from __future__ import annotations

import re

from bot.routing import Rank, Route, changes, said
from bot.spoken import wish_of, words_of
from core.accounts import AccountKind
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from guides.nearby import ask_for_person
from guides.tasks import ERASURE
from handlers._rooms import Rooms
from handlers._words import WISHES

_ERASE = said(
    *"""
    注销 注销账号 注销账户 注销会员 注销会员卡 注销我的账号 注销我的会员 申请注销 怎么注销 如何注销 可以注销吗
    怎么注销账号 怎么注销会员 如何注销账号 如何注销会员 销户 删除我的信息 删除我的资料 删除我的数据 删除信息
    删除个人信息 删除个人资料 删除我的个人信息 怎么删除我的信息 如何删除我的信息 怎么删除个人信息 如何删除个人信息
    delete_my_data DELETE_MY_DATA
    """.split()
)
_WHAT = "(?:信息|资料|数据|账号|账户|会员)"
_SENTENCE = re.compile(
    rf"(?:注销|清除|删(?:除|掉|了)?)(?:我|我们)?的?(?:所有|全部)?的?(?:个人|会员|用户|手机号)?的?{_WHAT}"
    rf"|{_WHAT}(?:都|全|全部|全都)?(?:给我)?(?:删|清除|注销)"
)
_VERBS = ("注销", "清除", "删")
_NO_WISH = ("不删", "别删", "不要删", "没删", "不注销", "别注销", "不要注销", "不想注销", "不用注销")


def _asks_for_erasure(inbound: Inbound) -> bool:
    """A sentence that says it: “我要注销，把信息都删掉”. A request too many is one look of a colleague."""
    wish = wish_of(inbound)
    if not any(verb in wish for verb in _VERBS):
        return False
    return _SENTENCE.search(wish) is not None and not any(word in wish for word in _NO_WISH)


def routes(rooms: Rooms) -> list[Route]:
    days = rooms.unfollow_grace.days
    by_leaving = (
        f"您也可以自己操作：取消关注满{days}天后，您在本公众号的信息会自动删除，期间重新关注则保留。"
        if days
        else "您也可以自己操作：取消关注后，您在本公众号的信息会立即删除。"
    )

    async def erasure_request(inbound: Inbound, who: Subject) -> Reply:
        reason = f"客户要求删除个人信息：“{words_of(inbound)}”"
        asked = await ask_for_person(rooms.stores, who, reason, inbound.received_at, ERASURE)
        if asked.task.is_new:
            noted = "已记下您删除个人信息的请求，等待同事处理。"
        else:
            noted = "您删除个人信息的请求已经记下，还在等待处理，不用重复发送。"
        return Text(f"{noted}\n{by_leaving}" if inbound.channel is AccountKind.OFFICIAL_ACCOUNT else noted)

    return [
        changes(erasure_request, *WISHES, when=_ERASE, rank=Rank.INTENT),
        changes(
            erasure_request, "text", "voice", when=_asks_for_erasure, rank=Rank.INTENT, name="erasure_request_said"
        ),
    ]
