"""What handlers may call that has to be set up first; plain functions of a room they import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from campaigns.answers.base import AnswerBase
from campaigns.coupons.counter import CouponCounter
from campaigns.keyword_replies import KeywordReplies
from core.accounts import Account
from customers.tagging.live import LiveLexicon
from guides.reception import Reception
from guides.stores import StoreDirectory


@dataclass(frozen=True, slots=True)
class Rooms:
    """``brand`` is the name customers know; ``accounts`` by key; ``unfollow_grace`` 0 erases at once.

    ``lexicon`` is what messages are read by, ``answers`` what HQ stored for what customers ask.
    """

    brand: str
    accounts: Mapping[str, Account]
    reception: Reception
    stores: StoreDirectory
    keywords: KeywordReplies
    unfollow_grace: timedelta
    lexicon: LiveLexicon
    answers: AnswerBase
    coupons: CouponCounter
