"""May this message go to this person now, and how? One pure function over facts, asked by previews, planning and
sending; its answer stays on the row."""

from __future__ import annotations

from core.reasons import Reason
from delivery.policy.answer import Check, Decision, WindowUse
from delivery.policy.channels import find_way
from delivery.policy.checks import CHECKS
from delivery.policy.holdout import is_held_out
from delivery.policy.question import ContactRules, Facts, Opening, Option, list_options
from delivery.policy.windows import ACT_WINDOW, MESSAGE_WINDOW, WindowKind

__all__ = [
    "ACT_WINDOW",
    "MESSAGE_WINDOW",
    "Check",
    "ContactRules",
    "Decision",
    "Facts",
    "Opening",
    "Option",
    "WindowKind",
    "WindowUse",
    "decide",
    "is_held_out",
    "list_options",
]


def decide(facts: Facts, rules: ContactRules) -> Decision:
    """Whether the message may go now and by which option: the first that is open.

    Where none is, the reason is that of the only option, ``no_channel`` for several.
    """
    asked: list[Check] = []
    for ask in CHECKS:
        check = ask(facts, rules)
        asked.append(check)
        if not check.is_passed:
            return Decision(None, check.reason, check.again_at, tuple(asked))
    for number, option in enumerate(facts.options):
        check, window = find_way(option, facts)
        asked.append(check)
        if check.is_passed:
            return Decision(
                choice=number,
                reason=None,
                again_at=None,
                checks=tuple(asked),
                window=window,
                grant=option.template_id if option.channel.needs_grant else None,
                needs_slot=not facts.is_service and rules.caps.get(facts.contact_class) is not None,
            )
    reason = asked[-1].reason if len(facts.options) == 1 else Reason.NO_CHANNEL
    return Decision(None, reason, None, tuple(asked))
