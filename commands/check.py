"""``check``: what is wrong with this installation and how to mend it, part by part."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

import aiohttp

from bot.client.client import WeChatClient
from bot.client.http import WeChatHttp
from bot.client.token import MemoryTokenStore, Tokens
from commands.checks.account import check_account
from commands.checks.database import check_database
from commands.checks.finding import Finding, State, yellow
from commands.checks.push_address import check_push_address
from commands.checks.redis_server import check_redis
from commands.checks.settings import check_settings
from commands.output import Exit, Output
from config.load import Survey, accounts_of, survey_settings
from core.accounts import Account

HELP = "settings, database, Redis and every account: green or red, with the exact remedy"

_MARKS = {State.GREEN: "✓", State.YELLOW: "!", State.RED: "✗"}
_SEE_ABOVE = "mend the settings named above, then check again"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


async def run(args: argparse.Namespace, out: Output) -> Exit:
    survey = survey_settings()
    found: list[Finding] = []
    _tell(found, check_settings(survey), out)
    _tell(found, await _services(survey), out)
    _tell(found, await _accounts(survey), out)
    counts = Counter(finding.state for finding in found)
    out.line(", ".join(f"{counts[state]} {state}" for state in State))
    out.put(checks=[asdict(finding) for finding in found])
    return Exit.COULD_NOT if counts[State.RED] else Exit.DONE


def _tell(found: list[Finding], more: Iterable[Finding], out: Output) -> None:
    for finding in more:
        found.append(finding)
        out.line(f"{_MARKS[finding.state]} {finding.part}: {finding.detail}")
        if finding.remedy:
            out.line(f"    → {finding.remedy}")


async def _services(survey: Survey) -> list[Finding]:
    settings = survey.settings
    if "database_url" in survey.unsound:
        found = [yellow("database", "not looked at", _SEE_ABOVE)]
    else:
        secret_key = None if "secret_key" in survey.unsound else settings.secret_key.get_secret_value()
        found = await check_database(settings.database_url, secret_key)
    if "redis_url" in survey.unsound:
        return [*found, yellow("redis", "not looked at", _SEE_ABOVE)]
    return [*found, await check_redis(settings.redis_url, settings.database_url)]


async def _accounts(survey: Survey) -> list[Finding]:
    """Every account whose settings are sound, all at once, told in the order of the settings."""
    accounts = accounts_of(survey.settings).values()
    async with WeChatHttp() as http, aiohttp.ClientSession() as session:
        # Tokens are kept in memory: there may be no database yet, and WeChat gives the stored ones again.
        client = WeChatClient(http, Tokens(http, MemoryTokenStore()))
        found = await asyncio.gather(*(_account(client, session, survey, account) for account in accounts))
    return [finding for findings in found for finding in findings]


async def _account(
    client: WeChatClient, session: aiohttp.ClientSession, survey: Survey, account: Account
) -> list[Finding]:
    settings = survey.settings
    found = await check_account(client, account, settings.clock_skew_s)
    return [*found, *await check_push_address(session, account, settings.public_url)]
