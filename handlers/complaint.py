"""投诉 and anger: the customer's own words go to their guide at once, and the reply says just that.

Which reply wins where several handlers could answer:
- An exact wish of any handler (“人工”, “营业时间”) and a sentence that asks to be left alone or erased go first:
  they are done, not discussed.
- Then this handler, before HQ's configured keywords: who is angry about a return gets a person, not the rules for it.
- The bare word “投诉” is ours as well; where HQ configured a reply to it, that is what the customer reads, and the
  guide is asked all the same.
"""

from __future__ import annotations

from bot.routing import Rank, Route, changes, said
from bot.spoken import words_of
from core.messages import Inbound, Reply, Text, Transfer
from core.ports import Subject
from guides.nearby import PersonAsked, ask_for_person
from guides.tasks import COMPLAINT
from handlers._rooms import Rooms
from handlers._words import WISHES, guide_at, while_waiting

_COMPLAINT = said("投诉", "投诉你们", "要投诉", "怎么投诉", "投诉电话", "投诉建议", "投诉导购", "投诉客服", "complaint")


def routes(rooms: Rooms) -> list[Route]:
    def is_complaint(inbound: Inbound) -> bool:
        return bool(inbound.openid) and rooms.lexicon.understanding.is_complaint(inbound.text)

    async def complaint(inbound: Inbound, who: Subject) -> Reply:
        return await _passed_on(rooms, inbound, who, rooms.keywords.find(words_of(inbound)))

    async def complaint_said(inbound: Inbound, who: Subject) -> Reply:
        return await _passed_on(rooms, inbound, who, None)

    # Of one rank the name decides, and "complaint_said" is asked before "keywords".
    return [
        changes(complaint, *WISHES, when=_COMPLAINT, rank=Rank.INTENT),
        changes(complaint_said, "text", "voice", when=is_complaint, rank=Rank.CONFIGURED, name="complaint_said"),
    ]


async def _passed_on(rooms: Rooms, inbound: Inbound, who: Subject, configured: str | None) -> Reply:
    reason = f"客户不满：“{words_of(inbound)}”"
    asked = await ask_for_person(rooms.stores, who, reason, inbound.received_at, COMPLAINT)
    if rooms.accounts[inbound.account].customer_service_transfer:
        return Transfer()
    return Text(configured or _words(asked))


def _words(asked: PersonAsked) -> str:
    task, shop = asked.task, asked.shop
    guide = guide_at(task.guide_name, shop.store.name if shop else "") if task.guide_name else ""
    if not task.is_new:
        told = f"您补充的话也已转给{guide}，还在等待处理。" if guide else "您补充的话也已记下，还在等待同事处理。"
    elif guide:
        told = f"很抱歉让您有不好的体验。您的话已转给{guide}，等待处理。"
    else:
        told = "很抱歉让您有不好的体验。您的话已记下，等待同事处理。"
    return "\n".join([told, *while_waiting(asked)])
