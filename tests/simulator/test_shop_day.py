"""The same seed plays the same day; the knobs do what they say."""

import dataclasses
from collections import Counter

import pytest

from simulator.accounts import Mode
from simulator.options import DayOptions, make_options
from simulator.people import cast_people
from simulator.personas import PERSONAS
from simulator.shop_day import plan_day
from simulator.stage import set_stage
from simulator.state.stocks import Act
from simulator.steps import Kind
from simulator.timestamps import Timestamps

CALM = {"duplicates": 0.0, "reorder": 0.0, "same_second": 0.0}


def plan(config, **knobs):
    return plan_day(config, make_options({"people": 90, "seed": 5}, knobs), set_stage(config, {}))


def shown(actions):
    return [
        (action.at_s, action.openid, action.kind, action.says, dict(action.fragment), action.copies, action.late)
        for action in actions
    ]


def test_the_same_seed_is_the_same_day_and_another_seed_another(config):
    assert shown(plan(config)) == shown(plan(config))
    assert not {action.openid for action in plan(config)} & {action.openid for action in plan(config, seed=6)}


def test_a_smaller_cast_is_the_start_of_a_larger_one(config):
    few, many = cast_people(config, 5, 10), cast_people(config, 5, 90)
    assert few == many[:10]
    of_few = [each for each in shown(plan(config)) if each[1] in {openid for p in few for openid in p.openids.values()}]
    assert sorted(map(str, of_few)) == sorted(map(str, shown(plan(config, people=10))))


def test_there_are_many_personas_and_each_can_come(config):
    assert len(PERSONAS) >= 24 and len({persona.key for persona in PERSONAS}) == len(PERSONAS)
    assert {person.persona.key for person in cast_people(config, 1, len(PERSONAS))} == {p.key for p in PERSONAS}


def test_every_kind_of_action_happens_in_a_full_day(config):
    assert {action.kind for action in plan(config, people=400)} == set(Kind)


def test_people_have_one_unionid_and_an_openid_for_each_app(config):
    people = cast_people(config, 1, 200)
    assert len({person.unionid for person in people}) == 200
    assert len({openid for person in people for openid in person.openids.values()}) == 400
    assert all(len(openid) == 28 and openid[0] == "o" for person in people for openid in person.openids.values())


def test_followers_carry_the_scenes_of_the_configuration(config):
    scanned = {action.fragment["EventKey"] for action in plan(config) if action.kind is Kind.FOLLOW}
    assert scanned == {"", "qrscene_g_one", "qrscene_g_two"}


def test_scenes_made_by_the_product_serve_where_the_configuration_has_none(config):
    bare = dataclasses.replace(config, scenes=())
    platform = {"wxshop": {"scenes": {"g_made": "TICKET"}, "menu_keys": ["ONLY"]}}
    actions = plan_day(bare, make_options({"people": 90}, CALM), set_stage(bare, platform))
    scans = [action.fragment for action in actions if action.kind is Kind.FOLLOW and action.scene]
    assert {(fields["EventKey"], fields["Ticket"]) for fields in scans} == {("qrscene_g_made", "TICKET")}
    assert {action.fragment["EventKey"] for action in actions if action.kind is Kind.CLICK} == {"ONLY"}


def test_a_brand_without_a_mini_program_gets_only_chat(config):
    alone = dataclasses.replace(config, accounts=(config.account("shop"),))
    actions = plan(alone)
    assert actions and {action.account.key for action in actions} == {"shop"}
    assert not {Kind.LOGIN, Kind.BEHAVE, Kind.ENTER} & {action.kind for action in actions}


def test_a_calm_day_keeps_everybody_in_order(config):
    actions = plan(config, **CALM)
    assert [action.at_s for action in actions] == sorted(action.at_s for action in actions)
    assert not any(action.copies or action.late for action in actions)


def test_the_day_lies_between_morning_and_night(config):
    hours = [action.at_s / 3600 for action in plan(config, people=600)]
    assert 8 < min(hours) and max(hours) <= 22.5 and max(hours) - min(hours) > 11


def test_shares_of_duplicates_and_late_arrivals_are_met(config):
    actions = plan(config, people=600, duplicates=0.2, reorder=0.2)
    sent = [action for action in actions if action.fragment or action.behaviour]
    assert sum(action.copies > 0 for action in sent) / len(sent) == pytest.approx(0.2, abs=0.03)
    assert {action.copies for action in sent} == {0, 1, 2} and {action.together for action in sent} == {True, False}
    assert any(action.late for action in actions)
    assert all(action.act is Act.MESSAGE for action in actions if action.late)
    assert not any(action.copies for action in actions if action.kind is Kind.LOGIN)


def test_a_late_message_arrives_after_its_follower_with_an_earlier_time(config):
    actions = plan(config, reorder=1.0, same_second=0.0, duplicates=0.0)
    stamps = Timestamps("now", actions, lambda: 1_790_000_000.0)
    created = {action.number: stamps.stamp(action) for action in actions}
    late = next(action for action in actions if action.late)
    overtaker = max((a for a in actions if a.openid == late.openid and a.number < late.number), key=lambda a: a.number)
    assert overtaker.at_s > late.at_s and created[late.number] < created[overtaker.number]


def test_same_second_events_share_a_second_but_never_their_identity(config):
    actions = plan(config, people=300, same_second=1.0, reorder=0.0)
    stamps = Timestamps("now", actions, lambda: 1_790_000_000.0)
    keys = Counter(
        (action.openid, stamps.stamp(action), str(action.fragment))
        for action in actions
        if action.fragment.get("MsgType") == "event"
    )
    assert max(keys.values()) == 1
    located = [action for action in actions if action.kind is Kind.LOCATION and action.same_second]
    assert located


def test_the_day_clock_ends_now(config):
    actions = plan(config, **CALM)
    stamps = Timestamps("day", actions, lambda: 1_790_000_000.0)
    created = [stamps.stamp(action) for action in actions]
    assert max(created) == 1_790_000_000 and created[0] == pytest.approx(
        1_790_000_000 - (actions[-1].at_s - actions[0].at_s), abs=1
    )


def test_lines_are_filled_in(config):
    assert not [action.says for action in plan(config, people=400) if "{" in action.says]


@pytest.mark.parametrize("knobs", [{"clock": "noon"}, {"duplicates": 2.0}, {"people": 0}, {"rate": -1}, {"speed": 1}])
def test_a_wrong_knob_is_named(knobs):
    with pytest.raises(ValueError, match=next(iter(knobs))):
        make_options(knobs)


def test_later_layers_of_knobs_win_and_none_says_nothing():
    assert make_options({"people": 7, "seed": 3}, {"people": None, "seed": 4}) == DayOptions(people=7, seed=4)


def test_modes_change_the_envelope_not_the_day(config):
    plain = tuple(dataclasses.replace(account, mode=Mode.PLAIN) for account in config.accounts)
    assert shown(plan(dataclasses.replace(config, accounts=plain))) == shown(plan(config))
