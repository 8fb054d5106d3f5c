"""What staff write becomes a sound rule, or is refused with the field and the remedy."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.care.options import compile_options, read_options
from campaigns.care.registry import all_kinds
from campaigns.care.rule_form import form_of, read_rule
from campaigns.toml_file import read_file, write_toml
from core.accounts import AccountKind
from core.channels import ContactClass
from core.errors import Invalid
from tests.campaigns.care.brand import ACCOUNTS, form

NOTICE = {"template_id": "T1", "data": {"thing1": "{customer}", "date2": "{date}"}}
FULL = [
    {"channel": "subscribe", **NOTICE, "page": "https://example.com/gift"},
    {"channel": "template", **NOTICE, "miniprogram": {"appid": "wx1", "pagepath": "pages/gift"}},
    {"channel": "custom", "text": "{customer}，生日快乐[，我是{guide}]！\n“礼物”在{store}等您\\"},
    {"channel": "guide_task", "words": "今天是{customer}的生日"},
]  # fmt: skip
NEWS = {"channel": "custom", "kind": "news", "title": "{customer}", "description": "礼物", "url": "https://e.com/{x}",
        "picture_url": "https://e.com/p.png"}  # fmt: skip


def refused(given_form: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(Invalid) as refusal:
        read_rule(given_form, ACCOUNTS)
    assert refusal.value.remedy
    return refusal.value.field, refusal.value.detail


def test_the_kinds_there_are() -> None:
    assert list(all_kinds()) == [
        "after_follow", "after_visit", "anniversary", "birthday", "coupon_expiring", "dormant", "festival",
    ]  # fmt: skip


def test_a_rule_is_read_and_shown_alike() -> None:
    told = form("birthday", name="生日祝福", options=FULL, settings={"days_before": 3}, **{"class": "care"})
    made = read_rule(told, ACCOUNTS)
    assert (made.name, made.at, made.contact_class) == ("生日祝福", time(10), ContactClass.CARE)
    assert form_of(made) == told
    assert made.options[2]["payload"]["kind"] == "text"


def test_a_file_is_what_show_prints(tmp_path: Path) -> None:
    told = form("birthday", name="生日祝福", options=FULL, settings={"days_before": 3}, **{"class": "care"})
    path = tmp_path / "rule.toml"
    path.write_text(write_toml(form_of(read_rule(told, ACCOUNTS))), encoding="utf-8-sig")
    assert read_file(path, "docs/care.md") == told


@given(
    st.dictionaries(
        st.text(max_size=6),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.integers(-(2**62), 2**62),
        max_size=4,
    )
)
def test_any_text_survives_the_file(tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("file") / "form.toml"
    told = {"settings": table, "options": [{"channel": "custom", "data": table}, {"words": "w"}]}
    path.write_bytes(write_toml(told).encode())
    assert read_file(path, "docs/care.md") == told


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "规则.toml"
    path.write_text("name = “生日”", encoding="utf-8")
    with pytest.raises(Invalid, match=r"规则.toml: is no TOML"):
        read_file(path, "docs/care.md")
    path.write_text("name = '生日'", encoding="gb18030")
    with pytest.raises(Invalid, match=r"规则.toml: is not UTF-8"):
        read_file(path, "docs/care.md")
    path.unlink()
    with pytest.raises(Invalid, match=r"规则.toml: cannot be read: No such file"):
        read_file(path, "docs/care.md")


def test_tomls_own_times_of_day_are_taken() -> None:
    assert read_rule(form(at=time(9, 30, 15)), ACCOUNTS).at == time(9, 30)
    assert read_rule(form(at="9：05"), ACCOUNTS).at == time(9, 5)


@pytest.mark.parametrize(
    ("changes", "field", "detail"),
    [
        ({"name": "生日 祝福"}, "name", "'生日 祝福' is no name"),
        ({"name": "a:b"}, "name", "'a:b' is no name"),
        ({"name": None}, "name", "None is no name"),
        ({"kind": "wedding"}, "kind", "'wedding' is no kind of care"),
        ({"account": "other"}, "account", "there is no account 'other'"),
        ({"at": "25:00"}, "at", "'25:00' is no time of day"),
        ({"at": None}, "at", "is missing"),
        ({"class": "service"}, "class", "'service' is no class of a care rule"),
        ({"colour": "red"}, "colour", "is no field of a care rule"),
        ({"settings": 3}, "settings", "is no table"),
        ({"settings": {"days": 3}}, "settings.days", "is no setting of this kind"),
        ({"settings": {"days_before": 61}}, "settings.days_before", "61 is no whole number from 0 to 60"),
        ({"settings": {"days_before": True}}, "settings.days_before", "True is no whole number from 0 to 60"),
        ({"options": []}, "options", "there is none"),
        ({"options": ["好"]}, "options[0]", "is no option"),
        ({"options": [{"channel": "sms", "text": "好"}]}, "options[0].channel", "'sms' is no channel"),
        (
            {"options": [{"channel": "mini_custom", "text": "好"}]},
            "options[0].channel",
            "this rule's account is of the kind official_account",
        ),
        ({"options": [{"channel": "custom"}]}, "options[0].text", "is missing"),
        ({"options": [{"channel": "custom", "words": "好"}]}, "options[0].words", "does not belong here"),
        ({"options": [{"channel": "custom", "kind": "video"}]}, "options[0].kind", "'video' is no kind of message"),
        ({"options": [{"channel": "guide_task", "text": "好"}]}, "options[0].text", "does not belong here"),
        ({"options": [{"channel": "subscribe", "data": {"a": "b"}}]}, "options[0].template_id", "is missing"),
        ({"options": [{"channel": "subscribe", "template_id": "T"}]}, "options[0].data", "is missing"),
        (
            {"options": [{"channel": "custom", "text": "一"}, {"channel": "custom", "text": "二"}]},
            "options[1].channel",
            "custom is there twice",
        ),
        (
            {"options": [{"channel": "subscribe", "template_id": "T", "data": {"a": 3}}]},
            "options[0].data.a",
            "is missing",
        ),
        (
            {"options": [{"channel": "custom", "text": "好"}, {"channel": "custom", "text": "{nmae}"}]},
            "options[1].text",
            "{nmae} is no variable of these words",
        ),
        (
            {"options": [{"channel": "subscribe", "template_id": "T", "data": {"thing1": "{customer"}}]},
            "options[0].data.thing1",
            "'{' (character 1) has no '}'",
        ),
        ({"options": [{"channel": "custom", "text": "长" * 683}]}, "options[0].text", "may become 2049 bytes"),
        (
            {"options": [{"channel": "guide_task", "words": "长" * 256}]},
            "options[0].words",
            "may become 256 characters",
        ),
        (
            {"class": "marketing", "options": [{"channel": "template", **NOTICE}]},
            "options",
            "WeChat allows template messages for service notices only",
        ),
    ],
)
def test_what_is_wrong_is_refused(changes: dict[str, Any], field: str, detail: str) -> None:
    named, told = refused(form("birthday", **changes))
    assert (named, told[: len(detail)]) == (field, detail)


@pytest.mark.parametrize(
    ("kind", "settings", "field", "detail"),
    [
        ("after_follow", {}, "settings.days", "is missing"),
        ("after_follow", {"days": 0}, "settings.days", "0 is no whole number from 1 to 3650"),
        ("after_follow", {"days": "3"}, "settings.days", "'3' is no whole number"),
        ("after_visit", {"days": 3}, "settings.of", "is missing"),
        ("after_visit", {"of": "party", "days": 3}, "settings.of", "'party' is none of those there are"),
        ("after_visit", {"of": "store_visit"}, "settings.days", "is missing"),
        ("after_visit", {"of": "store_visit", "days": 3, "hours": 3}, "settings.hours", "stands beside days"),
        ("after_visit", {"of": "store_visit", "hours": 73}, "settings.hours", "73 is no whole number"),
        ("after_visit", {"of": "store_visit", "hours": 3}, "at", "a rule in hours looks every hour"),
        ("dormant", {"days": 3}, "settings.days", "3 is no whole number from 7 to 3650"),
        ("anniversary", {"years": 3}, "settings.years", "is no setting of this kind"),
        ("festival", {}, "settings.festival", "is missing"),
        ("festival", {"festival": "双十一"}, "settings.festival", "'双十一' is none of those there are"),
        ("festival", {"date": "09-18"}, "settings.festival", "is missing"),
        ("festival", {"festival": "店庆", "date": "1998-09-18"}, "settings.date", "'1998-09-18' has a year"),
        ("festival", {"festival": "店庆", "date": "02-30"}, "settings.date", "'02-30' is no day of the calendar"),
        ("festival", {"festival": "店庆", "date": 918}, "settings.date", "is no text of at most 16 characters"),
        ("festival", {"festival": "七夕", "on": "first_day_off"}, "settings.on", "七夕 has no days off of its own"),
        ("festival", {"festival": "春节", "on": "eve"}, "settings.on", "'eve' is none of those there are"),
    ],
)
def test_each_kinds_settings_are_checked(kind: str, settings: dict[str, Any], field: str, detail: str) -> None:
    named, told = refused(form(kind, settings=settings))
    assert (named, told[: len(detail)]) == (field, detail)


@pytest.mark.parametrize("kind", ["after_follow", "anniversary"])
def test_nobody_follows_a_mini_program(kind: str) -> None:
    words = [{"channel": "mini_custom", "text": "好"}]
    settings = {"days": 3} if kind == "after_follow" else {}
    assert refused(form(kind, account="mini", settings=settings, options=words)) == (
        "account",
        "mini is a mini program: nobody follows it",
    )


def test_words_may_use_only_their_kinds_variables() -> None:
    words = [{"channel": "custom", "text": "{festival}快乐"}]
    assert refused(form("birthday", options=words))[0] == "options[0].text"
    assert read_rule(form("festival", settings={"festival": "七夕"}, options=words), ACCOUNTS)


def test_each_channels_words_are_rendered() -> None:
    stored = read_options(FULL, {"customer", "guide", "store", "date"}, AccountKind.OFFICIAL_ACCOUNT)
    values = {"customer": "王女士", "date": "5月12日", "store": "静安店"}
    subscribe, template, text, task = (each.render(values) for each in compile_options(stored, [*values, "guide"]))
    assert subscribe == {
        "channel": "subscribe",
        "payload": {
            "template_id": "T1", "page": "https://example.com/gift", "data": {"thing1": "王女士", "date2": "5月12日"},
        },
    }  # fmt: skip
    assert template["payload"]["miniprogram"] == {"appid": "wx1", "pagepath": "pages/gift"}
    assert text["payload"] == {"kind": "text", "text": "王女士，生日快乐！\n“礼物”在静安店等您\\"}
    assert task == {"channel": "guide_task", "payload": {"words": "今天是王女士的生日"}}
    assert stored[2]["payload"]["text"].startswith("{customer}")  # what is kept is not touched


def test_an_articles_words_are_rendered_and_its_addresses_are_not() -> None:
    (stored,) = read_options([NEWS], {"customer"}, AccountKind.OFFICIAL_ACCOUNT)
    (news,) = compile_options([stored], {"customer"})
    assert news.render({"customer": "王女士"})["payload"] == {
        "kind": "news", "title": "王女士", "description": "礼物", "url": "https://e.com/{x}",
        "picture_url": "https://e.com/p.png",
    }  # fmt: skip
