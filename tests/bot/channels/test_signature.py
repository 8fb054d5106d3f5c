from hypothesis import given
from hypothesis import strategies as st

from bot.channels.signature import is_recent, is_sealed, is_signed, sign
from tests.bot.channels.pushes import NONCE, TIMESTAMP, TOKEN, query, sealing_query

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def test_signature_is_sha1_of_the_sorted_parts():
    assert sign("tok-9fK2", "1763784000", "42") == "c450ad7307030745c3ef9e09548f5d73e2db26d7"


def test_parts_may_come_in_any_order():
    assert sign("b", "a", "c") == sign("c", "b", "a")


def test_a_signed_query_passes_and_a_changed_one_does_not():
    assert is_signed(query(), TOKEN)
    assert not is_signed(query() | {"nonce": "1372623148"}, TOKEN)
    assert not is_signed(query() | {"timestamp": "1"}, TOKEN)
    assert not is_signed(query(), "another-token")
    assert not is_signed({}, TOKEN)


def test_empty_signature_never_passes():
    assert not is_signed(query() | {"signature": ""}, TOKEN)
    assert not is_sealed(sealing_query("abc") | {"msg_signature": ""}, TOKEN, "abc")


def test_msg_signature_covers_the_ciphertext():
    assert is_sealed(sealing_query("abc"), TOKEN, "abc")
    assert not is_sealed(sealing_query("abc"), TOKEN, "abd")


def test_skew_counts_both_ways_and_its_limit_is_included():
    assert is_recent({"timestamp": "1000"}, 1600.0, 600)
    assert is_recent({"timestamp": "1000"}, 400.0, 600)
    assert not is_recent({"timestamp": "1000"}, 1600.5, 600)
    assert not is_recent({"timestamp": "1000"}, 399.5, 600)


def test_a_timestamp_that_is_no_whole_number_is_not_recent():
    for timestamp in ("", "-1", "1.0", "1e3", " 1", "１", "9" * 13, "0x10", "1_0"):
        assert not is_recent({"timestamp": timestamp}, 1.0, 10**20), timestamp
    assert not is_recent({}, 0.0, 600)


@given(st.dictionaries(st.sampled_from(["signature", "msg_signature", "timestamp", "nonce"]), ANY_TEXT), ANY_TEXT)
def test_no_query_raises(odd, encrypted):
    assert is_signed(odd, TOKEN) is False
    assert is_sealed(odd, TOKEN, encrypted) is False
    assert is_recent(odd, 0.0, 0.5) in (True, False)


def test_the_tests_sign_as_the_product_does():
    assert query()["signature"] == sign(TOKEN, TIMESTAMP, NONCE)
