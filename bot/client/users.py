"""People of an official account: one, a hundred, or all of them page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.client.client import WeChatClient
from bot.client.http import Api
from core.accounts import Account
from core.clock import from_epoch
from core.errors import Invalid
from core.followers import Follower, FollowerPage

BATCH_LIMIT = 100

_INFO = Api("GET", "/cgi-bin/user/info", is_repeatable=True)
_BATCH = Api("POST", "/cgi-bin/user/info/batchget", is_repeatable=True)
_LIST = Api("GET", "/cgi-bin/user/get", is_repeatable=True)


async def get_user_info(client: WeChatClient, account: Account, openid: str) -> Follower:
    """What WeChat tells of one person; since 2021 neither name nor picture."""
    return _follower(await client.call(account, _INFO, {"openid": openid, "lang": "zh_CN"}))


async def list_user_infos(client: WeChatClient, account: Account, openids: Sequence[str]) -> list[Follower]:
    """Up to 100 people in one call; raises ``Terminal`` (40003) if one openid is none of this account's."""
    if not 1 <= len(openids) <= BATCH_LIMIT:
        raise Invalid("openids", f"{len(openids)} given", f"ask for 1 to {BATCH_LIMIT}")
    body = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
    answer = await client.call(account, _BATCH, body=body)
    return [_follower(card) for card in answer.get("user_info_list", ())]


async def list_followers(client: WeChatClient, account: Account, next_openid: str = "") -> FollowerPage:
    """The page of followers after ``next_openid``, up to 10,000."""
    answer = await client.call(account, _LIST, {"next_openid": next_openid} if next_openid else {})
    openids = tuple(answer.get("data", {}).get("openid", ()))
    # WeChat names the last openid even when the list ends with it; an empty page follows.
    return FollowerPage(openids, str(answer.get("next_openid", "")) if openids else "", int(answer.get("total", 0)))


class AccountFollowers:
    """The followers of one official account; fills ``core.followers.FollowerSource``."""

    def __init__(self, client: WeChatClient, account: Account) -> None:
        self._client = client
        self._account = account

    async def list_followers(self, next_openid: str) -> FollowerPage:
        return await list_followers(self._client, self._account, next_openid)

    async def user_info_batch(self, openids: Sequence[str]) -> list[Follower]:
        return await list_user_infos(self._client, self._account, openids)


def _follower(card: Mapping[str, Any]) -> Follower:
    followed = card.get("subscribe_time")
    return Follower(
        openid=str(card["openid"]),
        unionid=str(card.get("unionid") or ""),
        is_following=card.get("subscribe") == 1,
        followed_at=from_epoch(followed) if isinstance(followed, int) and followed else None,
        scene=str(card.get("qr_scene_str") or ""),
    )
