"""The error tree: what the three boundaries rely on."""

from __future__ import annotations

import pytest

from core import errors


@pytest.mark.parametrize("kind", [errors.Refused, errors.Invalid, errors.Missing, errors.Busy, errors.ChannelError])
def test_every_error_of_the_house_has_one_root(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.ZhijiError)


@pytest.mark.parametrize("kind", [errors.Retryable, errors.Terminal, errors.Unknown])
def test_errors_of_wechat_are_told_apart_but_caught_together(kind: type[errors.ChannelError]) -> None:
    error = kind("system error", code=-1, api="message/custom/send", raw="{}")
    assert isinstance(error, errors.ChannelError)
    assert (str(error), error.code, error.raw) == ("message/custom/send -1 system error", -1, "{}")


def test_invalid_input_names_field_and_remedy() -> None:
    error = errors.Invalid("phone", "has 10 digits", "write 11")
    assert str(error) == "phone: has 10 digits — write 11"
    assert (error.field, error.detail, error.remedy) == ("phone", "has 10 digits", "write 11")
    assert str(errors.Invalid("phone", "is empty")) == "phone: is empty"


def test_a_refusal_carries_a_stable_code_and_figures() -> None:
    error = errors.Refused("protected", "保护期内", until="2026-12-01")
    assert (str(error), error.words, error.params) == ("protected", "保护期内", {"until": "2026-12-01"})


def test_the_causes_of_channel_errors_have_defaults_that_fit() -> None:
    assert errors.Retryable("busy").after_s == 1.0
    assert errors.Terminal("no").reason == "refused_by_channel"
