"""Existing followers come over once, whatever interrupts the import, and never against somebody's will."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.client.users import AccountFollowers
from core.clock import from_epoch
from core.errors import Retryable
from core.followers import Follower, FollowerPage, FollowerSource
from core.ports import Subject
from customers.erasure import erase_identity
from customers.follower_import import FollowerImporter, Imported, Progress
from customers.following import follow, unfollow
from customers.identities import ensure_person, learn_unionid
from models import Customer, FollowerImport, Following, Identity, Merge
from simulator.state.stocks import Act
from tests.wechat import MINI_ID, SHOP_ID, Hands, SimulatedWeChat, open_caller, simulated_wechat

BATCHGET = "/cgi-bin/user/info/batchget"


@dataclass
class Shop:
    """An account with followers at WeChat, and the source our client makes of it."""

    wechat: SimulatedWeChat
    source: FollowerSource
    hands: Hands

    def importer(self, source: FollowerSource | None = None, told: list[Progress] | None = None) -> FollowerImporter:
        tell = told.append if told is not None else lambda progress: None
        return FollowerImporter(SHOP_ID, source or self.source, tell, self.hands)

    def followers(self, number: int, bound: bool = True) -> list[str]:
        return [self.wechat.follower(f"o{n:05}", f"u{n:05}" if bound else "") for n in range(number)]

    async def subject(self, openid: str) -> Subject:
        person = await ensure_person(SHOP_ID, openid, self.hands())
        return Subject(0, person.identity_id, person.customer_id, SHOP_ID, openid, self.hands())


@pytest.fixture
async def shop(database: str) -> AsyncIterator[Shop]:
    hands = Hands()
    async with simulated_wechat(hands.epoch) as wechat, open_caller(clock=hands) as caller:
        yield Shop(wechat, AccountFollowers(caller.client, wechat.shop), hands)


async def rows() -> tuple[int, int, int]:
    """Customers, identities of the account, open followings."""
    return (
        await Customer.all().count(),
        await Identity.filter(app_id=SHOP_ID).count(),
        await Following.filter(open_slot__isnull=False).count(),
    )


async def test_followers_come_over_with_unionids_and_since_when(shop: Shop) -> None:
    shop.followers(250)
    shop.wechat.world.knobs.followers_page = 100
    shop.hands.moment += timedelta(days=30)
    assert await shop.importer().run() == Imported(listed=250, new=250, followings=250, unionids=250)
    assert await rows() == (250, 250, 250)
    assert await Identity.get(openid="o00007").values_list("unionid", flat=True) == "u00007"
    following = await Following.first()
    assert following is not None and following.source == "import"
    assert following.since == from_epoch(int((shop.hands() - timedelta(days=30)).timestamp()))
    assert shop.wechat.calls(BATCHGET) == 3


async def test_importing_again_changes_nothing(shop: Shop) -> None:
    shop.followers(30)
    await shop.importer().run()
    before = await Identity.all().order_by("id").values("id", "openid", "customer_id", "unionid")
    assert await shop.importer().run() == Imported(listed=30, new=0, followings=0, unionids=0)
    assert await Identity.all().order_by("id").values("id", "openid", "customer_id", "unionid") == before
    assert await rows() == (30, 30, 30)


async def test_who_followed_since_comes_over_the_next_time(shop: Shop) -> None:
    shop.followers(3)
    await shop.importer().run()
    shop.wechat.follower("new", "uNew")
    assert await shop.importer().run() == Imported(listed=4, new=1, followings=1, unionids=1)


async def test_page_of_ten_thousand_is_stored_in_sets(shop: Shop) -> None:
    class Big:
        async def list_followers(self, next_openid: str) -> FollowerPage:
            return FollowerPage(tuple(f"o{number:05}" for number in range(10_000)), "", 10_000)

        async def user_info_batch(self, openids: Sequence[str]) -> list[Follower]:
            return [Follower(openid, "", True, None, "") for openid in openids]

    async with asyncio.timeout(45):
        assert await shop.importer(Big()).run() == Imported(10_000, 10_000, 10_000, 0)
    assert await rows() == (10_000, 10_000, 10_000)
    assert await Identity.filter(unionid_checked_at__isnull=True).count() == 0


async def test_interrupted_import_goes_on_where_it_was(shop: Shop) -> None:
    shop.followers(50)
    shop.wechat.world.knobs.followers_page = 10

    class Broken:
        def __init__(self, pages: int, batches: int) -> None:
            self.pages, self.batches, self.asked = pages, batches, 0

        async def list_followers(self, next_openid: str) -> FollowerPage:
            self.pages -= 1
            if self.pages < 0:
                raise Retryable("busy")
            self.asked += 1
            return await shop.source.list_followers(next_openid)

        async def user_info_batch(self, openids: Sequence[str]) -> list[Follower]:
            self.batches -= 1
            if self.batches < 0:
                raise Retryable("busy")
            return await shop.source.user_info_batch(openids)

    with pytest.raises(Retryable):
        await shop.importer(Broken(2, 0)).run()
    assert await rows() == (20, 20, 20)
    mark = await FollowerImport.get(app_id=SHOP_ID)
    assert (mark.next_openid, mark.imported, mark.is_listed) == ("o00019", 20, False)
    with pytest.raises(Retryable):
        await shop.importer(Broken(99, 0)).run()
    assert await rows() == (50, 50, 50)
    last = Broken(0, 99)
    assert await shop.importer(last).run() == Imported(listed=0, new=0, followings=0, unionids=50)
    assert last.asked == 0


async def test_place_mark_who_left_does_not_stop_the_import(shop: Shop) -> None:
    shop.followers(20)
    await FollowerImport.create(
        app_id=SHOP_ID, next_openid="gone", imported=10, is_listed=False, updated_at=shop.hands()
    )
    assert (await shop.importer().run()).new == 20
    assert (await FollowerImport.get(app_id=SHOP_ID)).imported == 20


async def test_people_we_know_keep_their_rows(shop: Shop) -> None:
    shop.followers(3)
    known = await shop.subject("o00001")
    await follow(known, "scan")
    assert await shop.importer().run() == Imported(listed=3, new=2, followings=2, unionids=3)
    row = await Following.get(open_slot=known.identity_id)
    assert row.source == "scan" and row.since == known.at


async def test_who_came_back_unseen_is_not_erased(shop: Shop) -> None:
    shop.followers(1)
    who = await shop.subject("o00000")
    await follow(who, "scan")
    await unfollow(who, timedelta(days=30))
    shop.hands.moment += timedelta(hours=1)
    assert (await shop.importer().run()).followings == 1
    assert await Following.filter(erase_due_at__isnull=False).count() == 0
    assert await Following.all().count() == 2


async def test_who_leaves_while_the_page_is_on_its_way_has_left(shop: Shop) -> None:
    shop.followers(2)

    class Slow:
        async def list_followers(self, next_openid: str) -> FollowerPage:
            page = await shop.source.list_followers(next_openid)
            shop.hands.moment += timedelta(seconds=5)
            who = await shop.subject("o00000")
            await follow(who, "scan")
            await unfollow(who, timedelta(days=30))
            return page

        async def user_info_batch(self, openids: Sequence[str]) -> list[Follower]:
            return await shop.source.user_info_batch(openids)

    assert (await shop.importer(Slow()).run()).followings == 1
    left = await Identity.get(openid="o00000")
    assert not await Following.exists(open_slot=left.id)
    assert await Following.filter(identity_id=left.id, erase_due_at__isnull=False).count() == 1


async def test_unionid_joins_the_person_known_by_the_mini_program(shop: Shop) -> None:
    shop.followers(1)
    mini = await ensure_person(MINI_ID, "m1", shop.hands())
    await learn_unionid(mini.identity_id, "u00000", shop.hands())
    await shop.importer().run()
    holders = await Identity.filter(unionid="u00000").values_list("customer_id", flat=True)
    assert len(holders) == 2 and len(set(holders)) == 1
    assert await Merge.all().count() == 1


async def test_account_that_is_not_bound_is_asked_once(shop: Shop) -> None:
    shop.followers(5, bound=False)
    assert (await shop.importer().run()).unionids == 0
    assert await Identity.filter(unionid_checked_at__isnull=True).count() == 0
    calls = shop.wechat.calls(BATCHGET)
    assert await shop.importer().ask_new() == 0
    assert shop.wechat.calls(BATCHGET) == calls


async def test_openid_wechat_does_not_know_spoils_nobody_elses_answer(shop: Shop) -> None:
    shop.followers(10)
    stranger = await shop.subject("stranger")
    await follow(stranger, "scan")
    assert (await shop.importer().run()).unionids == 10
    identity = await Identity.get(openid="stranger")
    assert identity.unionid is None and identity.unionid_checked_at is not None


async def test_person_erased_while_wechat_is_asked_stays_erased(shop: Shop) -> None:
    shop.followers(2)

    class Erasing:
        async def list_followers(self, next_openid: str) -> FollowerPage:
            return await shop.source.list_followers(next_openid)

        async def user_info_batch(self, openids: Sequence[str]) -> list[Follower]:
            infos = await shop.source.user_info_batch(openids)
            await erase_identity((await Identity.get(openid="o00000")).id, shop.hands())
            return infos

    assert (await shop.importer(Erasing()).run()).unionids == 1
    assert await Identity.filter(openid__startswith="erased:").values_list("unionid", flat=True) == [None]


async def test_webhook_that_meets_the_same_people_makes_nobody_twice(shop: Shop) -> None:
    openids = shop.followers(40)

    async def webhook() -> None:
        for openid in reversed(openids):
            await ensure_person(SHOP_ID, openid, shop.hands())

    await asyncio.gather(shop.importer().run(), webhook())
    assert await rows() == (40, 40, 40)


async def test_progress_is_told_page_by_page_and_batch_by_batch(shop: Shop) -> None:
    shop.followers(25)
    shop.wechat.world.knobs.followers_page = 10
    told: list[Progress] = []
    await shop.importer(told=told).run()
    assert [(each.listed, each.asked) for each in told] == [(10, 0), (20, 0), (25, 0), (25, 0), (25, 25)]
    assert {each.total for each in told} == {25}


async def test_person_who_left_is_not_asked_about_again(shop: Shop) -> None:
    shop.followers(1, bound=False)
    shop.wechat.world.note(SHOP_ID, "o00000", Act.UNFOLLOW)
    assert await shop.importer().run() == Imported(0, 0, 0, 0)
    assert await rows() == (0, 0, 0)
