import base64
import binascii

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto

from bot.channels.crypto import Cipher, Key
from bot.channels.refusals import PushRefused, Reason, WrongAppId
from bot.channels.signature import sign
from core.errors import Invalid
from tests.bot.channels.pushes import AES_KEY, APP_ID, OLD_AES_KEY, ciphertext
from tests.bot.channels.vectors import COMPATIBLE, ECHO, FIXED_RANDOM, SAFE, VECTORS

KEY, OLD = Key(AES_KEY, "aes_key"), Key(OLD_AES_KEY, "previous_aes_key")
OURS = Cipher([KEY, OLD], APP_ID)
THEIRS = PrpCrypto(base64.b64decode(AES_KEY + "="))


def sealed_by_hand(plain: bytes) -> str:
    """Encrypts exactly these bytes, which have to be whole blocks."""
    aes = base64.b64decode(AES_KEY + "=")
    context = BlockCipher(algorithms.AES(aes), modes.CBC(aes[:16])).encryptor()
    return base64.b64encode(context.update(plain) + context.finalize()).decode()


def refusal(encrypted: str, cipher: Cipher = OURS) -> Reason:
    with pytest.raises(PushRefused) as caught:
        cipher.decrypt(encrypted)
    return caught.value.reason


@pytest.mark.parametrize("vector", [*VECTORS, COMPATIBLE, SAFE], ids=lambda vector: vector.source)
def test_published_vectors_open_and_their_signature_fits(vector):
    message, key = Cipher([Key(vector.aes_key, "aes_key")], vector.app_id).decrypt(vector.encrypted)
    assert vector.inside in message.decode()
    assert key.name == "aes_key"
    assert sign(vector.token, vector.timestamp, vector.nonce, vector.encrypted) == vector.msg_signature


@pytest.mark.parametrize("vector", [*VECTORS, COMPATIBLE, SAFE], ids=lambda vector: vector.source)
def test_published_vectors_for_another_app_are_refused(vector):
    with pytest.raises(WrongAppId) as caught:
        Cipher([Key(vector.aes_key, "aes_key")], "wx0000000000000000").decrypt(vector.encrypted)
    assert caught.value.status == 403


def test_published_echo_and_published_ciphertext_of_fixed_random_bytes_open():
    for _, aes_key, app_id, encrypted, message in (ECHO, FIXED_RANDOM):
        expected = message if isinstance(message, bytes) else message.encode()
        assert Cipher([Key(aes_key, "aes_key")], app_id).decrypt(encrypted)[0] == expected


@given(st.text(max_size=200))
def test_we_open_what_wechatpy_seals_and_wechatpy_opens_what_we_seal(message):
    assert OURS.decrypt(THEIRS.encrypt(message, APP_ID).decode()) == (message.encode(), KEY)
    assert THEIRS.decrypt(OURS.encrypt(message.encode(), KEY), APP_ID) == message


def test_every_padding_length_comes_back():
    for size in range(70):
        message = b"x" * size
        assert OURS.decrypt(OURS.encrypt(message, KEY))[0] == message


def test_the_previous_key_opens_and_is_named():
    message, key = OURS.decrypt(ciphertext("old", OLD_AES_KEY))
    assert (message, key.name) == (b"old", "previous_aes_key")


def test_an_answer_is_sealed_with_the_key_it_is_given():
    old_only = Cipher([OLD], APP_ID)
    assert old_only.decrypt(OURS.encrypt(b"answer", OLD))[0] == b"answer"
    assert refusal(OURS.encrypt(b"answer", KEY), old_only) is Reason.UNDECIPHERABLE


def test_the_same_answer_is_never_sealed_twice_alike():
    assert OURS.encrypt(b"answer", KEY) != OURS.encrypt(b"answer", KEY)


def test_a_message_for_another_app_is_told_from_one_with_another_key():
    assert refusal(ciphertext("x", app_id="wx_other")) is Reason.WRONG_APPID
    assert refusal(ciphertext("x", OLD_AES_KEY, "wx_other")) is Reason.WRONG_APPID
    assert refusal(ciphertext("x", "k" * 42 + "A")) is Reason.UNDECIPHERABLE


def test_an_app_id_with_a_tail_is_another_app():
    assert refusal(ciphertext("x", app_id=APP_ID + "x")) is Reason.WRONG_APPID
    assert refusal(ciphertext("x", app_id=APP_ID[:-1])) is Reason.WRONG_APPID


@pytest.mark.parametrize(
    "encrypted", ["", "!!", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "é", "A" * 63, "AAAA\nAAAA", "\ud800"]
)
def test_what_is_no_ciphertext_is_undecipherable(encrypted):
    assert refusal(encrypted) is Reason.UNDECIPHERABLE


def test_padding_is_checked_byte_by_byte():
    whole = b"r" * 16 + (8).to_bytes(4, "big") + b"12345678" + APP_ID.encode()
    for tail in (b"\x00" * 18, b"\x21" * 18, b"\x11" + b"\x12" * 17, b"\x12" * 17 + b"\x13"):
        assert refusal(sealed_by_hand(whole + tail)) is Reason.UNDECIPHERABLE
    assert OURS.decrypt(sealed_by_hand(whole + b"\x12" * 18))[0] == b"12345678"


def test_a_length_beyond_the_end_is_undecipherable():
    plain = b"r" * 16 + (2**31).to_bytes(4, "big") + APP_ID.encode()
    padding = 32 - len(plain) % 32
    assert refusal(sealed_by_hand(plain + bytes([padding]) * padding)) is Reason.UNDECIPHERABLE


def test_padding_over_the_head_is_undecipherable():
    assert refusal(sealed_by_hand(b"\x20" * 32)) is Reason.UNDECIPHERABLE


@pytest.mark.parametrize("encoded", ["", "short", AES_KEY + "=", AES_KEY[:-1] + "!", "A" * 44, "密" * 43])
def test_a_key_that_is_none_names_its_setting(encoded):
    with pytest.raises(Invalid) as caught:
        Key(encoded, "previous_aes_key")
    assert caught.value.field == "previous_aes_key"
    assert encoded not in str(caught.value) or not encoded


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(data):
    for encrypted in (binascii.b2a_base64(data, newline=False).decode(), data.decode("latin-1")):
        with pytest.raises(PushRefused):
            OURS.decrypt(encrypted)
