"""The lexicon as a spreadsheet's table: all of it goes out and comes back, and a wrong row is named."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from customers.tagging.lexicon import LexiconInvalid
from customers.tagging.lexicon_csv import read_csv, write_csv
from customers.tagging.lexicon_document import read_document
from customers.tagging.lexicon_files import load_lexicon
from tests.customers.tagging.lexica import colours

FULL = read_document(
    {
        "vocabulary": ["某某牌"],
        **colours(
            label="颜,色", personal=True, half_life_days=2.5, single=["黑"], blocked=["黑的士"],
            weights={"白色": 2.5}, tags={"白色": ["白色"], "黑色": ["黑的", "黑"]}, patterns={"黑色": ["(纯|亮)黑"]},
        ),
    }
)  # fmt: skip
TABLE = """group,tag,what,text
vocabulary,,word,某某牌
colour,,label,"颜,色"
colour,,kind,quality
colour,,half_life_days,2.5
colour,,weight,1
colour,,exclusive,false
colour,,personal,true
colour,,blocked,黑的士
colour,白色,weight,2.5
colour,白色,word,白色
colour,黑色,word,黑的
colour,黑色,single,黑
colour,黑色,pattern,(纯|亮)黑
"""


def test_one_row_is_one_word_or_setting() -> None:
    assert write_csv(FULL).replace("\r\n", "\n") == TABLE
    assert read_document(read_csv(TABLE, "x.csv")) == FULL


def test_the_starter_comes_back_the_same() -> None:
    assert read_document(read_csv(write_csv(load_lexicon()), "x.csv")) == load_lexicon()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_table_may_come_as_a_spreadsheet_saves_it(tmp_path: Path, encoding: str) -> None:
    rows = list(csv.DictReader(TABLE.splitlines()))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Text", " What ", "tag", "group", "note"])
    for row in rows:
        writer.writerow([row["text"], row["what"].replace("word", ""), row["tag"], row["group"], "?"])
    file = tmp_path / "words.CSV"
    file.write_bytes(f"{out.getvalue()},,,,\r\n".replace("true", "是").encode(encoding))
    assert load_lexicon(file) == FULL


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("colour,黑色,word,", "row 15: text: is empty"),
        (",黑色,word,墨黑", "row 15: group: is empty"),
        ("colour,黑色,label,墨黑", "row 15: what: 'label' says nothing of a tag"),
        ("colour,,word,墨黑", "row 15: what: 'word' says nothing of a group"),
        ("colour,,exclusive,也许", "row 15: text: '也许' is no exclusive"),
        ("colour,白色,weight,重", "row 15: text: '重' is no weight"),
        ("colour,白色,word,黑的", "colour: 黑色: '黑的' is already in words.csv: colour: 白色"),
        ("colour,白色,word,白 的", "colour: 白色: '白 的' contains white space"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, fault: str) -> None:
    (tmp_path / "words.csv").write_text(f"{TABLE}{row}\n", encoding="utf-8")
    with pytest.raises(LexiconInvalid) as caught:
        load_lexicon(tmp_path / "words.csv")
    assert [f"{each.place}: {each.problem}" for each in caught.value.faults] == [f"words.csv: {fault}"]
    assert all(each.remedy for each in caught.value.faults)


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    file = tmp_path / "words.csv"
    for data, problem in ((b"a,b\n1,2\n", "has no column group, tag, what, text"), (b"PK\x03\x04", "Excel workbook")):
        file.write_bytes(data)
        with pytest.raises(LexiconInvalid, match=problem):
            load_lexicon(file)
