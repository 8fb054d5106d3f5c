"""Why a message was not sent: stable words on delivery rows, the same whoever says no."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A closed row's reason; empty where it was sent."""

    # We did not send it.
    EXPIRED = "expired"
    ERASED = "erased"
    NOT_FOLLOWING = "not_following"
    WINDOW_CLOSED = "window_closed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    QUIET_HOURS = "quiet_hours"
    CAPPED = "capped"
    HELD_OUT = "held_out"
    NO_GUIDE = "no_guide"
    NO_CHANNEL = "no_channel"
    NO_LONGER_TRUE = "no_longer_true"
    COUPON_REFUSED = "coupon_refused"
    MERGED_SAME_OCCURRENCE = "merged_same_occurrence"
    # WeChat did not take it.
    WINDOW_USED_UP = "window_used_up"
    NOT_THIS_APPS_PERSON = "not_this_apps_person"
    BLOCKED = "blocked"
    REFUSES_MESSAGES = "refuses_messages"
    LIMITED = "limited"
    NO_GRANT = "no_grant"
    TEMPLATE_BANNED = "template_banned"
    CONTENT_REFUSED = "content_refused"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    BAD_MEDIA = "bad_media"
    BAD_TEMPLATE = "bad_template"
    PAGE_MISSING = "page_missing"
    MISCONFIGURED = "misconfigured"
    REFUSED_BY_CHANNEL = "refused_by_channel"
    GAVE_UP = "gave_up"
    FAILED_AFTERWARDS = "failed_afterwards"
    # Nobody can say.
    NO_SOUND_ANSWER = "no_sound_answer"
    LEASE_ENDED = "lease_ended"
    # A person said what became of it.
    SETTLED_BY_HAND = "settled_by_hand"
