"""Binding: which guide a customer belongs to, decided when they meet, with the reason stored for whoever asks why.

A scan binds. Within the protection period the customer stays with the guide they have, however they were bound; after
it, or once that guide has left, the next scan wins and the old binding stays as history. A scan that changes nothing
(another guide's code within protection, one's own guide's code again, a code nobody knows) creates no binding, not
even a secondary one: it is one line in the audit log, so a guide can be told why a scan did not count. A code in a
shop window is no guide's: the customer keeps their guide, or gets one by the default rule, that store's before others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Busy, Invalid
from core.ports import Subject
from guides import binding_words as words
from guides.default_guide import DefaultGuide
from guides.scenes import SceneCard, Window, find_scene
from guides.stores import StoreDirectory
from models import Audit, Binding, BindingKind, Staff, Task, TaskState
from models.dialect.locks import lock_customers
from models.dialect.reading import find_guide_row


class DefaultRule(StrEnum):
    NONE = "none"
    LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, slots=True)
class BindingRules:
    """The brand's settings: how long a guide is protected, and what happens without a scene."""

    protection: timedelta
    default: str = DefaultRule.NONE
    default_store: str = ""

    def __post_init__(self) -> None:
        if self.protection < timedelta(0):
            raise Invalid("protection", "is negative", "write days, 0 for none")
        if self.default not in set(DefaultRule):
            raise Invalid("default", f"{self.default!r} is no rule", "write none or least_loaded")


class Outcome(StrEnum):
    """bound: first guide · rebound: another guide from now on · kept: stays, protected · own: own guide's code again ·
    unchanged: stays, nothing asked for a change · unbound: nobody serves."""

    BOUND = "bound"
    REBOUND = "rebound"
    KEPT = "kept"
    OWN = "own"
    UNCHANGED = "unchanged"
    UNBOUND = "unbound"


@dataclass(frozen=True, slots=True)
class Meeting:
    """What came of a follow or a scan: who serves now (empty where nobody) and why, in Chinese.

    ``window`` is the shop window whose code was scanned.
    """

    outcome: Outcome
    reason: str
    guide_code: str = ""
    guide_name: str = ""
    store_code: str = ""
    store_name: str = ""
    protected_until: datetime | None = None
    window: Window | None = None

    @property
    def is_new(self) -> bool:
        """True if this meeting made a binding."""
        return self.outcome in (Outcome.BOUND, Outcome.REBOUND)


@dataclass(frozen=True, slots=True)
class GuideCard:
    """A customer's own guide, as the customer may see them."""

    code: str
    name: str
    store_code: str
    store_name: str
    store_phone: str
    store_address: str
    since: datetime
    protected_until: datetime | None
    reason: str


class Bindings:
    """Decides and writes bindings, inside the caller's transaction."""

    def __init__(self, rules: BindingRules, directory: StoreDirectory) -> None:
        self._rules = rules
        self._default = DefaultGuide(directory, rules.default_store)

    async def meet(self, who: Subject, scene: str | None) -> Meeting:
        """A customer follows or scans; ``scene`` is the code's scene without WeChat's prefix, None where none."""
        await take_turn(who.customer_id)
        current = await find_active(who.customer_id)
        code = await find_scene(who.app_id, scene) if scene else None
        if code and code.window:
            return replace(await self._without_guide(who, scene, code, current), window=code.window)
        if code and code.guide_id and not code.has_left:
            return await self._scanned(who, code, code.guide_id, current)
        return await self._without_guide(who, scene, code, current)

    async def _without_guide(
        self, who: Subject, scene: str | None, code: SceneCard | None, current: Binding | None
    ) -> Meeting:
        note = words.without_guide(scene, code)
        if current and not current.guide.left_at:
            action = "binding.unusable_scene" if note and not (code and code.window) else ""
            return await _stay(who, Outcome.UNCHANGED, current, words.unchanged(note, current.guide), action)
        return await self._by_default(who, current, code, note)

    async def _scanned(self, who: Subject, code: SceneCard, guide_id: int, current: Binding | None) -> Meeting:
        if current and current.guide.id == guide_id:
            return await _stay(who, Outcome.OWN, current, words.own_again(code), "binding.own_scene")
        if current and (until := _protected_until(current, who.at)):
            return await _stay(who, Outcome.KEPT, current, words.kept(code, current.guide, until), "binding.kept")
        guide = await Staff.get(id=guide_id).prefetch_related("store")
        return await self._change(who, current, guide, "scan", words.scanned(code))

    async def _by_default(self, who: Subject, current: Binding | None, code: SceneCard | None, note: str) -> Meeting:
        if current:
            note = f"{note}原导购{words.name_of(current.guide)}已离职；"
        if self._rules.default == DefaultRule.NONE:
            return await _unbound(who, f"{note}默认规则为不分配导购", bool(note))
        here = code.store_code if code and code.window else ""
        familiar = [code.store_code] if code and code.store_code and not here else []
        if current and current.store:
            familiar.append(current.store.code)
        pick = await self._default.pick(who.customer_id, who.at, familiar, here)
        if pick.guide is None:
            return await _unbound(who, f"{note}默认规则未能分配：{pick.words}", bool(note))
        why = f"{note or '未扫描渠道码；'}默认规则：{pick.words}"
        return await self._change(who, current, pick.guide, "default", why)

    async def _change(self, who: Subject, old: Binding | None, guide: Staff, source: str, why: str) -> Meeting:
        new = await self.assign(who.customer_id, old, guide, source, why, who.at, who.interaction_id)
        return _meeting(Outcome.REBOUND if old else Outcome.BOUND, new, new.reason)

    async def assign(
        self,
        customer_id: int,
        old: Binding | None,
        guide: Staff,
        source: str,
        why: str,
        at: datetime,
        interaction_id: int | None = None,
    ) -> Binding:
        """Give a customer, locked by the caller, to a guide (``guide.store`` loaded); ``old`` is the active binding."""
        if old:
            cause = words.end_cause(old)
            why = f"{why}；{cause}"
            await _end(old, at, f"{cause}，改由{words.name_of(guide)}服务")
            await _hand_over_requests(customer_id, old.guide, guide)
        return await Binding.create(
            customer_id=customer_id,
            guide=guide,
            store=guide.store,
            kind=BindingKind.PRIMARY,
            source=source,
            reason=words.clip(why),
            since=at,
            protected_until=at + self._rules.protection,
            interaction_id=interaction_id,
            primary_slot=customer_id,
        )


async def take_turn(customer_id: int) -> None:
    """Wait until no other transaction holds this customer; raises ``Busy`` if they were merged away meanwhile."""
    if not await lock_customers([customer_id]):
        raise Busy


async def find_active(customer_id: int) -> Binding | None:
    """The customer's active primary binding with its guide and store, whether or not the guide has left."""
    return await Binding.get_or_none(primary_slot=customer_id).prefetch_related("guide", "store")


async def guide_of(app_id: str, openid: str) -> GuideCard | None:
    """The guide who serves this person now; None where nobody does, or the guide has left."""
    found = await find_guide_row(app_id, openid)
    if found is None:
        return None
    return GuideCard(
        code=found["code"],
        name=found["name"],
        store_code=found["store_code"] or "",
        store_name=found["store_name"] or "",
        store_phone=found["store_phone"] or "",
        store_address=found["store_address"] or "",
        since=found["since"],
        protected_until=found["protected_until"],
        reason=found["reason"],
    )


async def _end(binding: Binding, at: datetime, reason: str) -> None:
    """Close an active binding; raises ``Busy`` if another transaction closed it first."""
    active = Binding.filter(id=binding.id, primary_slot__isnull=False)
    if not await active.update(until=max(at, binding.since), end_reason=words.clip(reason), primary_slot=None):
        raise Busy


async def _hand_over_requests(customer_id: int, old: Staff, new: Staff) -> None:
    """What the customer asked for and still waits for goes to the new guide."""
    open_requests = Task.filter(customer_id=customer_id, guide_id=old.id, state=TaskState.OPEN)
    await open_requests.update(guide_id=new.id)


async def _stay(who: Subject, outcome: Outcome, current: Binding, reason: str, action: str) -> Meeting:
    if action:
        await _note_down(who, action, reason)
    return _meeting(outcome, current, reason)


async def _unbound(who: Subject, reason: str, is_noted: bool) -> Meeting:
    if is_noted:
        await _note_down(who, "binding.unbound", reason)
    return Meeting(Outcome.UNBOUND, reason)


async def _note_down(who: Subject, action: str, reason: str) -> None:
    subject = f"customer:{who.customer_id}"
    detail = {"reason": reason, "interaction_id": who.interaction_id}
    await Audit.create(at=who.at, actor=subject, action=action, subject=subject, detail=detail)


def _protected_until(binding: Binding, at: datetime) -> datetime | None:
    """Until when the binding holds against a scan at ``at``; None where that scan wins."""
    is_protected = binding.protected_until is not None and at < binding.protected_until
    return binding.protected_until if is_protected and not binding.guide.left_at else None


def _meeting(outcome: Outcome, binding: Binding, reason: str) -> Meeting:
    guide, store = binding.guide, binding.store
    code, name = (store.code, store.name) if store else ("", "")
    return Meeting(outcome, reason, guide.code, guide.name, code, name, binding.protected_until)
