import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.parse_file import parse_file
from core.accounts import AccountKind
from core.errors import Invalid
from tests.bot.channels.pushes import AES_KEY, APP_ID, OLD_AES_KEY, event, sealed, text
from tests.bot.channels.vectors import COMPATIBLE

ROOT = Path(__file__).resolve().parents[3]
PAYLOADS = Path(os.environ.get("ZHIJI_DATA", ROOT.parent / "shared" / "data")) / "wechat_payloads"
needs_payloads = pytest.mark.skipif(
    not (PAYLOADS / "INDEX.jsonl").exists(), reason=f"no real payloads at {PAYLOADS}: set ZHIJI_DATA"
)


def keys(value) -> set[str]:
    """Every name at any depth."""
    if isinstance(value, dict):
        return set(value).union(*(keys(inner) for inner in value.values()))
    return set().union(*(keys(inner) for inner in value)) if isinstance(value, list) else set()


def rows(*kinds: str):
    lines = (PAYLOADS / "INDEX.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] in kinds]


def reason(source, **how) -> str:
    answer = parse_file(source, **how)
    assert answer.keys() == {"file", "accepted", "reason"} and answer["accepted"] is False
    return answer["reason"]


@needs_payloads
def test_every_real_event_and_message_is_accepted_with_every_key():
    pushes = rows("event", "message")
    for row in pushes:
        answer = parse_file(PAYLOADS / row["file"])
        assert answer.keys() == {"file", "accepted", "kind", "fields"}, (row["file"], answer)
        assert set(row["keys"]) <= keys(answer["fields"]), row["file"]
        expected = row["MsgType"].lower() if row["kind"] == "message" else "event." + row["Event"].lower()
        assert answer["kind"] == expected, row["file"]
    assert len(pushes) >= 100


@needs_payloads
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("encrypted", "without its key"),
        ("reply_or_partial", "an answer or part of a message"),
        ("infotype", "InfoType"),
        ("pay", "p"),
        ("other", "no push"),
    ],
)
def test_everything_else_is_refused_with_its_reason(kind, words):
    for row in rows(kind):
        assert words in reason(PAYLOADS / row["file"]), row["file"]


def test_the_answer_is_exactly_what_the_contract_says(tmp_path):
    file = tmp_path / "push.xml"
    file.write_text("<xml><MsgType>event</MsgType><Event>CLICK</Event><EventKey>k</EventKey></xml>\n")
    fields = {"MsgType": "event", "Event": "CLICK", "EventKey": "k"}
    assert parse_file(file) == {"file": str(file), "accepted": True, "kind": "event.click", "fields": fields}
    assert parse_file(str(file)) == parse_file(file)
    assert parse_file(file.read_bytes()) == parse_file(file) | {"file": "-"}


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    assert "No such file" in reason(tmp_path / "absent.xml")
    assert reason(tmp_path)
    assert reason(b" " * 70_000).startswith("too_large")


def test_what_the_edge_would_refuse_but_is_a_push_is_accepted():
    for body in (
        "<xml><Event>secvod_upload_event</Event></xml>",
        "<xml><MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId></xml>",
        "<xml><MsgType>text</MsgType><CreateTime>%s</CreateTime><MsgID>{0}</MsgID></xml>",
        '<?xml version="1.0" encoding="gb2312"?><xml><MsgType>event</MsgType><Event>CLICK</Event></xml>',
        '\ufeff  <?xml version="1.0"?>\n<xml><Event>CLICK</Event></xml>',
        '"<xml>" + "<MsgType>event</MsgType>" +\n "<Event>CLICK</Event></xml>";',
        "<xml><Event>VIEW</Event><EventKey>http://a/?b=1&c=2&nbsp;</EventKey></xml>",
        "<MsgType>event</MsgType>\n<Event>CLICK</Event>",
        '<?xml version="1.0"?><MsgType>event</MsgType><Event>CLICK</Event>',
        "&lt;xml&gt;&lt;Event&gt;CLICK&lt;/Event&gt;&lt;/xml&gt;",
        '{"MsgType": "event", "Event": "user_enter_tempsession", "SessionFrom": "a"}',
        '<xml type="x"><MsgType x="1">event</MsgType ><Event>CLICK</Event></xml>',
        "<xml><Event>subscribe</Event><MsgType>text</MsgType></xml>",
        "<xml><Event>a</Event><Event>b</Event><MsgType>event</MsgType></xml>",
    ):
        answer = parse_file(body.encode())
        assert answer["accepted"], (body, answer)


def test_a_chinese_file_in_its_old_encoding_is_read():
    declaration = '<?xml version="1.0" encoding="GBK"?>\n'
    body = declaration + "<xml><MsgType>text</MsgType><Content>你好</Content><MsgId>1</MsgId></xml>"
    for encoding in ("gbk", "utf-8", "utf-16"):
        assert parse_file(body.encode(encoding))["fields"]["Content"] == "你好"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "not_a_push"),
        ("words", "not_a_push"),
        ("<xml>", "bad_xml"),
        ("{", "bad_json"),
        ("[]", "bad_json"),
        ("<!DOCTYPE x><xml><Event>a</Event></xml>", "doctype"),
        ("<xml><A>1</A></xml>", "no push"),
        ("<xml><MsgType>event</MsgType></xml>", "neither MsgId nor Event|event without its name"),
        ("<xml><MsgType>text</MsgType><Content>a</Content></xml>", "an answer or part of a message"),
        ("<xml><return_code>SUCCESS</return_code></xml>", "WeChat Pay"),
        ('{"id": "EV-1", "resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS"}', "WeChat Pay"),
        ("<xml><InfoType>suite_ticket</InfoType><SuiteId>s</SuiteId></xml>", "InfoType"),
        ("<xml><Encrypt>abc</Encrypt></xml>", "without its key"),
        ("<xml><Event>a</Event></xml><xml><Event>b</Event></xml>", "several documents"),
        ('{"msgid": "1", "action": "send", "msgtype": "text"}', "no push"),
    ],
)
def test_what_is_no_push_says_what_it_is(body, words):
    assert any(word in reason(body.encode()) for word in words.split("|"))


def test_ciphertext_opens_with_its_key_and_app_id():
    _, body = sealed(text("hi"), beside="<MsgType>text</MsgType>")
    for app_id in (APP_ID, None):
        answer = parse_file(body, aes_key=AES_KEY, app_id=app_id)
        assert (answer["kind"], answer["fields"]["Content"]) == ("text", "hi")
    assert reason(body, aes_key=AES_KEY, app_id="wx_other").startswith("wrong_appid")
    assert reason(body, aes_key=OLD_AES_KEY, app_id=APP_ID).startswith("undecipherable")


def test_a_published_push_opens_though_its_base64_is_wrapped():
    wrapped = "\n".join(COMPATIBLE.encrypted[at : at + 76] for at in range(0, len(COMPATIBLE.encrypted), 76))
    answer = parse_file(f"<xml><Encrypt>{wrapped}</Encrypt></xml>".encode(), aes_key=COMPATIBLE.aes_key)
    assert answer["fields"]["MsgId"] == "6054768590064713728"


def test_a_key_that_is_none_is_an_error_of_the_caller():
    with pytest.raises(Invalid):
        parse_file(b"<xml/>", aes_key="short")


def test_only_a_mini_program_is_pushed_json():
    body = b'{"MsgType": "text", "MsgId": 1}'
    assert parse_file(body, kind=AccountKind.MINI_PROGRAM)["accepted"]
    assert "mini program" in reason(body, kind=AccountKind.OFFICIAL_ACCOUNT)
    assert parse_file(event("CLICK").encode(), kind=AccountKind.OFFICIAL_ACCOUNT)["accepted"]
    assert parse_file(event("CLICK").encode(), kind=AccountKind.MINI_PROGRAM)["accepted"]


@given(
    st.binary(max_size=80)
    | st.text(st.sampled_from('<>/&;![]{}":,xmlEventMsgTypeDATA \n'), max_size=60).map(str.encode)
)
def test_any_file_gives_one_of_the_two_answers(raw):
    answer = parse_file(raw)
    assert answer.keys() in ({"file", "accepted", "kind", "fields"}, {"file", "accepted", "reason"})
    json.dumps(answer, ensure_ascii=False).encode()
