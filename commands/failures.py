"""What went wrong with a command, in words for whoever ran it. Imported only where something did."""

from __future__ import annotations

from tortoise.exceptions import DBConnectionError, OperationalError

from commands.logs import places
from commands.output import Output
from config.load import SettingsInvalid
from core.errors import ChannelError, Invalid, Refused, ZhijiError


def tell_failure(error: Exception, out: Output) -> None:
    """Each fault with its remedy; of a bug its type and where it arose, never its message: that may quote data."""
    match error:
        case SettingsInvalid():
            for fault in error.faults:
                out.fault(fault)
        case Invalid():
            out.fault(error)
        case ZhijiError() | OSError() | DBConnectionError() | OperationalError():
            out.problem(_words(error))
        case _:
            trace = " < ".join(reversed(places(error)))
            out.problem(f"a fault in Zhiji: {type(error).__name__} at {trace}; please report")


def _words(error: Exception) -> str:
    text = error.words if isinstance(error, Refused) else str(error)
    if "no such table" in text or ("relation" in text and "does not exist" in text):
        return "the database has no schema yet — run: python main.py migrate"
    if isinstance(error, ChannelError):
        return f"WeChat refused: {text}"
    return text or type(error).__name__
