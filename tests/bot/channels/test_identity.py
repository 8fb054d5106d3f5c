import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.identity import find_kind, find_person, get_created, get_sender, message_key
from bot.channels.refusals import PushRefused, Reason

TEXT = {"MsgType": "text", "MsgId": "1", "Content": "a"}
SCAN = {"MsgType": "event", "Event": "SCAN", "EventKey": "guide_1"}


def key(fields, kind="text", app="wx1", sender="oAnna", created=1763784000):
    return message_key(app, sender, created, kind, fields)


def test_kinds_are_lower_case_and_unknown_ones_are_kept():
    assert find_kind({"MsgType": "text"}) == "text"
    assert find_kind({"MsgType": "MiniProgramPage"}) == "miniprogrampage"
    assert find_kind({"MsgType": "event", "Event": "CLICK"}) == "event.click"
    assert find_kind({"MsgType": "event", "Event": "change_external_contact"}) == "event.change_external_contact"
    assert find_kind({"Event": "retail_refund_notify"}) == "event.retail_refund_notify"
    assert find_kind({"MsgType": "device_event", "Event": "bind"}) == "device_event"


def test_a_kind_has_at_most_128_characters():
    assert find_kind({"MsgType": "event", "Event": "e" * 500}) == "event." + "e" * 122


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Content": "a"},
        {"MsgType": ""},
        {"MsgType": "event"},
        {"MsgType": "event", "Event": ""},
        {"MsgType": 1},
        {"MsgType": ["text", "event"]},
        {"MsgType": "event", "Event": ["a", "b"]},
        {"Event": {"a": "b"}},
        {"MsgType": None},
    ],
)
def test_fields_without_one_kind_are_no_push(fields):
    assert find_kind(fields) is None


@pytest.mark.parametrize(
    "event", ["user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"]
)
def test_revocations_name_the_person_in_openid(event):
    assert find_person("event." + event, "oPlatform", {"OpenID": "oAnna"}) == "oAnna"
    assert find_person("event." + event, "oPlatform", {"OpenId": "oAnna"}) == "oAnna"
    assert find_person("event." + event, "oPlatform", {}) == ""
    assert find_person("event." + event, "oPlatform", {"OpenID": ["a"]}) == ""
    assert find_person("event." + event, "oPlatform", {"OpenID": "o" * 129}) == ""


@pytest.mark.parametrize(
    "event",
    [
        "masssendjobfinish",
        "publishjobfinish",
        "qualification_verify_success",
        "verify_expired",
        "annual_renew",
        "naming_verify_fail",
        "card_pass_check",
        "card_not_pass_check",
        "poi_check_notify",
    ],
)
def test_results_of_the_account_are_about_nobody(event):
    assert find_person("event." + event, "oLooksLikeAPerson", {}) == ""


def test_the_platform_itself_is_nobody():
    assert [find_person("event.x", sender, {}) for sender in ("sys", "mphelper", "gh_12", "")] == ["", "", "", ""]


def test_everybody_else_is_who_sent_it():
    assert find_person("text", "oAnna", {"OpenID": "oEve"}) == "oAnna"
    assert find_person("event.templatesendjobfinish", "oAnna", {}) == "oAnna"
    assert find_person("event.kf_create_session", "oAnna", {}) == "oAnna"


def test_only_events_may_lack_a_sender():
    assert get_sender("event.x", {}) == ""
    for kind, fields in (
        ("text", {}),
        ("text", {"FromUserName": ""}),
        ("event.x", {"FromUserName": ["a", "b"]}),
        ("text", {"FromUserName": 7}),
        ("text", {"FromUserName": "o" * 129}),
    ):
        with pytest.raises(PushRefused) as caught:
            get_sender(kind, fields)
        assert caught.value.reason is Reason.NOT_A_PUSH


def test_create_time_is_read_from_text_and_number():
    assert get_created({"CreateTime": "1763784000"}) == get_created({"CreateTime": 1763784000}) == 1763784000
    assert get_created({"CreateTime": str(2**33 - 1)}) == 2**33 - 1


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "0",
        0,
        -1,
        "-1",
        "1.5",
        1.5,
        "1e9",
        "{0}",
        True,
        "１２３",
        " 1",
        ["1", "2"],
        {},
        2**33,
        1763784000123,
        "9" * 400,
    ],
)
def test_a_create_time_that_is_none_is_refused(value):
    with pytest.raises(PushRefused) as caught:
        get_created({"CreateTime": value})
    assert (caught.value.reason, caught.value.status) == (Reason.BAD_CREATE_TIME, 400)


def test_the_key_is_32_hex_digits_of_known_value():
    # printf 'wx1\\0oAnna\\0001763784000\\0id\\0001' | sha256sum
    assert key(TEXT) == "3e9fea8fad6c0e9d1f80322525b191cd"


def test_a_repeat_has_the_same_key_whatever_the_order_of_its_fields():
    assert key(SCAN, "event.scan") == key(dict(reversed(SCAN.items())), "event.scan")


def test_two_events_of_one_second_have_two_keys():
    events = [
        SCAN,
        SCAN | {"EventKey": "guide_2"},
        SCAN | {"Event": "LOCATION"},
        SCAN | {"OpenID": "o2"},
        SCAN | {"MsgID": "2"},
    ]
    assert len({key(fields, "event.scan") for fields in events}) == 5


def test_nested_fields_count_for_an_event():
    popups = [{"E": {"List": [{"T": "1", "S": status}]}} for status in ("accept", "reject")]
    assert key(popups[0], "event.x") != key(popups[1], "event.x")


def test_a_message_id_counts_alone_but_not_across_people_times_or_accounts():
    assert key(TEXT) == key(TEXT | {"Content": "b"}) == key(TEXT | {"MsgId": 1})
    assert (
        len(
            {
                key(TEXT),
                key(TEXT, app="wx2"),
                key(TEXT, sender="oBert"),
                key(TEXT, created=1),
                key(TEXT | {"MsgId": "2"}),
            }
        )
        == 5
    )


def test_a_message_without_a_real_id_is_told_by_its_fields():
    for none in ({}, {"MsgId": ""}, {"MsgId": "0"}, {"MsgId": 0}, {"MsgId": None}):
        assert key({"Content": "a"} | none) != key({"Content": "b"} | none)


def test_an_event_is_never_told_by_a_message_id_alone():
    assert key(SCAN | {"MsgId": "1"}, "event.scan") != key(SCAN | {"MsgId": "1", "EventKey": "x"}, "event.scan")


def test_parts_cannot_flow_into_each_other():
    assert key(TEXT, app="wx1", sender="2oAnna") != key(TEXT, app="wx12", sender="oAnna")
    assert key(TEXT | {"MsgId": "11"}, created=1) != key(TEXT | {"MsgId": "1"}, created=11)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["MsgType", "Event", "FromUserName", "OpenID", "CreateTime", "MsgId"]), JSON))
def test_no_fields_raise_anything_but_a_refusal(fields):
    kind = find_kind(fields) or "event.x"
    try:
        sender, created = get_sender(kind, fields), get_created(fields)
    except PushRefused:
        return
    assert len(find_person(kind, sender, fields)) <= 128
    assert len(message_key("wx1", sender, created, kind, fields)) == 32
