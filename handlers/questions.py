"""Questions HQ stored answers for: the answer, a choice among suggestions, and what is asked in vain.

With nothing stored none of these matches, and nothing is read.
"""

from __future__ import annotations

from bot.routing import Rank, Route, answers, changes
from campaigns.answers import asking
from campaigns.answers.asking import KINDS, MISSED
from campaigns.answers.suggestions import find_choice, written
from core.messages import Inbound, Reply, Text, Transfer
from core.ports import Subject
from guides.nearby import PersonAsked
from handlers._rooms import Rooms
from handlers._words import NOT_UNDERSTOOD, guide_at, while_waiting


def routes(rooms: Rooms) -> list[Route]:
    base = rooms.answers

    def is_sure(inbound: Inbound) -> bool:
        return len(base) > 0 and any(each.is_sure for each in base.find(inbound.text, inbound.received_at))

    def is_sure_anywhere(inbound: Inbound) -> bool:
        """Nothing has to be read or asked for: whoever it is gets these words."""
        if base.rephraser is not None or not is_sure(inbound):
            return False
        return not asking.needs_store(base.find(inbound.text, inbound.received_at))

    def is_choice(inbound: Inbound) -> bool:
        return len(base) > 0 and bool(inbound.openid) and find_choice(inbound.text) is not None

    def is_question(inbound: Inbound) -> bool:
        return len(base) > 0 and bool(inbound.openid) and base.is_question(inbound.text)

    def answer(inbound: Inbound) -> Reply:
        found = base.find(inbound.text, inbound.received_at)  # the base may have changed since the route was picked
        return Text(found[0].answer.words if found and found[0].is_sure else NOT_UNDERSTOOD)

    async def answer_here(inbound: Inbound) -> Reply:
        words = await asking.say(base, inbound.app_id, inbound.openid, inbound.text, inbound.received_at)
        return Text(words or NOT_UNDERSTOOD)

    async def choice(inbound: Inbound) -> Reply:
        """A bare number may be a keyword of HQ's as well, where no suggestion waits for one."""
        number = find_choice(inbound.text) or 0
        found = await asking.chosen(base, inbound.app_id, inbound.openid, number, inbound.received_at)
        return Text(found.answer.words if found else rooms.keywords.find(inbound.text) or NOT_UNDERSTOOD)

    async def missed(inbound: Inbound, who: Subject) -> Reply:
        outcome = await asking.missed(base, rooms.stores, who, inbound.text, inbound.received_at)
        if outcome.handed_over is None:
            return Text(written(outcome.suggestions) if outcome.suggestions else NOT_UNDERSTOOD)
        if rooms.accounts[inbound.account].customer_service_transfer:
            return Transfer()
        return Text(_handed_over(outcome.handed_over))

    return [
        answers(choice, *KINDS, when=is_choice, rank=Rank.CONFIGURED, name="answer_choice"),
        answers(answer, *KINDS, when=is_sure_anywhere, rank=Rank.CONFIGURED, name="question"),
        answers(answer_here, *KINDS, when=is_sure, rank=Rank.CONFIGURED, name="question_here"),
        changes(missed, *KINDS, when=is_question, rank=Rank.FALLBACK, name=MISSED),
    ]


def _handed_over(asked: PersonAsked) -> str:
    task, shop = asked.task, asked.shop
    if not task.is_new:
        told = "这个问题自动回复答不上来。您之前的请求还在等待处理，同事会一并回复您。"
    elif task.guide_name:
        guide = guide_at(task.guide_name, shop.store.name if shop else "")
        told = f"这个问题自动回复答不上来，已把您的问题列入{guide}的待办。"
    else:
        told = "这个问题自动回复答不上来，已把您的问题记下，等待同事处理。"
    return "\n".join([told, *while_waiting(asked)])
