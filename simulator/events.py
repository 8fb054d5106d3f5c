"""The fields of every event the simulator pushes, named as WeChat names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from simulator.accounts import Account

Fragment = Mapping[str, Any]
# Revocations come from the platform's own account; the person stands in OpenID.
PLATFORM_OPENID = "oPlatform-wxopen-notify-0001"


def addressed(account: Account, openid: str, created_at: int, fragment: Fragment, msg_id: int = 0) -> dict[str, Any]:
    """A whole push body: the envelope every message has around its own fields."""
    body = {"ToUserName": account.original_id, "FromUserName": openid, "CreateTime": created_at, **fragment}
    if fragment["MsgType"] != "event":
        body["MsgId"] = msg_id
    if "OpenID" in fragment:
        body["FromUserName"] = PLATFORM_OPENID
    return body


def subscribe(scene: str = "", ticket: str = "") -> Fragment:
    if not scene:
        return _event("subscribe", EventKey="")
    return _event("subscribe", EventKey=f"qrscene_{scene}", Ticket=ticket)


def unsubscribe() -> Fragment:
    return _event("unsubscribe", EventKey="")


def scan(scene: str, ticket: str) -> Fragment:
    return _event("SCAN", EventKey=scene, Ticket=ticket)


def location(latitude: float, longitude: float) -> Fragment:
    """A position reported by the phone when the chat opens (WGS-84 degrees)."""
    return _event("LOCATION", Latitude=latitude, Longitude=longitude, Precision=40.0)


def click(key: str) -> Fragment:
    return _event("CLICK", EventKey=key)


def view(url: str, menu_id: str) -> Fragment:
    return _event("VIEW", EventKey=url, MenuId=menu_id)


def view_miniprogram(page: str, menu_id: str) -> Fragment:
    return _event("view_miniprogram", EventKey=page, MenuId=menu_id)


def scancode(key: str, result: str) -> Fragment:
    return _event("scancode_waitmsg", EventKey=key, ScanCodeInfo={"ScanType": "barcode", "ScanResult": result})


def album(key: str, *pictures: str) -> Fragment:
    items = [{"PicMd5Sum": hashlib.md5(name.encode()).hexdigest()} for name in pictures]
    return _event("pic_photo_or_album", EventKey=key, SendPicsInfo={"Count": len(items), "PicList": {"item": items}})


def location_select(key: str, latitude: float, longitude: float, label: str) -> Fragment:
    return _event(
        "location_select",
        EventKey=key,
        SendLocationInfo={"Location_X": latitude, "Location_Y": longitude, "Scale": 16, "Label": label, "Poiname": ""},
    )


def popup(template: str, accepted: bool) -> Fragment:
    answer = "accept" if accepted else "reject"
    return _listed(
        "subscribe_msg_popup_event",
        "SubscribeMsgPopupEvent",
        {"TemplateId": template, "SubscribeStatusString": answer, "PopupScene": 0},
    )


def change(template: str) -> Fragment:
    """The person switched a notice off in the settings."""
    return _listed(
        "subscribe_msg_change_event",
        "SubscribeMsgChangeEvent",
        {"TemplateId": template, "SubscribeStatusString": "reject"},
    )


def notice_sent(template: str, msgid: int, failed: bool = False) -> Fragment:
    code, words = (3, "rejected by user") if failed else (0, "success")
    return _listed(
        "subscribe_msg_sent_event",
        "SubscribeMsgSentEvent",
        {"TemplateId": template, "MsgID": msgid, "ErrorCode": code, "ErrorStatus": words},
    )


def template_finished(msgid: int, status: str) -> Fragment:
    return _event("TEMPLATESENDJOBFINISH", MsgID=msgid, Status=status)


def enter(session_from: str) -> Fragment:
    """A customer opens the chat of a mini program."""
    return _event("user_enter_tempsession", SessionFrom=session_from)


def revoke(account: Account, openid: str, data: str) -> Fragment:
    """The person takes back an authorisation; ``data`` is WeChat's number for what: "8" the phone, "13" the place."""
    return _event(
        "user_authorization_revoke", OpenID=openid, AppID=account.app_id, RevokeInfo=data, PluginID="", OpenPID=""
    )


def cancel(account: Account, openid: str) -> Fragment:
    """The person closes the WeChat account: everything about them has to go."""
    return _event("user_authorization_cancellation", OpenID=openid, AppID=account.app_id, PluginID="", OpenPID="")


def _event(name: str, **fields: Any) -> dict[str, Any]:
    return {"MsgType": "event", "Event": name, **fields}


def _listed(name: str, wrapper: str, *rows: Mapping[str, Any]) -> dict[str, Any]:
    return _event(name, **{wrapper: {"List": list(rows)}})
