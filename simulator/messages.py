"""The fields of every message a person can send, named as WeChat names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

Fragment = Mapping[str, Any]


def text(content: str, menu_id: str = "") -> Fragment:
    """``menu_id`` is of the link in a reply that was tapped instead of typing the words."""
    return {"MsgType": "text", "Content": content} | ({"bizmsgmenuid": menu_id} if menu_id else {})


def voice(recognition: str, seed: str = "") -> Fragment:
    """Spoken words; ``recognition`` is what WeChat made of them, without punctuation at the end."""
    return {
        "MsgType": "voice",
        "MediaId": _media("voice", recognition + seed),
        "Format": "amr",
        "Recognition": recognition,
    }


def image(name: str) -> Fragment:
    return {
        "MsgType": "image",
        "PicUrl": f"http://mmbiz.qpic.cn/mmbiz_jpg/{_media('pic', name)}/0",
        "MediaId": _media("image", name),
    }


def video(name: str) -> Fragment:
    return {"MsgType": "video", "MediaId": _media("video", name), "ThumbMediaId": _media("thumb", name)}


def place(latitude: float, longitude: float, label: str) -> Fragment:
    """A position chosen on the map (GCJ-02 degrees). Location_X is the latitude."""
    return {"MsgType": "location", "Location_X": latitude, "Location_Y": longitude, "Scale": 15, "Label": label}


def link(title: str, url: str) -> Fragment:
    return {"MsgType": "link", "Title": title, "Description": "", "Url": url}


def page_card(title: str, app_id: str, page: str) -> Fragment:
    """A page of the mini program dropped into its chat."""
    return {
        "MsgType": "miniprogrampage",
        "Title": title,
        "AppId": app_id,
        "PagePath": page,
        "ThumbUrl": f"http://mmbiz.qpic.cn/{_media('card', page)}",
        "ThumbMediaId": _media("thumb", page),
    }


def _media(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}/{name}".encode()).hexdigest()
