"""Who serves whom: scans, protection, leaving, the default rule; every decision with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Invalid
from core.ports import Subject
from guides.binding import BindingRules, Outcome, guide_of
from guides.organisation import leave
from models import Audit, Binding, BindingKind, Place, Staff, Task, TaskState
from tests.guides.brand import APP, DAY, PROTECTION, T0, hire, meet, open_store, person, rules

pytestmark = pytest.mark.usefixtures("database")


def later(who: Subject, days: float) -> Subject:
    return replace(who, at=T0 + timedelta(days=days), interaction_id=who.interaction_id + 1)


async def bindings() -> list[tuple[str, bool]]:
    """(guide, is active) in the order they began."""
    rows = await Binding.all().order_by("id").prefetch_related("guide")
    return [(row.guide.code, row.primary_slot is not None) for row in rows]


async def audit_actions() -> list[str]:
    lines = await Audit.filter(action__startswith="binding.").order_by("id")
    return [line.action for line in lines]


async def test_a_guides_code_binds_and_says_why() -> None:
    scene = await hire("G1", "王芳", await open_store("S1", phone="021-1"))
    who = await person("o1")

    met = await meet(who, scene)

    assert (met.outcome, met.is_new, met.guide_name, met.store_name) == (Outcome.BOUND, True, "王芳", "门店S1")
    assert met.reason == "扫描王芳（G1）的渠道码“g_G1”"
    row = await Binding.get(customer_id=who.customer_id)
    assert (row.kind, row.source, row.reason) == (BindingKind.PRIMARY, "scan", met.reason)
    assert (row.since, row.protected_until, row.until) == (T0, T0 + PROTECTION, None)
    assert (row.primary_slot, row.interaction_id) == (who.customer_id, who.interaction_id)


async def test_the_guide_of_a_person_is_told_with_their_store() -> None:
    scene = await hire("G1", "王芳", await open_store("S1", phone="021-1", address="南京东路1号"))
    await meet(await person("o1"), scene)

    card = await guide_of(APP, "o1")

    assert card is not None
    assert (card.code, card.name, card.store_code, card.store_phone) == ("G1", "王芳", "S1", "021-1")
    assert (card.since, card.protected_until) == (T0, T0 + PROTECTION)
    assert await guide_of(APP, "o2") is None
    assert await guide_of("wx_other", "o1") is None


async def test_within_protection_another_guides_code_changes_nothing_but_is_noted() -> None:
    store = await open_store("S1")
    mine, other = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    who = await person("o1")
    await meet(who, mine)

    met = await meet(later(who, 89), other)

    assert (met.outcome, met.is_new, met.guide_code) == (Outcome.KEPT, False, "G1")
    assert met.reason == "扫描李丽（G2）的渠道码“g_G2”，但王芳（G1）的保护期至2026-08-30 10:00，仍由其服务"
    assert await bindings() == [("G1", True)]
    line = await Audit.get(action="binding.kept")
    assert line.subject == f"customer:{who.customer_id}"
    assert line.detail == {"reason": met.reason, "interaction_id": 2}


async def test_after_protection_the_new_scan_wins_and_the_old_binding_stays_as_history() -> None:
    store = await open_store("S1")
    mine, other = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    who = await person("o1")
    await meet(who, mine)

    met = await meet(later(who, 90), other)

    assert (met.outcome, met.guide_code) == (Outcome.REBOUND, "G2")
    assert met.reason == "扫描李丽（G2）的渠道码“g_G2”；原导购王芳（G1）的90天保护期已于2026-08-30 10:00结束"
    assert await bindings() == [("G1", False), ("G2", True)]
    old = await Binding.get(guide__code="G1")
    assert old.until == T0 + 90 * DAY
    assert old.end_reason == "原导购王芳（G1）的90天保护期已于2026-08-30 10:00结束，改由李丽（G2）服务"


async def test_once_the_guide_has_left_the_next_scan_wins_at_once() -> None:
    store = await open_store("S1")
    mine, other = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    who = await person("o1")
    await meet(who, mine)
    await leave("G1", T0 + DAY, "hq")
    assert await guide_of(APP, "o1") is None

    met = await meet(later(who, 2), other)

    assert (met.outcome, met.guide_code) == (Outcome.REBOUND, "G2")
    assert met.reason.endswith("；原导购王芳（G1）已于2026-06-02 10:00离职")
    assert await bindings() == [("G1", False), ("G2", True)]


async def test_ones_own_guides_code_again_extends_nothing_but_is_noted() -> None:
    scene = await hire("G1", "王芳", await open_store("S1"))
    who = await person("o1")
    await meet(who, scene)

    met = await meet(later(who, 60), scene)

    assert (met.outcome, met.is_new, met.protected_until) == (Outcome.OWN, False, T0 + PROTECTION)
    assert met.reason == "再次扫描王芳（G1）的渠道码“g_G1”，绑定不变，保护期不延长"
    assert await bindings() == [("G1", True)]
    assert await audit_actions() == ["binding.own_scene"]


async def test_without_protection_the_next_scan_wins() -> None:
    store = await open_store("S1")
    mine, other = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    who, none = await person("o1"), rules(protection=timedelta(0))
    await meet(who, mine, none)
    assert (await meet(later(who, 0.001), other, none)).outcome is Outcome.REBOUND


async def test_a_scan_that_comes_late_does_not_undo_a_newer_binding() -> None:
    store = await open_store("S1")
    mine, other = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    who = await person("o1")
    await meet(later(who, 5), mine)
    assert (await meet(later(who, 1), other)).outcome is Outcome.KEPT


@pytest.mark.parametrize("scene", [None, "poster-7"])
async def test_without_a_usable_scene_a_bound_customer_stays(scene: str | None) -> None:
    mine = await hire("G1", "王芳", await open_store("S1"))
    who = await person("o1")
    await meet(who, mine)

    met = await meet(later(who, 200), scene, rules("least_loaded", "S1"))

    assert (met.outcome, met.guide_code) == (Outcome.UNCHANGED, "G1")
    assert met.reason == ("渠道码“poster-7”未登记；仍由王芳（G1）服务" if scene else "已由王芳（G1）服务")
    assert await bindings() == [("G1", True)]
    assert await audit_actions() == (["binding.unusable_scene"] if scene else [])


async def test_the_default_rule_none_binds_nobody() -> None:
    await hire("G1", "王芳", await open_store("S1"))
    met = await meet(await person("o1"), None)
    assert (met.outcome, met.guide_name, met.reason) == (Outcome.UNBOUND, "", "默认规则为不分配导购")
    assert await bindings() == [] and await audit_actions() == []


async def test_an_unknown_scene_gets_the_default_rule_and_the_reason_says_so() -> None:
    met = await meet(await person("o1"), "poster-7")
    assert (met.outcome, met.reason) == (Outcome.UNBOUND, "渠道码“poster-7”未登记；默认规则为不分配导购")
    assert await audit_actions() == ["binding.unbound"]

    await hire("G1", "王芳", await open_store("S1"))
    met = await meet(await person("o2"), "poster-7", rules("least_loaded", "S1"))
    assert met.reason == "渠道码“poster-7”未登记；默认规则：默认门店门店S1在岗导购1位，王芳服务客户最少（0位）"


async def test_a_scene_of_another_account_is_unknown_here() -> None:
    scene = await hire("G1", "王芳", await open_store("S1"))
    who = replace(await person("o1"), app_id="wx_other")
    assert (await meet(who, scene)).outcome is Outcome.UNBOUND


async def test_the_default_rule_takes_the_least_loaded_guide_of_the_default_store() -> None:
    store, elsewhere = await open_store("S1"), await open_store("S2")
    first, second = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    await hire("G0", "赵敏", elsewhere)
    await hire("A0", "店长", store, role="manager")  # a manager is no guide
    await meet(await person("o1"), first)
    await meet(await person("o2"), second)
    await meet(await person("o3"), first)

    met = await meet(await person("o4"), None, rules("least_loaded", "S1"))

    assert (met.outcome, met.guide_code) == (Outcome.BOUND, "G2")
    assert met.reason == "未扫描渠道码；默认规则：默认门店门店S1在岗导购2位，李丽服务客户最少（1位）"
    assert (await Binding.get(customer_id=(await person("o4")).customer_id)).source == "default"


async def test_equal_loads_go_by_code_and_ended_bindings_do_not_count() -> None:
    store = await open_store("S1")
    second, first = await hire("G2", "李丽", store), await hire("G1", "王芳", store)
    moved = await person("o1")
    await meet(moved, first)
    await meet(later(moved, 91), second)  # G1: 0 active, 1 ended; G2: 1
    given = rules("least_loaded", "S1")
    assert (await meet(await person("o2"), None, given)).guide_code == "G1"
    assert (await meet(await person("o3"), None, given)).guide_code == "G1"  # one each: by code
    assert (await meet(await person("o4"), None, given)).guide_code == "G2"


async def test_the_nearest_store_with_a_guide_on_duty_comes_before_the_default_store() -> None:
    far = await open_store("S1")
    await hire("G1", "王芳", far)
    await open_store("S2", latitude=31.2304, longitude=121.4737, crs="gcj02")  # nearest, nobody works there
    near = await open_store("S3", latitude=31.2500, longitude=121.4737, crs="gcj02")
    await hire("G3", "周杰", near)
    who = await person("o1")
    place = {"latitude": 31.2304, "longitude": 121.4737, "crs": "gcj02", "accuracy_m": 0, "source": "event.location"}
    await Place.create(customer_id=who.customer_id, captured_at=T0, expires_at=T0 + DAY, **place)

    given = rules("least_loaded", "S1")
    met = await meet(who, None, given)

    assert met.guide_code == "G3"
    assert met.reason == "未扫描渠道码；默认规则：距客户约2.2公里的门店门店S3在岗导购1位，周杰服务客户最少（0位）"
    expired = await person("o2", at=T0 + 2 * DAY)
    await Place.create(customer_id=expired.customer_id, captured_at=T0, expires_at=T0 + DAY, **place)
    assert (await meet(expired, None, given)).guide_code == "G1"


async def test_a_leavers_code_and_a_leavers_customer_go_to_a_colleague_of_the_same_store() -> None:
    home, default = await open_store("S1"), await open_store("S2")
    left = await hire("G1", "王芳", home)
    await hire("G2", "李丽", home)
    await hire("G3", "周杰", default)
    bound = await person("o1")
    await meet(bound, left)
    await leave("G1", T0 + DAY, "hq")
    given = rules("least_loaded", "S2")

    met = await meet(later(bound, 2), None, given)
    assert (met.outcome, met.guide_code) == (Outcome.REBOUND, "G2")
    assert met.reason.startswith("原导购王芳（G1）已离职；默认规则：原导购所在门店门店S1在岗导购1位，李丽")

    met = await meet(await person("o2", at=T0 + 2 * DAY), left, given)
    assert (met.outcome, met.guide_code) == (Outcome.BOUND, "G2")
    assert met.reason.startswith("渠道码“g_G1”属于已离职的王芳（G1）；默认规则：")


async def test_nobody_on_duty_leaves_the_customer_unbound_and_says_so() -> None:
    await open_store("S1")
    met = await meet(await person("o1"), None, rules("least_loaded", "S1"))
    assert met.reason == "默认规则未能分配：默认门店“S1”没有在岗导购"
    met = await meet(await person("o2"), None, rules("least_loaded"))
    assert met.reason == "默认规则未能分配：没有可用的位置，也未设置默认门店"
    assert await bindings() == []


async def test_a_leavers_customer_nobody_takes_keeps_the_trace_of_the_old_guide() -> None:
    scene = await hire("G1", "王芳", await open_store("S1"))
    who = await person("o1")
    await meet(who, scene)
    await leave("G1", T0 + DAY, "hq")
    met = await meet(later(who, 2), None)
    assert (met.outcome, met.guide_code) == (Outcome.UNBOUND, "")
    assert met.reason == "原导购王芳（G1）已离职；默认规则为不分配导购"
    assert await bindings() == [("G1", True)]


async def test_open_requests_follow_the_customer_to_the_new_guide() -> None:
    store = await open_store("S1")
    mine, other = await hire("G1", "王芳", store), await hire("G2", "李丽", store)
    who = await person("o1")
    await meet(who, mine)
    old, new = await Staff.get(code="G1"), await Staff.get(code="G2")
    about = {"customer_id": who.customer_id, "guide": old, "kind": "human", "reason": "", "created_at": T0}
    waiting = await Task.create(state=TaskState.OPEN, open_key=f"human:{who.customer_id}", **about)
    done = await Task.create(state=TaskState.DONE, **about)

    await meet(later(who, 100), other)

    assert (await Task.get(id=waiting.id)).guide_id == new.id
    assert (await Task.get(id=done.id)).guide_id == old.id


async def test_a_long_reason_is_cut_to_what_the_column_holds() -> None:
    store = await open_store("S1")
    code = "G" * 64
    await Staff.create(code=code, name="名" * 64, role="guide", store=store)
    other = await hire("H" * 64, "字" * 64, store)
    who = await person("o1")
    await meet(who, None, rules("least_loaded", "S1"))
    met = await meet(later(who, 100), other)
    assert met.outcome is Outcome.REBOUND and len(met.reason) == 255 and met.reason.endswith("…")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"default": "nearest"}, "default"), ({"protection": timedelta(days=-1)}, "protection")],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        BindingRules(**{"protection": PROTECTION, **wrong})
    assert refusal.value.field == field
