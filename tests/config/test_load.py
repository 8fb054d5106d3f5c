"""Settings that are sound are read; every fault is told once, with its place and its remedy, and no secret is."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import accounts_of, survey_settings
from core.accounts import AccountKind, Mode
from tests.config.conftest import GOOD, Faults, Read
from tests.variables import only_variables

SECRETS = {
    "secret_key": "5c2f0f11d0a94d1b8a1c35e4a2d1c0de",
    "app_secret": "0f1e2d3c4b5a69788796a5b4c3d2e1f7",
    "token": "tokOfTheShop7",
    "aes_key": "Zk3mVq8RtYp1LwXs6BnHd9GjFc2Ea7UoTi5KbMvNxQA",
}


def changed(field: str, value: str) -> str:
    """The good settings with one line replaced (or put before the accounts)."""
    name = field.rpartition(".")[2]
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{name} =")]
    at = len(lines) if "." in field else lines.index("[accounts.shop]")
    return "\n".join([*lines[:at], f"{name} = {value}", *lines[at:]])


def test_sound_settings_are_read_with_their_defaults(read: Read) -> None:
    settings = read()
    assert (settings.database_url, settings.listen, settings.redis_url) == (
        "sqlite:///zhiji.db", "127.0.0.1:8080", "embedded",
    )  # fmt: skip
    account = accounts_of(settings)["shop"]
    assert (account.kind, account.mode, account.api_base) == (
        AccountKind.OFFICIAL_ACCOUNT, Mode.SAFE, "https://api.weixin.qq.com",
    )  # fmt: skip
    assert (account.app_secret, account.token, account.aes_key) == tuple(list(SECRETS.values())[1:])


def test_variables_go_over_the_file_level_by_level(read: Read) -> None:
    settings = read(
        GOOD + '[brand]\nname = "知己"\nplace_days = 7\n',
        SCRM_BRAND__PLACE_DAYS="9",
        SCRM_ACCOUNTS__SHOP__TOKEN="Another9",
        SCRM_ACCOUNTS__MINI='{"kind": "mini_program", "app_id": "wx00000000000000bb", "mode": "plain"}',
        SCRM_ACCOUNTS__MINI__TOKEN="Third7",
        SCRM_ACCOUNTS__MINI__APP_SECRET=SECRETS["app_secret"],
    )
    assert (settings.brand.name, settings.brand.place_days) == ("知己", 9)
    assert {key: account.token for key, account in accounts_of(settings).items()} == {
        "shop": "Another9", "mini": "Third7",
    }  # fmt: skip


def test_a_file_written_by_a_windows_editor_is_read(read: Read) -> None:
    assert read("\ufeff" + GOOD).accounts.keys() == {"shop"}


def test_without_any_file_everything_may_come_from_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with only_variables({"SCRM_SECRET_KEY": SECRETS["secret_key"]}):
        assert survey_settings().faults == []


@pytest.mark.parametrize(
    ("field", "value", "detail", "remedy"),
    [
        ("listen", '"8080"', "is no host:port", 'write "127.0.0.1:8080" behind a proxy, ":8080" for every address'),
        ("listen", '"0.0.0.0:70000"', "is no host:port", 'write "127.0.0.1:8080"'),
        ("log_level", '"loud"', "is none of the words allowed here", "use one of: debug, info, warning, error"),
        ("clock_skew_s", "5", "must be greater than or equal to 30", "set it in FILE or as SCRM_CLOCK_SKEW_S"),
        ("clock_skew_s", '"soon"', "must be a valid integer, unable to parse", "set it in FILE"),
        ("database_url", '"mysql://db/x"', "is no database address", "write sqlite:///FILE or postgres://"),
        ("database_url", '"postgres://a@h/d?sslmode=x"', "holds a ? or #, after which nothing is read", "leave it out"),
        ("redis_url", '"localhost:6379"', "is no Redis address", 'write "embedded" or redis://'),
        ("public_url", '"scrm.brand.cn"', "is no address", "write https://host, without a query"),
        ("secret_key", '""', "is missing", "at least 32 characters; make one with: openssl rand -hex 32"),
        ("secret_key", '"short"', "is malformed", "at least 32 characters"),
        (
            "secret_key",
            '"' + "change-me-" * 4 + '"',
            "is an example value that everyone knows",
            "at least 32 characters",
        ),
        (
            "accounts.shop.kind",
            '"wecom"',
            "is none of the words allowed here",
            "use one of: official_account, mini_pro",
        ),
        ("accounts.shop.mode", '"secure"', "is none of the words allowed here", "use one of: plain, compatible, safe"),
        ("accounts.shop.app_id", '"gh_12345"', "is no app id", 'it is "wx" and 16 of 0-9a-f, shown in the console'),
        ("accounts.shop.app_id", '""', "is missing", 'it is "wx" and 16 of 0-9a-f'),
        ("accounts.shop.app_secret", '"UPPER"', "is malformed", "32 characters 0-9a-f, from the account's console"),
        ("accounts.shop.token", '"a b"', "is malformed", "3 to 32 letters and digits, the same as in the console"),
        ("accounts.shop.token", '"weixin"', "is an example value that everyone knows", "3 to 32 letters and digits"),
        ("accounts.shop.aes_key", '"short"', "is malformed", "43 letters and digits, the console's EncodingAESKey"),
        ("accounts.shop.aes_key", '""', 'is missing and mode = "safe" needs it', "43 letters and digits"),
        ("accounts.shop.api_base", '""', "is missing", "write https://host, without a query"),
        ("accounts.shop.forward_to", '"old.vendor/cb"', "is no address", "write https://host/path"),
        ("accounts.shop.appsecret", '"x"', "is no setting", "did you mean app_secret?"),
        ("accounts.shop.verified", '"perhaps"', "must be a valid boolean, unable to interpret input", "set it in FILE"),
    ],
)
def test_a_fault_names_its_place_what_is_expected_and_the_remedy(
    faults: Faults, field: str, value: str, detail: str, remedy: str
) -> None:
    ((found, said, told),) = faults(changed(field, value))
    assert found == field
    assert said.startswith(detail)
    assert told.startswith(remedy)


@pytest.mark.parametrize("field", ["secret_key", "accounts.shop.app_id", "accounts.shop.token", "accounts.shop.kind"])
def test_what_is_not_there_at_all_is_missing(faults: Faults, field: str) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"{field.rpartition('.')[2]} ="))
    variable = "SCRM_" + field.upper().replace(".", "__")
    assert faults(text) == [(field, "is missing", f"set it in FILE or as {variable}")]


def test_an_address_of_the_old_vendor_keeps_its_query(read: Read) -> None:
    settings = read(changed("accounts.shop.forward_to", '"https://old.vendor/cb/?id=7"'))
    assert settings.accounts["shop"].forward_to == "https://old.vendor/cb/?id=7"


def test_plain_mode_needs_no_key(read: Read) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith("aes_key")) + '\nmode = "plain"\n'
    assert read(text).accounts["shop"].mode is Mode.PLAIN


def test_two_accounts_of_one_app_are_refused(faults: Faults) -> None:
    twice = GOOD + GOOD[GOOD.index("[accounts.shop]") :].replace("shop", "twin")
    assert faults(twice) == [
        ("accounts", "shop and twin name the same app_id", "every account is one app, name it once")
    ]


def test_a_name_no_address_can_carry_is_refused(faults: Faults) -> None:
    assert faults(GOOD.replace("accounts.shop", "accounts.Shop")) == [
        ("accounts.Shop", "is no name for an account", "use 1 to 32 of a-z 0-9 _ - such as [accounts.shop]")
    ]


def test_every_fault_is_told_at_once_even_one_that_hides_behind_another(faults: Faults) -> None:
    text = '[brand]\nplace_days = 0\n[accounts.shop]\nkind = "official_account"\napp_id = "x"\ntoken = "a b"\n'
    assert [field for field, _, _ in faults(text)] == [
        "secret_key",
        "brand.place_days",
        "accounts.shop.app_id",
        "accounts.shop.app_secret",
        "accounts.shop.token",
        "accounts.shop.aes_key",
    ]


# ── files that cannot be read ────────────────────────────────────────────────────────────────────────────────────
def test_a_broken_file_is_the_only_fault_told(faults: Faults) -> None:
    ((field, detail, remedy),) = faults("listen = \n")
    assert (field, remedy) == ("FILE", "mend that line")
    assert detail.startswith("is not TOML: Invalid value (at line 1, column")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scrm.toml"
    path.write_bytes('name = "知己"'.encode("gb18030"))
    with only_variables({"SCRM_CONFIG": str(path)}):
        (fault,) = survey_settings().faults
    assert (fault.detail, fault.remedy) == ("is not UTF-8", "save it as UTF-8")


def test_a_file_that_was_named_and_is_not_there_is_refused(tmp_path: Path) -> None:
    with only_variables({"SCRM_CONFIG": str(tmp_path / "gone.toml")}):
        (fault,) = survey_settings().faults
    assert fault.field == "SCRM_CONFIG"
    assert fault.detail.endswith("gone.toml, which does not exist")


def test_a_variable_for_many_settings_that_is_no_json_is_refused(faults: Faults) -> None:
    assert faults(GOOD, SCRM_ACCOUNTS="shop") == [
        ("SCRM_ACCOUNTS", "holds several settings and is no JSON",
         "set one variable a value, such as SCRM_ACCOUNTS__…, or write JSON"),
    ]  # fmt: skip


# ── what must not be said ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("field", list(SECRETS))
@pytest.mark.parametrize(("before", "after"), [("", " !"), ("example", "")])
def test_a_faulty_secret_is_not_quoted(faults: Faults, field: str, before: str, after: str) -> None:
    place = field if field == "secret_key" else f"accounts.shop.{field}"
    (found,) = faults(changed(place, f'"{before}{SECRETS[field]}{after}"'))
    assert found[0] == place
    assert not [part for part in found if SECRETS[field] in part]


@pytest.mark.parametrize("field", ["accounts.shop.app_id", "accounts.shop.kind", "accounts.shop.mode", "listen"])
def test_a_secret_pasted_into_another_line_is_not_quoted(faults: Faults, field: str) -> None:
    found = faults(changed(field, f'"{SECRETS["app_secret"]}"'))
    assert len(found) == 1
    assert not [part for part in found[0] if SECRETS["app_secret"] in part]


@pytest.mark.parametrize("scheme", ["postgres", "redis"])
def test_a_password_with_a_slash_is_explained_and_not_quoted(faults: Faults, scheme: str) -> None:
    field = "database_url" if scheme == "postgres" else "redis_url"
    ((found, detail, remedy),) = faults(changed(field, f'"{scheme}://zhiji:hunter/22@db/zhiji"'))
    assert (found, detail) == (field, "holds no host and port that can be read")
    assert "hunter" not in remedy


def test_neither_settings_nor_accounts_show_secrets_when_printed(read: Read) -> None:
    settings = read()
    said = repr(settings) + str(settings) + repr(accounts_of(settings))
    assert not [secret for secret in SECRETS.values() if secret in said]


# ── a survey of what is sound ────────────────────────────────────────────────────────────────────────────────────
def test_a_survey_keeps_what_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "scrm.toml"
    path.write_text(GOOD + '[accounts.mini]\nkind = "mini_program"\n', encoding="utf-8")
    variables = {"SCRM_CONFIG": str(path), "SCRM_LISTEN": "here", "SCRM_REDIS_URL": "redis://cache"}
    with only_variables(variables):
        survey = survey_settings()
    assert survey.unsound == {"accounts", "listen"}
    assert (survey.settings.redis_url, list(survey.settings.accounts)) == ("redis://cache", ["shop"])


def test_a_survey_of_a_broken_file_knows_only_what_variables_say(tmp_path: Path) -> None:
    path = tmp_path / "scrm.toml"
    path.write_text("= nothing", encoding="utf-8")
    with only_variables({"SCRM_CONFIG": str(path), "SCRM_REDIS_URL": "redis://cache"}):
        survey = survey_settings()
    assert len(survey.faults) == 1
    assert "redis_url" not in survey.unsound
    assert {"database_url", "accounts", "secret_key"} <= survey.unsound
