"""Every code of the table gets its reaction; words for operators name nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.client.codes import MEANINGS
from bot.client.errors import find_egress_ip, find_error, is_misconfigured, is_stale, stops_api
from core.errors import Retryable, Terminal
from core.reasons import Reason

NOON_CST = datetime(2026, 11, 22, 4, 0, 30, tzinfo=UTC)


def error(code: int, errmsg: str = "") -> Retryable | Terminal:
    found = find_error("/cgi-bin/x", {"errcode": code, "errmsg": errmsg}, NOON_CST)
    assert isinstance(found, Retryable | Terminal)
    assert found.code == code
    return found


@pytest.mark.parametrize("answer", [{"errcode": 0, "errmsg": "ok"}, {"openid": "o"}, {"errcode": 45065}])
def test_success_is_no_error(answer: dict) -> None:
    assert find_error("/cgi-bin/x", answer, NOON_CST) is None


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_stale_token_is_renewed(code: int) -> None:
    assert isinstance(error(code), Retryable) and is_stale(error(code))


@pytest.mark.parametrize("code", [40013, 40125, 40164, 48001])
def test_wrong_settings_stop_the_account(code: int) -> None:
    assert is_misconfigured(error(code))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (40003, Reason.NOT_THIS_APPS_PERSON),
        (43004, Reason.NOT_FOLLOWING),
        (43019, Reason.BLOCKED),
        (48002, Reason.REFUSES_MESSAGES),
        (50002, Reason.LIMITED),
        (43101, Reason.NO_GRANT),
        (43107, Reason.TEMPLATE_BANNED),
        (43116, Reason.TEMPLATE_BANNED),
        (40249, Reason.CONTENT_REFUSED),
        (40007, Reason.BAD_MEDIA),
        (45001, Reason.BAD_MEDIA),
        (45003, Reason.TOO_LONG),
        (40129, Reason.MALFORMED),
        (40165, Reason.PAGE_MISSING),
        (45015, Reason.WINDOW_CLOSED),
        (45047, Reason.WINDOW_USED_UP),
        (45168, Reason.CONTENT_REFUSED),
        (45002, Reason.TOO_LONG),
        (45008, Reason.MALFORMED),
        (47001, Reason.MALFORMED),
        (47003, Reason.MALFORMED),
        (40037, Reason.BAD_TEMPLATE),
        (41030, Reason.PAGE_MISSING),
    ],
)
def test_final_codes_say_why(code: int, reason: Reason) -> None:
    found = error(code)
    assert isinstance(found, Terminal) and found.reason == reason


@pytest.mark.parametrize("code", [-1, 43108])
def test_busy_is_tried_again_soon(code: int) -> None:
    found = error(code)
    assert isinstance(found, Retryable) and found.after_s == 1.0 and not stops_api(found)


def test_day_quota_waits_for_midnight_in_china() -> None:
    found = error(45009)
    assert isinstance(found, Retryable) and found.after_s == 11 * 3600 + 59 * 60 + 30 and stops_api(found)


def test_minute_quota_waits_for_the_next_minute() -> None:
    found = error(45011)
    assert isinstance(found, Retryable) and 30.0 <= found.after_s <= 32.0 and stops_api(found)


def test_same_notice_once_more_waits_a_minute_for_itself_alone() -> None:
    found = error(40241)
    assert isinstance(found, Retryable) and 60.0 <= found.after_s <= 62.0 and not stops_api(found)


def test_wrong_value_of_a_template_is_named() -> None:
    found = error(47003, "argument invalid! data.thing1.value invalid rid: 65a0-1b2c")
    assert found.detail == "a value of the template is not right (thing1) — correct the named value [rid: 65a0-1b2c]"


def test_unknown_code_is_final_with_the_raw_words_kept() -> None:
    found = error(99999, "brand new trouble")
    assert isinstance(found, Terminal)
    assert found.raw == "brand new trouble" and found.detail == "unknown code: brand new trouble"
    assert found.reason == "refused_by_channel"


def test_code_that_is_no_number_is_final() -> None:
    found = find_error("/cgi-bin/x", {"errcode": "nonsense"}, NOON_CST)
    assert isinstance(found, Terminal) and found.code == 0


def test_egress_address_is_found_in_the_words() -> None:
    words = "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 65a0-1b2c-3d4e"
    assert find_egress_ip(words) == "203.0.113.9"
    assert find_egress_ip("invalid ip 2001:db8::7, not in whitelist") == "2001:db8::7"
    assert find_egress_ip("no address here") is None
    assert "203.0.113.9" in error(40164, words).detail and "IP白名单" in error(40164, words).detail


@pytest.mark.parametrize("code", [99999, *MEANINGS])
def test_words_for_operators_name_nobody(code: int) -> None:
    raw = "openid oABCDEFGHIJKLMNOPQRSTUVWXYZ12 of 13800001234 rid: 65a01b2c-3d4e5f60-7a8b9c0d"
    detail = error(code, raw).detail
    assert "oABCDEFG" not in detail and "13800001234" not in detail
    assert "rid: 65a01b2c-3d4e5f60-7a8b9c0d" in detail
    assert len(detail) <= 255
