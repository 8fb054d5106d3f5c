"""A configuration file is read whole or refused with the entry named."""

import json

import pytest

from simulator.accounts import Format, Kind, Mode
from simulator.config import ConfigError, load_config, parse_config
from tests.simulator.shop import AES_KEY, RAW

SHOP = RAW["accounts"][0]


def test_json_and_toml_say_the_same(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"accounts": [SHOP], "scenes": RAW["scenes"]}))
    (tmp_path / "a.toml").write_text(
        '[[accounts]]\nkey="shop"\nkind="official_account"\napp_id="wxshop"\napp_secret="wxshop-secret"\n'
        f'token="shop-token"\naes_key="{AES_KEY}"\nmode="safe"\ntemplates=["T-ORDER"]\n'
        '[[scenes]]\nscene="g_one"\nguide="G001"\n[[scenes]]\nscene="g_two"\nguide="G002"\n'
    )
    config = load_config(tmp_path / "a.json")
    assert config == load_config(tmp_path / "a.toml")
    account = config.account("shop")
    assert (account.kind, account.mode, account.format) == (Kind.OFFICIAL_ACCOUNT, Mode.SAFE, Format.XML)
    assert (config.listen, config.scenes[1].guide) == ("127.0.0.1:9100", "G002")
    assert len(account.original_id) == 15 and account.original_id.startswith("gh_")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, "accounts"),
        ({"accounts": [SHOP], "speed": 1}, "'speed'"),
        ({"accounts": [SHOP | {"colour": 1}]}, "'colour'"),
        ({"accounts": [SHOP | {"mode": "secret"}]}, "accounts[0]: 'secret'"),
        ({"accounts": [SHOP | {"aes_key": "x"}]}, "aes_key"),
        ({"accounts": [SHOP | {"format": "json"}]}, "XML only"),
        ({"accounts": [SHOP, SHOP]}, "share one key"),
        ({"accounts": [{"key": "shop"}]}, "missing"),
        ({"accounts": [SHOP], "scenes": [{"scene": "g"}]}, "scenes[0]"),
    ],
)
def test_a_fault_is_named(raw, words):
    with pytest.raises(ConfigError) as refused:
        parse_config(raw)
    assert words in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.json"):
        load_config(tmp_path / "nothing.json")


def test_secrets_are_not_shown(config):
    assert "secret" not in repr(config.account("shop")) and AES_KEY not in repr(config)
