"""Turns one choice of a persona's step into what is pushed, what the platform notes and what a reader sees."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator import events, messages
from simulator.accounts import Account
from simulator.people import Person
from simulator.stage import Stage
from simulator.state.stocks import Act
from simulator.steps import Kind, Step


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the makers below need to turn one choice of one step into a push."""

    person: Person
    account: Account
    stage: Stage
    dice: random.Random

    @property
    def openid(self) -> str:
        return self.person.openids[self.account.key]


Made = dict[str, Any]


def make_fields(step: Step, person: Person, account: Account, stage: Stage, dice: random.Random) -> Made:
    """The fields of an Action that its step decides: fragment, act, says and what goes with them."""
    return _MAKERS[step.kind](_Setting(person, account, stage, dice), dice.choice(step.choices))


def _follow(on: _Setting, guide: int | None) -> Made:
    scene = None if guide is None else on.stage.scene(on.account, on.person.guide + guide)
    if scene is None:
        return {"fragment": events.subscribe(), "act": Act.FOLLOW, "says": "搜索关注"}
    ticket = on.stage.ticket(on.account, scene.scene)
    return {
        "fragment": events.subscribe(scene.scene, ticket),
        "act": Act.FOLLOW,
        "scene": scene.scene,
        "says": f"扫码关注（导购 {scene.guide}）",
    }


def _scan(on: _Setting, guide: int) -> Made:
    scene = on.stage.scene(on.account, on.person.guide + guide)
    if scene is None:
        return _tap(on, 0)
    return {
        "fragment": events.scan(scene.scene, on.stage.ticket(on.account, scene.scene)),
        "act": Act.SCAN,
        "scene": scene.scene,
        "says": f"再次扫码（导购 {scene.guide}）",
    }


def _unfollow(on: _Setting, choice: str) -> Made:
    return {"fragment": events.unsubscribe(), "act": Act.UNFOLLOW, "says": "取消关注"}


def _say(on: _Setting, line: str) -> Made:
    words = line.format_map(on.person.words)
    return {"fragment": messages.text(words), "act": Act.MESSAGE, "says": f"「{words}」"}


def _tap_link(on: _Setting, line: str) -> Made:
    return _say(on, line) | {"taps": True}


def _speak(on: _Setting, line: str) -> Made:
    words = line.format_map(on.person.words)
    return {"fragment": messages.voice(words, on.openid), "act": Act.MESSAGE, "says": f"语音「{words}」"}


def _message(make: Callable[[str], Mapping[str, Any]], word: str) -> Callable[[_Setting, str], Made]:
    def maker(on: _Setting, name: str) -> Made:
        return {"fragment": make(f"{name}/{on.openid}"), "act": Act.MESSAGE, "says": word}

    return maker


def _share_link(on: _Setting, choice: str) -> Made:
    title, url = choice.split("|")
    return {"fragment": messages.link(title, url), "act": Act.MESSAGE, "says": f"发来链接《{title}》"}


def _card(on: _Setting, choice: str) -> Made:
    title, page = choice.split("|")
    return {
        "fragment": messages.page_card(title, on.account.app_id, page),
        "act": Act.MESSAGE,
        "says": f"发来小程序卡片《{title}》",
    }


def _spot(on: _Setting, shift: float = 0.0) -> tuple[float, float]:
    """Somewhere near the person's place; ``shift`` in degrees."""
    place, spread = on.person.place, 0.004
    return (
        round(place.latitude + shift + on.dice.uniform(-spread, spread), 6),
        round(place.longitude + shift + on.dice.uniform(-spread, spread), 6),
    )


def _place(on: _Setting, choice: str) -> Made:
    return {
        "fragment": messages.place(*_spot(on), on.person.place.label),
        "act": Act.MESSAGE,
        "says": f"发来位置（{on.person.place.label}）",
    }


def _report(on: _Setting, choice: str) -> Made:
    # The phone reports WGS-84, which lies some hundred metres from the map's GCJ-02.
    return {"fragment": events.location(*_spot(on, shift=-0.003)), "act": Act.SEEN, "says": "上报地理位置"}


def _pick_place(on: _Setting, choice: str) -> Made:
    return {
        "fragment": events.location_select("PICK_PLACE", *_spot(on), on.person.place.label),
        "act": Act.SEEN,
        "says": f"菜单选位置（{on.person.place.label}）",
    }


def _tap(on: _Setting, number: int | None) -> Made:
    key = on.stage.key(on.account, on.dice.randrange(8) if number is None else number)
    return {"fragment": events.click(key), "act": Act.CLICK, "says": f"点菜单 {key}"}


def _view(on: _Setting, url: str) -> Made:
    return {"fragment": events.view(url, "420101"), "act": Act.SEEN, "says": f"点菜单打开 {url}"}


def _view_mini(on: _Setting, page: str) -> Made:
    return {"fragment": events.view_miniprogram(page, "420102"), "act": Act.SEEN, "says": f"从菜单打开小程序 {page}"}


def _barcode(on: _Setting, result: str) -> Made:
    return {"fragment": events.scancode("SCAN_BARCODE", result), "act": Act.CLICK, "says": "扫商品条码"}


def _popup(on: _Setting, allows: bool) -> Made:
    template = on.account.templates[0]
    return {
        "fragment": events.popup(template, allows),
        "act": Act.GRANT if allows else Act.SEEN,
        "template": template,
        "says": "同意订阅通知" if allows else "拒绝订阅通知",
    }


def _change(on: _Setting, choice: str) -> Made:
    template = on.account.templates[0]
    return {"fragment": events.change(template), "act": Act.REFUSE, "template": template, "says": "在设置里关掉通知"}


def _enter(on: _Setting, page: str) -> Made:
    return {"fragment": events.enter(page), "act": Act.ENTER, "says": "打开小程序客服会话"}


def _revoke(on: _Setting, data: str) -> Made:
    return {"fragment": events.revoke(on.account, on.openid, data), "act": Act.SEEN, "says": f"撤回授权（{data}）"}


def _cancel(on: _Setting, choice: str) -> Made:
    return {"fragment": events.cancel(on.account, on.openid), "act": Act.SEEN, "says": "注销账号"}


def _behave(on: _Setting, choice: tuple[str, Mapping[str, Any]]) -> Made:
    name, properties = choice
    shown = properties.get("name") or properties.get("page") or ""
    return {"behaviour": choice, "says": f"小程序 {name} {shown}".rstrip()}


_MAKERS: Mapping[Kind, Callable[[_Setting, Any], Made]] = {
    Kind.FOLLOW: _follow,
    Kind.UNFOLLOW: _unfollow,
    Kind.SCAN: _scan,
    Kind.TEXT: _say,
    Kind.VOICE: _speak,
    Kind.IMAGE: _message(messages.image, "发来图片"),
    Kind.VIDEO: _message(messages.video, "发来视频"),
    Kind.LINK: _share_link,
    Kind.PLACE: _place,
    Kind.LOCATION: _report,
    Kind.CLICK: _tap,
    Kind.TAP_LINK: _tap_link,
    Kind.VIEW: _view,
    Kind.VIEW_MINI: _view_mini,
    Kind.SCANCODE: _barcode,
    Kind.PICK_PLACE: _pick_place,
    Kind.POPUP: _popup,
    Kind.ALBUM: lambda on, name: {"fragment": events.album("SEND_ALBUM", name), "act": Act.SEEN, "says": "菜单发图"},
    Kind.CHANGE: _change,
    Kind.REVOKE: _revoke,
    Kind.CANCEL: _cancel,
    Kind.ENTER: _enter,
    Kind.CARD: _card,
    Kind.LOGIN: lambda on, choice: {"says": "打开小程序"},
    Kind.BEHAVE: _behave,
    Kind.UNIONID: lambda on, choice: {"act": Act.UNIONID, "says": "（平台开始提供 unionid）"},
}
