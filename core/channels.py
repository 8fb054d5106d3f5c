"""The ways a message leaves the house."""

from __future__ import annotations

from enum import StrEnum

from core.accounts import AccountKind


class Channel(StrEnum):
    """A way out, as it stands on delivery rows."""

    CUSTOM = "custom"
    MINI_CUSTOM = "mini_custom"
    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"
    MINI_SUBSCRIBE = "mini_subscribe"
    GUIDE_TASK = "guide_task"

    @property
    def needs_window(self) -> bool:
        """Only while a window is open that the customer's own act opened, and only so many."""
        return self in (Channel.CUSTOM, Channel.MINI_CUSTOM)

    @property
    def needs_grant(self) -> bool:
        """One accept of the customer buys one."""
        return self in (Channel.SUBSCRIBE, Channel.MINI_SUBSCRIBE)

    @property
    def has_client_id(self) -> bool:
        """WeChat sends the same client id once within ten minutes, so that a lost answer may be asked for again."""
        return self is Channel.TEMPLATE

    @property
    def api(self) -> str:
        """The path of WeChat's API by whose limits it is counted; empty where it does not go through WeChat."""
        return _APIS.get(self, "")

    @property
    def account_kind(self) -> AccountKind | None:
        """The kind of account it goes through; None where it does not go through WeChat."""
        return _KINDS.get(self)


class ContactClass(StrEnum):
    """What a message is to the customer: an answer or notice they asked for, a kindness, or an offer."""

    SERVICE = "service"
    CARE = "care"
    MARKETING = "marketing"


_KINDS = {
    Channel.CUSTOM: AccountKind.OFFICIAL_ACCOUNT,
    Channel.TEMPLATE: AccountKind.OFFICIAL_ACCOUNT,
    Channel.SUBSCRIBE: AccountKind.OFFICIAL_ACCOUNT,
    Channel.MINI_CUSTOM: AccountKind.MINI_PROGRAM,
    Channel.MINI_SUBSCRIBE: AccountKind.MINI_PROGRAM,
}
_APIS = {
    Channel.CUSTOM: "/cgi-bin/message/custom/send",
    Channel.MINI_CUSTOM: "/cgi-bin/message/custom/send",
    Channel.TEMPLATE: "/cgi-bin/message/template/send",
    Channel.SUBSCRIBE: "/cgi-bin/message/subscribe/bizsend",
    Channel.MINI_SUBSCRIBE: "/cgi-bin/message/subscribe/send",
}


def customer_service(kind: AccountKind) -> Channel:
    """The customer-service channel of this kind of account."""
    return Channel.MINI_CUSTOM if kind is AccountKind.MINI_PROGRAM else Channel.CUSTOM
