import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.refusals import PushRefused, Reason
from bot.channels.xml import MAX_ELEMENTS, _read_carefully, _read_flat, read_xml


def refusal(body: bytes) -> Reason:
    with pytest.raises(PushRefused) as caught:
        read_xml(body)
    return caught.value.reason


def test_a_flat_push_is_a_dict_of_strings():
    body = "<xml><MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[你好]]></Content><MsgId>12</MsgId></xml>"
    assert read_xml(body.encode()) == {"MsgType": "text", "Content": "你好", "MsgId": "12"}


def test_nesting_stays():
    body = b"<xml><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo></xml>"
    assert read_xml(body) == {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}


def test_one_item_and_many_items_have_one_shape():
    one = b"<xml><PicList><item><P>a</P></item></PicList></xml>"
    two = b"<xml><PicList><item><P>a</P></item><item><P>b</P></item></PicList></xml>"
    assert read_xml(one) == {"PicList": {"item": [{"P": "a"}]}}
    assert read_xml(two) == {"PicList": {"item": [{"P": "a"}, {"P": "b"}]}}
    assert read_xml(b"<xml><E><List><T>1</T></List></E></xml>") == {"E": {"List": [{"T": "1"}]}}


def test_any_repeated_tag_becomes_a_list():
    assert read_xml(b"<xml><A>1</A><B/><A>2</A><A><C>3</C></A></xml>") == {"A": ["1", "2", {"C": "3"}], "B": ""}


def test_blanks_count_inside_cdata_and_not_outside():
    body = b"<xml><A> <![CDATA[ two ]]>\n </A><B>  three\n</B><C><![CDATA[ ]]></C><D>  </D><E> 1 <F> 2 </F></E></xml>"
    assert read_xml(body) == {"A": " two ", "B": "three", "C": " ", "D": "", "E": {"F": "2"}}


def test_split_cdata_comments_and_references_are_one_text():
    body = b"<xml><A><![CDATA[a]]]]><![CDATA[>b]]></A><B>1<!-- c -->2</B><C>&lt;&#20320;&amp;</C></xml>"
    assert read_xml(body) == {"A": "a]]>b", "B": "12", "C": "<你&"}


def test_text_beside_elements_and_attributes_are_dropped():
    body = '<xml a="1"><Event b="2"><![CDATA[x]]></Event> //说明\n<CardId>7</CardId></xml>'
    assert read_xml(body.encode()) == {"Event": "x", "CardId": "7"}


def test_a_root_of_any_name_counts_and_a_root_of_text_has_no_fields():
    assert read_xml(b"<item><A>1</A></item>") == {"A": "1"}
    assert read_xml(b"<xml>words</xml>") == {}
    assert read_xml(b"<xml/>") == {}


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><A>&a;</A></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A> &a;</A></xml>',
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        b"<!DOCTYPE xml><xml><A>\x01</A></xml>",
    ],
)
def test_declarations_are_refused(body):
    assert refusal(body) is Reason.DOCTYPE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"<xml>",
        b"<xml><A></xml>",
        b"<xml></xml><xml></xml>",
        b"<xml>&nbsp;</xml>",
        b"<xml>&#xD800;</xml>",
        b"<xml>&#0;</xml>",
        b"<xml a=1/>",
        b'<xml a="1" a="2"/>',
        b"<xml>]]></xml>",
        b"<xml><![CDATA[x</xml>",
        b"\xff\xfe<",
    ],
)
def test_what_is_not_well_formed_is_refused(body):
    assert refusal(body) is Reason.BAD_XML


def test_control_characters_and_cut_characters_do_not_cost_the_message():
    body = b"<xml><Content><![CDATA[a\x08b\x00\xef\xbf\xbe\xe4\xbd]]></Content><MsgId>1</MsgId></xml>"
    assert read_xml(body) == {"Content": "a\ufffdb\ufffd\ufffd\ufffd", "MsgId": "1"}


def test_a_declared_chinese_encoding_is_read():
    body = '<?xml version="1.0" encoding="GBK"?><xml><Content>你好</Content></xml>'
    assert read_xml(body.encode("gbk")) == {"Content": "你好"}
    assert read_xml(body.encode()) == {"Content": "你好"}


def test_depth_and_number_of_elements_are_limited():
    assert read_xml(b"<a>" * 15 + b"x" + b"</a>" * 15)
    assert refusal(b"<a>" * 18 + b"</a>" * 18) is Reason.TOO_COMPLEX
    assert refusal(b"<a>" * 20_000) is Reason.TOO_COMPLEX
    assert len(read_xml(b"<xml>" + b"<b/>" * (MAX_ELEMENTS - 1) + b"</xml>")["b"]) == MAX_ELEMENTS - 1
    assert refusal(b"<xml>" + b"<b/>" * MAX_ELEMENTS + b"</xml>") is Reason.TOO_COMPLEX


def test_many_angle_brackets_in_a_text_are_no_elements():
    body = b"<xml><Content><![CDATA[" + b"<" * 9_000 + b"]]></Content></xml>"
    assert read_xml(body) == {"Content": "<" * 9_000}


XML_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=60)


@given(st.dictionaries(st.sampled_from(["MsgType", "Content", "MsgId", "Event"]), XML_TEXT, min_size=1))
def test_what_another_parser_wrote_comes_back(fields):
    root = ElementTree.Element("xml")
    for name, value in fields.items():
        ElementTree.SubElement(root, name).text = value
    expected = {name: value.strip(" \t\r\n") for name, value in fields.items()}
    assert read_xml(ElementTree.tostring(root, encoding="utf-8")) == expected


PIECES = st.sampled_from(
    [
        b"<xml>",
        b"</xml>",
        b"<a>",
        b"</a>",
        b"<item/>",
        b"<![CDATA[",
        b"]]>",
        b"&amp;",
        b"&x;",
        b"<!DOCTYPE a>",
        b" ",
        b"\x00",
        b"<?xml version='1.0' encoding='gb2312'?>",
        b"\xff",
        "你".encode(),
        b"text",
        b"<!--",
        b"-->",
        b"<?p ?>",
    ]
)


@given(st.lists(PIECES, max_size=12).map(b"".join) | st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_refusal(body):
    try:
        fields = read_xml(body)
    except PushRefused:
        return
    assert isinstance(fields, dict)


_NAMES = st.sampled_from(["ToUserName", "Content", "MsgId", "item", "Content"])
_VALUES = st.text(
    st.sampled_from("a1 \t\n\r中😀<>&;]\"'\u3000\u2028\x0b\x7f\ufffe") | st.characters(codec="utf-8"), max_size=6
)


@given(st.lists(st.tuples(_NAMES, _VALUES, st.booleans(), st.sampled_from(["", " ", "\n"])), min_size=1, max_size=6))
def test_the_quick_way_gives_what_the_parser_gives_or_nothing(elements):
    inner = "".join(
        f"{blank}<{name}>{f'<![CDATA[{value}]]>' if within else value}</{name}>"
        for name, value, within, blank in elements
    )
    body = f"<xml>{inner}</xml>".encode()
    if (flat := _read_flat(body)) is not None:
        assert flat == _read_carefully(body)


def test_the_quick_way_takes_the_usual_push():
    body = "<xml><MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[你好😀]]></Content><MsgId> 12 </MsgId></xml>"
    assert _read_flat(body.encode()) == {"MsgType": "text", "Content": "你好😀", "MsgId": "12"}
