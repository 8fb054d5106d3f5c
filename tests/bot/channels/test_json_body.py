import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.json_body import read_json
from bot.channels.refusals import PushRefused, Reason


def refusal(body: bytes) -> Reason:
    with pytest.raises(PushRefused) as caught:
        read_json(body)
    return caught.value.reason


def test_numbers_stay_numbers():
    body = b'{"MsgId": 6198374650193847562, "Lat": 23.5, "ok": true, "none": null, "Content": "hi"}'
    assert read_json(body) == {"MsgId": 6198374650193847562, "Lat": 23.5, "ok": True, "none": None, "Content": "hi"}


def test_an_integer_beyond_64_bits_stays_as_text_with_all_its_digits():
    body = b'{"a": 9223372036854775807, "b": 9223372036854775808, "c": [-9223372036854775809], "d": 1e20}'
    assert read_json(body) == {
        "a": 9223372036854775807, "b": "9223372036854775808", "c": ["-9223372036854775809"], "d": 1e20,
    }  # fmt: skip


def test_a_list_of_one_has_the_shape_of_a_list_of_many():
    assert read_json(b'{"List": {"T": "1"}}') == read_json(b'{"List": [{"T": "1"}]}') == {"List": [{"T": "1"}]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b'"a"',
        b"1",
        b"null",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 1}}',
        b'{"a": 1} x',
        b"{'a': 1}",
        b'{"a": "\n"}',
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_sound_object_is_refused(body):
    assert refusal(body) is Reason.BAD_JSON


def test_characters_no_database_takes_are_replaced():
    body = rb'{"Content": "a\u0000b\ud83d", "x\u0000": ["\udc00", {"y": "\ud83d\ude00"}]}'
    assert read_json(body) == {"Content": "a\ufffdb\ufffd", "x\ufffd": ["\ufffd", {"y": "😀"}]}
    assert read_json(b'{"Content": "\xe4\xbd"}') == {"Content": "\ufffd"}


def test_depth_is_limited():
    assert read_json(b'{"a":' * 16 + b"1" + b"}" * 16)
    assert refusal(b'{"a":' * 18 + b"1" + b"}" * 18) is Reason.TOO_COMPLEX
    assert refusal(b'{"a":' + b"[" * 20 + b"]" * 20 + b"}") is Reason.TOO_COMPLEX
    assert refusal(b'{"a":' + b"[" * 60_000) in (Reason.TOO_COMPLEX, Reason.BAD_JSON)


def test_many_brackets_in_a_text_are_no_depth():
    assert read_json(b'{"Content": "' + b"[{" * 500 + b'"}') == {"Content": "[{" * 500}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
    | st.binary(max_size=40)
)
def test_no_body_raises_anything_but_a_refusal(value):
    body = value if isinstance(value, bytes) else json.dumps({"v": value}).encode()
    try:
        fields = read_json(body)
    except PushRefused:
        return
    json.dumps(fields, ensure_ascii=False).encode()
