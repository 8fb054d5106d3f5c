"""Quiet hours: the stretch of a customer's own day in which the brand does not speak up by itself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def find_end(local: datetime, quiet_from: time, quiet_until: time) -> datetime | None:
    """When the quiet hours that ``local`` falls into end, in UTC; None where it falls into none.

    ``local`` is an aware time in the customer's zone. An end the clock skips that day (summer time begins) comes as
    much later as it skips; of an end that comes twice (summer time ends) it is the first still ahead.
    """
    clock = local.time()
    if quiet_from <= quiet_until:
        is_quiet = quiet_from <= clock < quiet_until
    else:
        is_quiet = clock >= quiet_from or clock < quiet_until
    if not is_quiet:
        return None
    day = local.date() + _DAY if clock >= quiet_until else local.date()
    end = datetime.combine(day, quiet_until, local.tzinfo)
    if end.astimezone(UTC) <= local.astimezone(UTC):
        end = end.replace(fold=1)
    return end.astimezone(UTC)


def after_quiet(moment: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time) -> datetime:
    """``moment``, or the end of the quiet hours it falls into."""
    return find_end(moment.astimezone(zone), quiet_from, quiet_until) or moment
