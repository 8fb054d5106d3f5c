"""Late replies and mini-program words: an answer that could not go out with the push becomes a delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.accounts import Account
from core.channels import customer_service
from core.clock import Now, now
from core.errors import Missing
from core.messages import Reply, Transfer, reply_to_json
from core.ports import Subject
from delivery.outbox import plan
from delivery.policy import MESSAGE_WINDOW


async def plan_reply(subject: Subject, message_key: str, reply: Reply, account: Account, clock: Now = now) -> bool:
    """Plans a reply in the caller's transaction; True if it is new.

    Nothing is planned for a transfer, which has no words, or where nobody is there to hear them. It expires when the
    window that the message opened closes.
    """
    if isinstance(reply, Transfer) or not subject.identity_id:
        return False
    at = clock()
    return await plan(
        occurrence=f"reply:{message_key}",
        customer_id=subject.customer_id,
        identity_id=subject.identity_id,
        app_id=subject.app_id,
        channel=customer_service(account.kind),
        payload=dict(reply_to_json(reply)),
        due_at=at,
        expires_at=subject.at + MESSAGE_WINDOW,
        interaction_id=subject.interaction_id,
        planned_at=at,
    )


class ReplyPlanner:
    """Fills the journal's ``ReplyPlan``: knows the account a push came by, and wakes whoever sends."""

    def __init__(self, accounts: Iterable[Account], wake: Callable[[], None], clock: Now = now) -> None:
        self._accounts = {account.app_id: account for account in accounts}
        self._wake = wake
        self._now = clock

    def planned(self) -> None:
        self._wake()

    async def plan(self, subject: Subject, message_key: str, reply: Reply) -> None:
        account = self._accounts.get(subject.app_id)
        if account is None:
            raise Missing(f"no account has the app id {subject.app_id}")
        await plan_reply(subject, message_key, reply, account, self._now)
