"""What a process that sends works with, and what it does in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.client.client import WeChatClient
from bot.client.sender import WeChatSender
from bot.client.users import AccountFollowers
from campaigns.care.book import CareBook
from campaigns.coupons.codes import Codes
from campaigns.coupons.redemption.redeeming import expire_due as expire_coupons
from campaigns.coupons.sending.carried import CarriedCoupons
from campaigns.coupons.sending.filled_codes import FilledCodes
from campaigns.still_true import AllStillTrue
from commands.wiring import Installation
from core.accounts import AccountKind
from core.clock import now
from core.loops import Loop
from customers.follower_import import FollowerImporter
from customers.following import erase_due
from customers.places import expire_places
from customers.projector import Projector
from customers.tagging.live import LiveLexicon
from delivery.claims import Claims
from delivery.confirmations import confirm_late
from delivery.leader import Leader
from delivery.limits.metered import Limits
from delivery.loop import DeliveryLoop
from delivery.planning import Planner
from delivery.schedule import CalendarRounds, Job, Schedule
from delivery.wakeup import Wakeup
from delivery.worker import Parts, Worker
from guides.care_tasks import CareTasks
from models.database import forget_deleted

_PROJECT_EVERY_S = 0.5
_ERASE_BATCH = 200


def background_parts(
    installation: Installation, client: WeChatClient, limits: Limits, wakeup: Wakeup
) -> Iterator[Loop | DeliveryLoop | Schedule]:
    """In the order in which they are started."""
    accounts, brand, rules = installation.accounts, installation.settings.brand, installation.contact_rules
    crs = {account.app_id: account.location_crs for account in accounts.values()}
    projector = Projector(LiveLexicon(), timedelta(days=brand.place_days), location_crs=crs)
    yield Loop("projector", projector.run_once, _PROJECT_EVERY_S)
    book, tasks = CareBook(accounts, brand.name), CareTasks()
    claims = Claims(installation.holder)
    sender = FilledCodes(WeChatSender(client), Codes(installation.secret_key))
    parts = Parts(claims, sender, limits, rules, guide_tasks=tasks, still_true=AllStillTrue(book, CarriedCoupons()))
    yield DeliveryLoop(Worker(parts, accounts.values()), wakeup)
    leader = Leader("schedule", installation.holder)
    rounds = CalendarRounds(leader, installation.holder, book, Planner(leader, accounts.values(), rules, tasks))
    yield Schedule(leader, [*rounds.jobs(), *_jobs(installation, client)])


def _jobs(installation: Installation, client: WeChatClient) -> list[Job]:
    return [
        Job("erase people whose grace has ended", 300, _erase_due),
        Job("forget places that expired", 300, lambda: expire_places(now())),
        Job("ask for new followers' unionids", 60, lambda: _ask_unionids(installation, client)),
        Job("end coupons whose time is over", 60, lambda: expire_coupons(now())),
        Job("confirm what was reported before its answer", 60, confirm_late),
    ]


async def _erase_due() -> None:
    if await erase_due(now(), _ERASE_BATCH):
        await forget_deleted()


async def _ask_unionids(installation: Installation, client: WeChatClient) -> None:
    for account in installation.accounts.values():
        if account.kind is AccountKind.OFFICIAL_ACCOUNT and account.verified:
            await FollowerImporter(account.app_id, AccountFollowers(client, account)).ask_new()
