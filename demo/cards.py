"""A customer card for the terminal: who, bound to whom and why, tags with the words that caused them, timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def card_lines(name: str, card: dict[str, Any], more: Sequence[str] = (), most_events: int = 8) -> list[str]:
    """One card as lines; ``card`` is what ``show customer --json`` prints, ``more`` stands before the timeline."""
    followed = any(following["until"] is None for following in card["following"])
    accounts = "、".join(identity["account"] for identity in card["identities"])
    lines = [f"┌─ {name}  (customer {card['id']}; {accounts}; {'following' if followed else 'not following'})"]
    for binding in card["bindings"]:
        state = "until " + binding["until"][:16] if binding["until"] else "active"
        lines.append(f"│ guide {binding['guide']} · {binding['store']} · {state} · {binding['reason']}")
    for tag in card["tags"][:8]:
        words = "、".join(
            f"“{e['text'][e['start'] : e['end']]}”{'(否定)' if e['negated'] else ''}" for e in tag["evidence"][:3]
        )
        wish = "tag" if tag["score"] > 0 else "不要"
        lines.append(f"│ {wish} {tag['group']}/{tag['name']} {tag['score']:.2f} ← {words}")
    lines += more
    for event in _without_repeats(card["timeline"])[-most_events:]:
        arrow = "→" if event["direction"] == "in" else "←"
        lines.append(f"│ {event['at'][11:19]} {arrow} {event['kind']}: {' '.join(event['summary'].split())[:60]}")
    lines.append("└─")
    return lines


def coupon_lines(coupons: Sequence[dict[str, Any]]) -> list[str]:
    """One line a copy; ``coupons`` is what ``coupon own --json`` lists."""
    return [f"│ coupon {each['template']} {each['state']}" for each in coupons]


def _without_repeats(timeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The timeline, with what we said before only the first time."""
    said: set[str] = set()
    kept = []
    for event in timeline:
        if event["direction"] == "in" or event["summary"] not in said:
            kept.append(event)
        if event["direction"] == "out":
            said.add(event["summary"])
    return kept
