"""The endpoint that rewords answers: all three settings or none, and half a set is told by the name that lacks."""

from __future__ import annotations

import pytest

from tests.config.conftest import GOOD, Faults, Read

URL, MODEL, KEY = (
    'rephrase_url = "https://llm.brand.cn/v1/"',
    'rephrase_model = "small"',
    'rephrase_key = "sk-9f8e7d6c5b4a"',
)


def test_nothing_set_is_off(read: Read) -> None:
    settings = read(GOOD + '[answers]\nrephrase_url = ""\nrephrase_model = ""\nrephrase_key = ""\n')
    assert (settings.answers.rephrase_url, settings.answers.rephrase_key.get_secret_value()) == ("", "")


def test_all_three_are_read(read: Read) -> None:
    answers = read("\n".join([GOOD, "[answers]", URL, MODEL, KEY])).answers
    assert (answers.rephrase_url, answers.rephrase_model) == ("https://llm.brand.cn/v1", "small")
    assert answers.rephrase_key.get_secret_value() == "sk-9f8e7d6c5b4a"
    assert "9f8e7d" not in repr(answers)


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        ([URL, MODEL], ["answers.rephrase_key"]),
        ([KEY], ["answers.rephrase_model", "answers.rephrase_url"]),
        ([MODEL, KEY, 'rephrase_url = ""'], ["answers.rephrase_url"]),
    ],
)
def test_half_a_set_names_what_lacks(faults: Faults, lines: list[str], missing: list[str]) -> None:
    found = faults("\n".join([GOOD, "[answers]", *lines]))
    assert sorted(field for field, _, _ in found) == missing
    remedy = "set all three rephrase_… settings, or none of them"
    assert all((detail, told) == ("is missing", remedy) for _, detail, told in found)


def test_a_wrong_name_is_told_with_the_one_meant(faults: Faults) -> None:
    ((field, detail, remedy),) = faults(GOOD + '[answers]\nrefrase_url = ""\n')
    assert (field, detail) == ("answers.refrase_url", "is no setting") and "rephrase_url" in remedy
