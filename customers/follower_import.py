"""Takes over the people who followed before we were connected: they send no event, so WeChat is asked for them.

First every openid, page by page, then everybody's unionid a hundred at a time. The ``FollowerImport`` row remembers how
far it came; killed anywhere and started again, it goes on and ends with the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from core.clock import Now, now
from core.errors import Terminal
from core.followers import Follower, FollowerPage, FollowerSource
from customers.identities import learn_unionid
from models import FollowerImport, Identity
from models.dialect.bulk import current
from models.dialect.followers import add_people, date_followings, open_followings
from models.dialect.locks import lock_person

SOURCE = "import"
BATCH = 100
_STORED_AT_ONCE = 1000
_NOT_THIS_APPS_PERSON = 40003


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it came, over all runs of this import: people listed of ``total``, and asked about."""

    total: int
    listed: int
    asked: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What this run did: people seen, new to us, now following, and unionids learnt."""

    listed: int
    new: int
    followings: int
    unionids: int


Tell = Callable[[Progress], None]


class FollowerImporter:
    """Imports one official account's followers. One at a time an account: two would only do the work twice."""

    def __init__(
        self, app_id: str, source: FollowerSource, tell: Tell = lambda progress: None, clock: Now = now
    ) -> None:
        self._app_id = app_id
        self._source = source
        self._tell = tell
        self._now = clock
        self._listed = self._new = self._followings = self._unionids = self._asked = self._total = 0
        self._last_asked = 0

    async def run(self) -> Imported:
        """Goes on where the last run ended, or begins anew if that was complete. Raises the ``ChannelError`` family."""
        mark = await self._mark()
        self._total = mark.imported
        while not mark.is_listed:
            await self._list_page(mark)
        while await self._ask_batch(mark):
            pass
        return Imported(self._listed, self._new, self._followings, self._unionids)

    async def ask_new(self) -> int:
        """Asks for the unionids of people who followed since; returns how many were learnt."""
        while await self._ask_batch(None):
            pass
        return self._unionids

    async def _mark(self) -> FollowerImport:
        fresh = {"next_openid": "", "imported": 0, "is_listed": False, "updated_at": self._now()}
        mark, _ = await FollowerImport.get_or_create(fresh, app_id=self._app_id)
        if mark.is_listed and not await self._unasked().exists():
            await mark.update_from_dict(fresh).save()
        return mark

    async def _list_page(self, mark: FollowerImport) -> None:
        at = self._now()
        page = await self._next_page(mark)
        for first in range(0, len(page.openids), _STORED_AT_ONCE):
            async with in_transaction():
                some = page.openids[first : first + _STORED_AT_ONCE]
                self._new += await add_people(self._app_id, some, at)
                self._followings += await open_followings(self._app_id, some, at, SOURCE)
        self._listed += len(page.openids)
        self._total = max(page.total, self._total)
        mark.next_openid, mark.is_listed = page.next_openid, not page.next_openid
        mark.imported, mark.updated_at = mark.imported + len(page.openids), self._now()
        await mark.save()
        self._report(mark)

    async def _next_page(self, mark: FollowerImport) -> FollowerPage:
        try:
            return await self._source.list_followers(mark.next_openid)
        except Terminal as error:
            if error.code != _NOT_THIS_APPS_PERSON or not mark.next_openid:
                raise
            # The person who marked our place has left: begin again, what is stored stays as it is.
            mark.imported = 0
            return await self._source.list_followers("")

    async def _ask_batch(self, mark: FollowerImport | None) -> bool:
        """Asks about the next people nobody has asked about; False when there are none."""
        unasked = self._unasked().filter(id__gt=self._last_asked)
        identities = await unasked.order_by("id").limit(BATCH).only("id", "openid")
        if not identities:
            return False
        self._last_asked = identities[-1].id  # those before are not looked through again
        ids = {identity.openid: identity.id for identity in identities}
        infos = [info for info in await self._infos(list(ids)) if info.openid in ids]
        await date_followings({ids[info.openid]: info.followed_at for info in infos if info.followed_at}, SOURCE)
        for info in infos:
            if info.unionid:
                await self._learn(ids[info.openid], info)
        await Identity.filter(id__in=list(ids.values())).update(unionid_checked_at=self._now())
        self._asked += len(ids)
        if mark is not None:
            self._report(mark)
        return True

    async def _learn(self, identity_id: int, follower: Follower) -> None:
        async with in_transaction():
            await lock_person(current(), self._app_id, follower.openid)
            if not await Identity.exists(id=identity_id, openid=follower.openid):
                return  # erased while WeChat was asked
            await learn_unionid(identity_id, follower.unionid, self._now())
            self._unionids += 1

    async def _infos(self, openids: Sequence[str]) -> list[Follower]:
        """What WeChat tells of these people. One unknown openid spoils a whole batch: then it is asked in halves."""
        try:
            return await self._source.user_info_batch(openids)
        except Terminal as error:
            if error.code != _NOT_THIS_APPS_PERSON:
                raise
            if len(openids) == 1:
                return []
            half = len(openids) // 2
            return await self._infos(openids[:half]) + await self._infos(openids[half:])

    def _unasked(self) -> QuerySet[Identity]:
        """Followers whose unionid is not known and was not asked for."""
        followers = Identity.filter(app_id=self._app_id, unionid__isnull=True, unionid_checked_at__isnull=True)
        return followers.filter(followings__open_slot__isnull=False)

    def _report(self, mark: FollowerImport) -> None:
        self._tell(Progress(max(self._total, mark.imported), mark.imported, self._asked))
