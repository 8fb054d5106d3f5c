"""Words for what a customer did, by the kind of push."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from customers.behaviour_words import BEHAVIOUR

Fields = Mapping[str, Any]

_NAMED_KINDS = {
    "image": "[图片]",
    "video": "[视频]",
    "shortvideo": "[小视频]",
    "event.unsubscribe": "取消关注",
    "event.location": "上报位置",
    "event.user_enter_tempsession": "进入小程序客服会话",
    "event.user_info_modified": "修改了个人资料",
    "event.user_authorization_revoke": "撤回授权",
    "event.user_authorization_cancellation": "注销账号",
}


def describe(kind: str, fields: Fields) -> str:
    """What happened, in a few Chinese words; of kinds nobody has named, the kind itself."""
    tell = _TOLD_KINDS.get(kind)
    if tell is not None:
        return tell(fields)
    return _NAMED_KINDS.get(kind, f"[{kind}]")


def _said(fields: Fields) -> str:
    return str(fields.get("Content") or "")


def _spoken(fields: Fields) -> str:
    return f"[语音] {fields.get('Recognition') or ''}".strip()


def _place(fields: Fields) -> str:
    return f"[位置] {fields.get('Label') or ''}".strip()


def _titled(word: str) -> Callable[[Fields], str]:
    return lambda fields: f"[{word}] {fields.get('Title') or ''}".strip()


def _keyed(word: str) -> Callable[[Fields], str]:
    return lambda fields: f"{word} {fields.get('EventKey') or ''}".strip()


def _followed(fields: Fields) -> str:
    scene = str(fields.get("EventKey") or "").removeprefix("qrscene_")
    return f"扫码关注 {scene}" if scene else "关注"


_TOLD_KINDS: dict[str, Callable[[Fields], str]] = {
    **BEHAVIOUR,
    "text": _said,
    "voice": _spoken,
    "location": _place,
    "link": _titled("链接"),
    "miniprogrampage": _titled("小程序卡片"),
    "event.subscribe": _followed,
    "event.scan": _keyed("扫码"),
    "event.click": _keyed("点击菜单"),
    "event.view": _keyed("打开菜单链接"),
    "event.view_miniprogram": _keyed("打开菜单小程序"),
}
