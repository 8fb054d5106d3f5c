"""What a message may want of us, and the moods it may be written in."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What a message wants, in order of urgency; the words are in ``intents.toml``."""

    COMPLAINT = "complaint"  # something went wrong, or they say that they complain
    HUMAN = "human"  # a person instead of the bot
    RETURN = "return"  # 退货 换货 退款
    ORDER = "order"  # change or cancel one
    LOGISTICS = "logistics"  # when it is sent, where it is
    REPAIR = "repair"
    INVOICE = "invoice"
    STOCK = "stock"
    SIZE = "size"
    PRICE = "price"
    STORE = "store"  # where and when the doors are open
    THANKS = "thanks"
    GREETING = "greeting"


class Mood(StrEnum):
    """The mood of a message; the words are in ``mood.toml``."""

    UPSET = "upset"
    NEUTRAL = "neutral"
    SATISFIED = "satisfied"


POLITE = frozenset({Intent.THANKS, Intent.GREETING})
"""What is said beside what is wanted."""

URGENCY = {intent: place for place, intent in enumerate(Intent)}
