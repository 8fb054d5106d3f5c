"""Where the words come from that a text is not cut within."""

from __future__ import annotations

from dataclasses import replace

from customers.tagging.brand_words import list_brand_words
from customers.tagging.lexicon import Lexicon
from customers.tagging.segment import Segmenter
from models import Organisation, OrganisationKind, Store


async def test_brand_words_are_the_vocabulary_names_of_the_lexicon_and_the_stores(
    database: str, lexicon: Lexicon
) -> None:
    leaf = await Organisation.create(kind=OrganisationKind.STORE, code="S-1", name="门店")
    await Store.create(organisation=leaf, code="S-1", name="知己（南京西路旗舰店）")
    words = await list_brand_words(replace(lexicon, vocabulary=("云感绒",)))
    assert words[0] == "云感绒"
    assert words[-1] == "知己（南京西路旗舰店）"
    assert {"阔腿裤", "车厘子色"} < set(words)
    assert Segmenter(words).cut("南京西路旗舰店有云感绒吗") == ["南京西路旗舰店", "有", "云感绒", "吗"]
