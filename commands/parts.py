"""``show parts``: every handler, command and tag group found; needs no database, and settings only for the accounts."""

from __future__ import annotations

from datetime import timedelta

import handlers
from bot.routing import discover
from campaigns.answers.base import AnswerBase
from campaigns.coupons.codes import Codes
from campaigns.coupons.counter import CouponCounter
from campaigns.keyword_replies import KeywordReplies
from commands.line import find_commands
from commands.output import Exit, Output
from config.load import accounts_of, survey_settings
from customers.tagging.live import LiveLexicon
from guides.binding import BindingRules, Bindings
from guides.reception import Reception
from guides.stores import StoreDirectory
from handlers._rooms import Rooms


def show_parts(out: Output) -> Exit:
    """What is faulty in the settings has its default here; ``check`` tells the faults."""
    survey = survey_settings()
    accounts, brand, stores = accounts_of(survey.settings), survey.settings.brand, StoreDirectory()
    reception = Reception(Bindings(BindingRules(timedelta(days=brand.protection_days)), stores))
    grace = timedelta(days=brand.unfollow_grace_days)
    coupons = CouponCounter(Codes("no key: nothing is made here"), 0, stores)
    keywords, lexicon, answers = KeywordReplies(), LiveLexicon(), AnswerBase()
    rooms = Rooms(brand.name, accounts, reception, stores, keywords, grace, lexicon, answers, coupons)
    routes = sorted(discover(handlers, rooms), key=lambda route: (route.rank, route.name))
    out.line("handlers, in the order they are asked:")
    for route in routes:
        how = "changes" if route.changes else ("answers" if route.is_instant else "reads")
        out.line(f"  {route.name:20} {how:8} {', '.join(sorted(route.kinds)) or 'every kind'}")
    commands = list(find_commands())
    out.line(f"tag groups: {', '.join(group.label for group in rooms.lexicon.lexicon.groups.values())}")
    out.line(f"commands: {', '.join(commands)}")
    out.line(f"accounts: {', '.join(f'{a.key} ({a.kind})' for a in accounts.values()) or 'none'}")
    if survey.faults:
        out.line(f"the settings have {len(survey.faults)} fault(s); they are told by: python main.py check")
    out.put(
        handlers=[{"name": r.name, "rank": r.rank.name.lower(), "kinds": sorted(r.kinds)} for r in routes],
        tag_groups=list(rooms.lexicon.lexicon.groups), commands=commands, accounts=list(accounts),
    )  # fmt: skip
    return Exit.DONE
