"""CSV files as people save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Invalid
from guides.imports.csv_file import Layout, Table, parse_mapping, read_table
from guides.imports.result import Rejected

LAYOUT = Layout(("code", "name", "city"), ("code", "name"), frozenset({"code"}), {"code": 8, "name": 10})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def read(path: Path, content: str | bytes, mapping: dict[str, str] | None = None) -> Table:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, LAYOUT, mapping or {})


def values(table: Table) -> list[tuple[int, str, str, str]]:
    return [(row.number, row.get("code"), row.get("name"), row.get("city")) for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_three_encodings_and_both_line_ends_are_read(path: Path, encoding: str, newline: str) -> None:
    lines = ["code,name,city", "S1,南京东路店,上海市", "S2,龘靐店,北京市", ""]
    table = read(path, newline.join(lines).encode(encoding))
    assert values(table) == [(2, "S1", "南京东路店", "上海市"), (3, "S2", "龘靐店", "北京市")]
    assert table.rejected == [] and table.ignored_columns == ()


def test_utf8_with_one_broken_character_is_not_taken_for_gb18030(path: Path) -> None:
    content = "code,name\n" + "\n".join(f"S{number},南京东路店" for number in range(30))
    data = content.encode()
    broken = data[:40] + b"\xff" + data[40:]
    with pytest.raises(Invalid, match="broken character on line 3"):
        read(path, broken)


def test_bytes_of_no_known_encoding_are_refused(path: Path) -> None:
    with pytest.raises(Invalid, match="neither UTF-8 nor GB18030"):
        read(path, b"code,name\nS1,\xff\xff\xff\xff\n")
    with pytest.raises(Invalid, match="UTF-16"):
        read(path, "code,name\nS1,x\n".encode("utf-16"))


@pytest.mark.parametrize("begins", [b"PK\x03\x04\x14\x00\x06\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_called_csv_is_named_for_what_it_is(path: Path, begins: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read(path, begins + b"[Content_Types].xml")
    assert (refusal.value.detail, refusal.value.remedy) == (
        "is an Excel workbook, not CSV", "open it in the spreadsheet and save it as CSV UTF-8",
    )  # fmt: skip


@pytest.mark.parametrize("content", ["code,name", "code,name,city\n", "code,name\n\n,\n"])
def test_a_file_without_rows_says_so(path: Path, content: str) -> None:
    with pytest.raises(Invalid, match="holds no rows"):
        read(path, content)


def test_blank_lines_trailing_commas_and_surrounding_space_do_no_harm_and_row_numbers_stay(path: Path) -> None:
    table = read(path, 'code , name,city,,\n\n"S1", 一店 ,上海,,\n,,,,\n  \nS2,"二\n店"\nS3,三店,,,\n')
    assert values(table) == [(3, "S1", "一店", "上海"), (6, "S2", "二 店", ""), (7, "S3", "三店", "")]
    assert table.rejected == []


def test_columns_may_stand_in_any_order_and_case_and_unknown_ones_are_reported(path: Path) -> None:
    table = read(path, "Brand,NAME,Code\nB,一店,S1\n")
    assert values(table) == [(2, "S1", "一店", "")]
    assert table.ignored_columns == ("Brand",)
    assert "city" not in table.rows[0].values


def test_fields_are_mapped_to_the_files_own_columns(path: Path) -> None:
    table = read(path, "Store Number,Store Name,code\nS1,一店,x\n", {"code": "store number", "name": "Store Name"})
    assert values(table) == [(2, "S1", "一店", "")]
    assert table.ignored_columns == ("code",)


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        ("", {}, "is empty"),
        ("\n\n", {}, "is empty"),
        ("code,city\nS1,x\n", {}, "no column 'name' among: code, city"),
        ("code;name\nS1;x\n", {}, "commas between the columns"),
        ("code,name,name\nS1,x,y\n", {}, "stands there 2 times"),
        ("code,name\nS1,x\n", {"city": "Town"}, "no column 'Town'"),
        ("code,name\nS1,x\n", {"town": "name"}, "no field 'town'"),
        ('code,name\nS1,"x\nS2,y\n', {}, "row 2 cannot be read"),
        ('code,name\nS1,"x"y\n', {}, "row 2 cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(path: Path, content: str, mapping: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(path, content, mapping)
    assert words in str(refusal.value)
    assert refusal.value.remedy


def test_a_file_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_table(path, LAYOUT, {})


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("1.38E+10", "'1.38E+10' is a number the spreadsheet shortened: digits are lost"),
        ("1.38e+10", "'1.38e+10' is a number the spreadsheet shortened: digits are lost"),
        ("1E+05", "'1E+05' is a number the spreadsheet shortened: digits are lost"),
        ("1001.0", "'1001.0' is a number with decimals"),
        ("3月1日", "'3月1日' is a code the spreadsheet turned into a date"),
        ("1-Mar", "'1-Mar' is a code the spreadsheet turned into a date"),
        ("Mar-01", "'Mar-01' is a code the spreadsheet turned into a date"),
        ('"=""01"""', "'=\"01\"' begins with '='"),
        ("'0013", '"\'0013" begins with "\'"'),
        ("#N/A", "'#N/A' is a formula that failed"),
        ("####", "'####' is a formula that failed"),
        ("S\u200b1", "'S\\u200b1' holds an invisible character"),
        ("S\x001", "'S\\x001' holds an invisible character"),
        ("123456789", "has 9 characters, 8 fit"),
        ("", "is empty"),
    ],
)
def test_spreadsheet_accidents_are_named_with_row_and_column(path: Path, cell: str, problem: str) -> None:
    table = read(path, f"code,name\nS1,一店\n{cell},二店\nS3,三店\n")
    assert [row.get("code") for row in table.rows] == ["S1", "S3"]
    (refused,) = table.rejected
    assert (refused.row, refused.field, refused.problem) == (3, "code", problem)
    assert refused.remedy


def test_the_files_own_column_name_is_told_where_it_differs(path: Path) -> None:
    table = read(path, "Store Number,name\n1.38E+10,x\n", {"code": "Store Number"})
    assert table.rejected[0].field == "code"
    assert table.rejected[0].problem.startswith("column 'Store Number': '1.38E+10'")


@pytest.mark.parametrize("cell", ["12E5", "1-2", "3.5寸", "E+10", "A'1"])
def test_codes_that_only_look_odd_pass(path: Path, cell: str) -> None:
    assert values(read(path, f"code,name\n{cell},x\n")) == [(2, cell, "x", "")]


def test_plain_text_may_look_like_a_number_and_loses_invisible_controls(path: Path) -> None:
    table = read(path, "code,name\nS1,1.5E+3\nS2,一\x0b店\x7f\n")
    assert [row.get("name") for row in table.rows] == ["1.5E+3", "一 店"]


def test_an_unquoted_comma_is_named(path: Path) -> None:
    table = read(path, "code,name,city\nS1,一店,上海,黄浦\n")
    assert table.rejected == [
        Rejected(2, "city", "has 4 cells, the header names 3", 'put quotation marks around text with commas: "…,…"')
    ]


def test_map_options_are_pairs_with_or_without_quotes() -> None:
    options = ['code="Store Number"', "name=Store Name", "city = 'City' "]
    assert parse_mapping(options) == {"code": "Store Number", "name": "Store Name", "city": "City"}


@pytest.mark.parametrize("options", [["code"], ["=x"], ["code="], ['code=""'], ["code=a", "code=b"]])
def test_map_options_that_are_no_pairs_are_refused(options: list[str]) -> None:
    with pytest.raises(Invalid):
        parse_mapping(options)
