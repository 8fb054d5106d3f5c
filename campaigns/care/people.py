"""People an audience consists of, from rows to what a rule says of them."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.care.kind import Due, Occasion
from customers.erasing_tables import ERASED_OPENID
from models.dialect.audiences import Among, Member

NOT_ACTS = (
    "event.templatesendjobfinish",
    "event.masssendjobfinish",
    "event.subscribe_msg_sent_event",
    "event.publishjobfinish",
    "event.user_info_modified",
    "event.user_authorization_revoke",
    "event.user_authorization_cancellation",
    "event.kf_create_session",
    "event.kf_close_session",
    "event.kf_switch_session",
)
"""Journal kinds about a person that the person did not do: reports on what was sent to them, and the like."""


def among(occasion: Occasion, after_id: int) -> Among:
    """Everybody of the rule's account who is not erased."""
    return Among(occasion.app_id, ERASED_OPENID, after_id)


def due_of(member: Member, what: str, values: Mapping[str, str]) -> Due:
    """``what`` tells this reason from the person's others; ``values`` are the kind's own variables."""
    name, guide, store = (" ".join(text.split()) for text in (member.name, member.guide, member.store))
    return Due(member.customer_id, member.identity_id, what, name, guide, store, values)
