import pytest

from bot.channels.mending import mended, wrapped


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"<xml><A>1</A></xml>", "<xml><A>1</A></xml>"),
        (b'\n\t<?xml version="1.0" encoding="UTF-8"?>\n<xml/>\n', "<xml/>"),
        (b'String s = "<xml><A>1</A></xml>";', "<xml><A>1</A></xml>"),
        (b"<a>b?x=1&y=2</a>", "<a>b?x=1&amp;y=2</a>"),
        (b"<a>&amp;&#20320;&#x4f60;&lt;&nbsp;</a>", "<a>&amp;&#20320;&#x4f60;&lt;&amp;nbsp;</a>"),
        (b"<a><![CDATA[x&y]]></a>&", "<a><![CDATA[x&y]]></a>"),
        (b"&lt;xml&gt;&lt;A&gt;1&lt;/A&gt;&lt;/xml&gt;", "<xml><A>1</A></xml>"),
        (b' {"a": "<b>"} ', '{"a": "<b>"}'),
        (b"", ""),
        (b"no markup", ""),
    ],
)
def test_what_people_keep_in_files_becomes_readable(raw, text):
    assert mended(raw) == text.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_are_told_apart(encoding):
    assert mended("<A>你好，世界</A>".encode(encoding)) == "<A>你好，世界</A>".encode()


def test_a_declared_encoding_is_believed_only_where_the_bytes_are_no_utf8():
    text = '<?xml version="1.0" encoding="big5"?><A>謝謝</A>'
    assert mended(text.encode("big5")) == mended(text.encode()) == "<A>謝謝</A>".encode()
    assert mended(b'<?xml encoding="no-such"?><A>' + "你好".encode("gbk") + b"</A>") == "<A>你好</A>".encode()


def test_a_fragment_gets_one_root():
    assert wrapped(b"<A/><B/>") == b"<xml><A/><B/></xml>"
