import pytest

from bot.channels.refusals import PushRefused, Reason
from core.accounts import AccountKind, Crs
from core.places import Point, coarse
from tests.bot.channels.pushes import APP_ID, NOW, a_channel, event, query, text, xml

CHANNEL = a_channel(location_crs=Crs.GCJ02)


def inbound(body: str, channel=CHANNEL, keeps_place=False):
    return channel.inbound(channel.read(query(), body.encode()), keeps_place=keeps_place, received_at=NOW)


def refusal(body: str) -> Reason:
    with pytest.raises(PushRefused) as caught:
        inbound(body)
    return caught.value.reason


def test_a_text_becomes_an_inbound():
    message = inbound(text("有羽绒服吗"))
    assert (message.account, message.app_id, message.channel) == ("shop", APP_ID, AccountKind.OFFICIAL_ACCOUNT)
    assert (message.kind, message.openid, message.to, message.created) == ("text", "oAnna", "gh_1", 1763784000)
    assert (message.text, message.received_at, message.point, message.label) == ("有羽绒服吗", NOW, None, "")
    assert len(message.key) == 32


def test_an_inbound_is_frozen():
    with pytest.raises(AttributeError):
        inbound(text()).kind = "image"


def test_an_event_keeps_every_name_and_its_nesting():
    message = inbound(
        event("scancode_waitmsg", EventKey="6").replace(
            "</xml>", "<ScanCodeInfo><ScanType>qr</ScanType></ScanCodeInfo></xml>"
        )
    )
    assert (message.kind, message.event_key) == ("event.scancode_waitmsg", "6")
    assert message.fields["ScanCodeInfo"] == {"ScanType": "qr"}


def test_xml_and_json_of_one_message_have_one_key():
    as_json = (
        '{"ToUserName": "gh_1", "FromUserName": "oAnna", "CreateTime": 1763784000, "MsgType": "text", '
        '"Content": "你好", "MsgId": 5832509444155992350}'
    )
    assert inbound(as_json).key == inbound(text("你好")).key


def test_a_revocation_is_about_the_person_in_openid():
    message = inbound(event("user_authorization_revoke", FromUserName="oPlatform", OpenID="oBert", RevokeInfo="1"))
    assert (message.kind, message.openid) == ("event.user_authorization_revoke", "oBert")


def test_a_mass_send_result_is_about_nobody():
    assert inbound(event("MASSSENDJOBFINISH", MsgID="1")).openid == ""


def test_unknown_kinds_and_wecom_events_are_read_whole():
    message = inbound(
        event("change_external_contact", FromUserName="sys", ChangeType="add_external_contact", UserID="z")
    )
    assert (message.kind, message.openid, message.fields["ChangeType"]) == (
        "event.change_external_contact",
        "",
        "add_external_contact",
    )
    assert inbound(xml({"MsgType": "hologram", "MsgId": "1"})).kind == "hologram"


def test_the_exact_point_is_for_the_reply_and_the_stored_one_is_coarse_or_blank():
    body = event("LOCATION", Latitude="23.137466", Longitude="113.352425", Precision="65")
    kept, not_kept = inbound(body, keeps_place=True), inbound(body)
    for message in (kept, not_kept):
        assert isinstance(message.point, Point)
        assert (message.point.latitude, message.point.longitude, message.point.crs) == (
            23.137466,
            113.352425,
            Crs.GCJ02,
        )
    assert (kept.fields["Latitude"], kept.fields["Longitude"]) == tuple(map(str, coarse(23.137466, 113.352425, 1000)))
    assert (not_kept.fields["Latitude"], not_kept.fields["Longitude"], not_kept.fields["Precision"]) == ("", "", "")


def test_the_key_does_not_depend_on_what_is_kept_of_the_place():
    body = event("LOCATION", Latitude="23.137466", Longitude="113.352425", Precision="65")
    moved = event("LOCATION", Latitude="23.137467", Longitude="113.352425", Precision="65")
    assert inbound(body).key == inbound(body, keeps_place=True).key != inbound(moved).key
    assert inbound(body).fields == inbound(moved).fields


def test_characters_no_database_takes_are_replaced():
    message = inbound('{"FromUserName": "o\\u0000", "CreateTime": 1, "MsgType": "text", "Content": "a\\ud800"}')
    assert (message.openid, message.text) == ("o\ufffd", "a\ufffd")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<xml><A>1</A></xml>", Reason.NOT_A_PUSH),
        ("<xml><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>", Reason.NOT_A_PUSH),
        (text(ToUserName="g" * 129), Reason.NOT_A_PUSH),
        (text(FromUserName="o" * 129), Reason.NOT_A_PUSH),
        (text().replace("</xml>", "<FromUserName>oEve</FromUserName></xml>"), Reason.NOT_A_PUSH),
        (text().replace("</xml>", "<MsgType>event</MsgType></xml>"), Reason.NOT_A_PUSH),
        (text(CreateTime="soon"), Reason.BAD_CREATE_TIME),
        (event("CLICK").replace("CreateTime", "Created"), Reason.BAD_CREATE_TIME),
        ("<xml><InfoType>authorized</InfoType><CreateTime>1</CreateTime></xml>", Reason.NOT_A_PUSH),
    ],
)
def test_what_is_no_push_is_refused(body, reason):
    assert refusal(body) is reason


def test_nothing_of_a_push_is_lost_on_the_way():
    assert set(inbound(text())._fields) >= {"key", "fields", "openid", "kind", "created", "to"}
    assert inbound(text()).fields.keys() == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId"}
