"""The composition root: rooms get their settings and each other here, and nowhere else."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import time, timedelta

from bot.client.client import WeChatClient
from bot.client.http import WeChatHttp
from bot.client.token import Tokens
from campaigns.coupons import person_tables as person_tables  # registers how coupons forget a person
from config.load import accounts_of, load_settings
from config.settings import Settings
from core.accounts import Account, AccountKind
from core.channels import ContactClass
from core.clock import now
from core.errors import Invalid, ZhijiError
from delivery.failed_calls import record_failed_call
from delivery.limits.metered import Limits
from delivery.limits.quotas import Quotas
from delivery.limits.rates import Rates
from delivery.limits.shared_turns import SharedTurns
from delivery.policy import ContactRules
from delivery.wakeup import connect_redis
from models.database import close_database, is_sqlite, open_database, pending_migrations, sqlite_path
from models.dialect.condition import look_at
from models.leases import new_holder
from models.secret_key import hold_secret_key
from models.tokens import SharedTokens


@dataclass(frozen=True, slots=True)
class Installation:
    """The settings as the rooms take them, and the name of this process."""

    settings: Settings
    accounts: Mapping[str, Account]
    secret_key: str
    holder: str

    def account(self, key: str) -> Account:
        """The account of that name. Raises ``Invalid``."""
        found = self.accounts.get(key)
        if found is None:
            known = ", ".join(self.accounts) or "none"
            raise Invalid("account", f"there is no account {key!r}", f"configured are: {known}")
        return found

    def official_account(self) -> Account:
        """The one official account, where there is just one. Raises ``Invalid``."""
        found = [a for a in self.accounts.values() if a.kind is AccountKind.OFFICIAL_ACCOUNT]
        if len(found) != 1:
            raise Invalid("--account", f"{len(found)} official accounts are configured", "say which")
        return found[0]

    @property
    def grace(self) -> timedelta:
        return timedelta(days=self.settings.brand.unfollow_grace_days)

    @property
    def contact_rules(self) -> ContactRules:
        """``[contact]`` as the policy asks it."""
        contact = self.settings.contact
        return ContactRules(
            quiet_from=time.fromisoformat(contact.quiet_from),
            quiet_until=time.fromisoformat(contact.quiet_until),
            cap_days=contact.cap_days,
            caps={ContactClass.MARKETING: contact.marketing_cap, ContactClass.CARE: contact.care_cap},
            holdout_percent=contact.holdout_percent,
        )


def read_installation() -> Installation:
    """Reads the settings. Raises ``SettingsInvalid``."""
    settings = load_settings()
    return Installation(settings, accounts_of(settings), settings.secret_key.get_secret_value(), new_holder())


@asynccontextmanager
async def database(installation: Installation) -> AsyncIterator[None]:
    """The database, open, with its schema up to date and of our secret key. Raises ``Invalid`` where it is not."""
    async with database_of_any_key(installation):
        await hold_secret_key(installation.secret_key, now())
        yield


@asynccontextmanager
async def database_of_any_key(installation: Installation) -> AsyncIterator[None]:
    """The database, open and with its schema up to date. Raises ``Invalid`` where it is not."""
    url = installation.settings.database_url
    if is_sqlite(url) and not sqlite_path(url).exists():
        raise Invalid("database", f"{sqlite_path(url)} does not exist", "run: python main.py migrate")
    try:
        async with said_plainly(url):
            await open_database(url, installation.settings.database_pool)
            pending = await pending_migrations()
        if pending:
            raise Invalid("database", f"lacks {len(pending)} migration(s)", "run: python main.py migrate")
        yield
    finally:
        await close_database()


@asynccontextmanager
async def said_plainly(url: str) -> AsyncIterator[None]:
    """What a driver says of a database it cannot reach becomes an ``Invalid`` with the remedy."""
    try:
        yield
    except ZhijiError:
        raise
    except Exception:
        await look_at(url)
        raise


@asynccontextmanager
async def wechat(installation: Installation, limits: Limits | None = None) -> AsyncIterator[WeChatClient]:
    """A client for every account, its tokens shared through the database, its calls counted with everybody's."""
    async with AsyncExitStack() as stack:
        if limits is None:
            redis = connect_redis(installation.settings.redis_url)
            stack.push_async_callback(redis.aclose)
            limits = Limits(Rates(SharedTurns(redis)), Quotas())
            stack.push_async_callback(limits.close)
        http = await stack.enter_async_context(WeChatHttp())
        tokens = Tokens(http, SharedTokens(installation.secret_key, installation.holder))
        stack.push_async_callback(tokens.close)
        yield WeChatClient(http, tokens, record_failed_call, metered=limits)


def operator() -> str:
    """Who runs this command, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"[:64]
    except (KeyError, OSError):
        return "cli"
