"""Who follows an official account: one person, up to a hundred, or all of them page by page."""

from __future__ import annotations

from typing import Any

from simulator.api.calls import Call, Route
from simulator.refusals import Refusal

BATCH_LIMIT = 100
ONLY = ("official_account",)


async def user_info(call: Call) -> dict[str, Any]:
    openid = call.query.get("openid", "")
    if not openid:
        raise Refusal(41009)
    return _card(call, openid)


async def batch_user_info(call: Call) -> dict[str, Any]:
    wanted = call.body.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH_LIMIT:
        raise Refusal(40031)
    if not all(isinstance(each, dict) for each in wanted):
        raise Refusal(47001)
    return {"user_info_list": [_card(call, str(each.get("openid", ""))) for each in wanted]}


async def followers(call: Call) -> dict[str, Any]:
    """The page after ``next_openid``. The last page names its last openid; the one after it is empty."""
    openids = [openid for openid, known in call.app.people.items() if known.following]
    after = call.query.get("next_openid", "")
    if after and after not in call.app.people:
        raise Refusal(40003)
    page = _after(openids, after, list(call.app.people))[: call.world.knobs.followers_page]
    answer: dict[str, Any] = {"total": len(openids), "count": len(page)}
    if page:
        answer["data"] = {"openid": page}
    return answer | {"next_openid": page[-1] if page else ""}


def _after(openids: list[str], after: str, everyone: list[str]) -> list[str]:
    if not after:
        return openids
    # The named person may have left since: their place in line still counts.
    earlier = set(everyone[: everyone.index(after) + 1])
    return [openid for openid in openids if openid not in earlier]


def _card(call: Call, openid: str) -> dict[str, Any]:
    known = call.app.person(openid)
    unionid = call.world.unionid(call.app, known)
    union = {"unionid": unionid} if unionid else {}
    if not known.following:
        return {"subscribe": 0, "openid": openid, **union}
    return {
        "subscribe": 1,
        "openid": openid,
        "language": "zh_CN",
        "subscribe_time": int(known.followed_at),
        **union,
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if known.scene else "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": known.scene,
    }


ROUTES = (
    Route("GET", "/cgi-bin/user/info", user_info, kinds=ONLY),
    Route("POST", "/cgi-bin/user/info/batchget", batch_user_info, kinds=ONLY),
    Route("GET", "/cgi-bin/user/get", followers, kinds=ONLY),
)
