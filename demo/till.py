"""The evening at the till: guides read codes off customers' phones, and some of it goes wrong as it does in shops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.processes import Processes, Ran
from demo.stage import OFFERS, offer

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A coupon that stands on somebody's phone."""

    openid: str
    name: str
    title: str
    code: str


class Till:
    """Redeems through the product's own commands and tells each step. ``customers`` are those who paid with one."""

    def __init__(self, processes: Processes, tell: Tell) -> None:
        self._processes = processes
        self._tell = tell
        self.customers: list[Shown] = []

    def redeem(self, shown: Shown, store: str, order: str, amount: int) -> None:
        by_code = ("coupon", "redeem", shown.code)
        ran = self._processes.ask(*by_code, "--store", store, "--order", order, "--amount", str(amount))
        self._say(f"{store}: {shown.name} shows {shown.title} ({shown.code[:4]}-…) for {amount} yuan", ran)
        if ran.code == 0 and shown not in self.customers:
            self.customers.append(shown)

    def reverse(self, shown: Shown, reason: str) -> None:
        ran = self._processes.ask("coupon", "reverse", shown.code, "--reason", reason)
        self._say(f"{shown.name} brings it all back ({reason})", ran)

    def _say(self, what: str, ran: Ran) -> None:
        told = ran.said.splitlines()[-1] if ran.said else ""
        outcome = _done(ran.result) if ran.code == 0 else f"{told} [{ran.result.get('refused', 'error')}]"
        self._tell(f"· {what} → {outcome}")


def play_evening(processes: Processes, day: Mapping[str, Any], tell: Tell) -> list[Shown]:
    """Some copies are used: well, twice, for too little, in the wrong store, and one order is taken back.

    Returns the customers who paid with a coupon.
    """
    till, shown = Till(processes, tell), _on_phones(day)
    for first in shown["flash"][:1]:
        till.redeem(first, "SH01", "A1001", 358)
        till.redeem(first, "SH02", "A1002", 358)
    for second in shown["flash"][1:2]:
        till.redeem(second, "SH02", "A1003", 268)
    for plain in shown["offer"][:1]:
        till.redeem(plain, "SH03", "A1004", 199)
        till.redeem(plain, "SH03", "A1005", 420)
    for gift in shown["near"][:1]:
        till.redeem(gift, "BJ01", "A1006", 99)
        till.redeem(gift, "HZ01", "A1007", 99)
    for welcome in shown["welcome"][:1]:
        till.redeem(welcome, "SH01", "A1008", 129)
        till.reverse(welcome, "退单")
    return till.customers


def tell_flash(day: Mapping[str, Any], tell: Tell, most: int = 6) -> None:
    """Who got a copy in the flash hour, and who came too late."""
    got, late = day["flash"]["got"], day["flash"]["late"]
    if got or late:
        wanted = f"{len(got) + len(late)} people wanted {offer('flash')['title']} at once"
        tell(f"· {wanted}; {len(got)} got one: {_names(got, most)}")
        tell(f"· {len(late)} came too late: {_names(late, most)}" if late else "· nobody came too late")


def count_oversold(processes: Processes, day: Mapping[str, Any]) -> int:
    """Copies beyond the stock of their offer, by the offer's own count or by the codes that phones showed."""
    seen = Counter(each["title"] for each in day["coupons"])
    templates = processes.main("coupon", "list")["templates"]
    return sum(max(0, each["issued"] - each["stock"], seen[each["title"]] - each["stock"]) for each in templates)


def _on_phones(day: Mapping[str, Any]) -> dict[str, list[Shown]]:
    """By the name of the offer, in the order in which phones showed them, at most one of each customer."""
    names = {person["openid"]: person["name"] for person in day["people"]}
    found: dict[str, list[Shown]] = {name: [] for name in OFFERS}
    used: set[str] = set()
    for name in ("near", "offer", "flash", "welcome"):
        for each in day["coupons"]:
            if each["title"] == offer(name)["title"] and each["openid"] not in used:
                found[name].append(Shown(each["openid"], names[each["openid"]], each["title"], each["code"]))
                used.add(each["openid"])
    return found


def _done(result: Mapping[str, Any]) -> str:
    off = result["discount_fen"] // 100
    return f"{result['event']}, {off} yuan off" if off else str(result["event"])


def _names(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "、".join(names[:most]) + more
