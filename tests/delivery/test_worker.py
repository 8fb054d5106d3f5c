"""What becomes of a delivery: sent, refused with a reason, tried again, or unknown and never repeated."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core.errors import Retryable, Terminal, Unknown
from models import Delivery, Following, Identity, Interaction
from simulator.state.stocks import Act
from tests.delivery.conftest import MINI_ID, FakeSender, Outbox, state_of, state_of_push

SEND = "/cgi-bin/message/custom/send"


async def test_due_words_are_sent_once_and_the_push_is_late_replied(outbox: Outbox) -> None:
    delivery, push = await outbox.owed("oA", "您好")
    assert await outbox.worker().run_once() == 1
    assert await outbox.worker().run_once() == 0
    assert outbox.wechat.accepted == [("oA", "您好")]
    assert await state_of(delivery) == ("sent", "")
    assert await state_of_push(push) == ("late_replied", "")


async def test_row_tells_every_check_and_attempt(outbox: Outbox) -> None:
    delivery, _ = await outbox.owed()
    await outbox.worker().run_once()
    row = await Delivery.get(id=delivery.id)
    assert [entry["event"] for entry in row.trail] == ["planned", "checked", "started", "answered"]
    checks = {check["name"]: check for check in row.trail[1]["checks"]}
    assert list(checks) == [
        *("in_time", "not_erased", "following", "still_true"),
        *("consent", "holdout", "quiet_hours", "cap", "channel"),
    ]
    assert all(check["is_passed"] for check in checks.values())
    assert checks["channel"]["opened_by"] == "message" and checks["channel"]["open_until"] > row.trail[1]["at"]
    assert row.trail[2]["attempt"] == 1 and row.trail[3]["outcome"] == "sent"
    assert row.attempts == 1 and row.closed_at == outbox.hands()


async def test_words_that_are_not_due_wait(outbox: Outbox) -> None:
    person = await outbox.person()
    await outbox.push(person)
    delivery = await outbox.planned(person, due_in=timedelta(minutes=1))
    assert await outbox.worker().run_once() == 0
    outbox.passes(seconds=61)
    assert await outbox.worker().run_once() == 1
    assert await state_of(delivery) == ("sent", "")


async def test_mini_program_words_go_by_its_own_channel(outbox: Outbox) -> None:
    person = await outbox.person("mA", MINI_ID)
    push = await outbox.push(person)
    delivery = await outbox.planned(person, "您好", push)
    await outbox.worker().run_once()
    assert [(row.app_id, row.openid) for row in outbox.wechat.world.ledger.rows] == [(MINI_ID, "mA")]
    assert await state_of(delivery) == ("sent", "")


async def test_wechats_message_id_is_kept(outbox: Outbox, sender: FakeSender) -> None:
    delivery, _ = await outbox.owed()
    await outbox.worker(sender=sender).run_once()
    assert (await Delivery.get(id=delivery.id)).wechat_id == "m1"


async def test_push_that_was_answered_by_itself_keeps_its_state(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    await Interaction.filter(id=push.id).update(state="answered", reason="")
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("sent", "")
    assert await state_of_push(push) == ("answered", "")


# ── refused before anything is sent ──────────────────────────────────────────────────────────────────────────────
async def test_expired_words_are_suppressed(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    outbox.passes(hours=48, seconds=1)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "expired")
    assert await state_of_push(push) == ("expired", "expired")
    assert outbox.wechat.calls(SEND) == 0


async def test_person_who_left_hears_nothing(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    await Following.all().update(until=outbox.hands(), open_slot=None)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "not_following")
    assert await state_of_push(push) == ("expired", "not_following")
    assert outbox.wechat.calls(SEND) == 0


async def test_person_who_came_back_hears(outbox: Outbox) -> None:
    delivery, _ = await outbox.owed()
    identity = await Identity.get(openid="oA")
    await Following.all().update(until=outbox.hands(), open_slot=None)
    await Following.create(identity_id=identity.id, since=outbox.hands(), open_slot=identity.id)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("sent", "")


async def test_person_whose_follow_we_never_saw_hears(outbox: Outbox) -> None:
    person = await outbox.person(follows=False)
    delivery = await outbox.planned(person, interaction=await outbox.push(person))
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("sent", "")


async def test_erased_person_hears_nothing(outbox: Outbox) -> None:
    delivery, _ = await outbox.owed()
    await Identity.all().update(openid="erased:0123")
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "erased")
    assert outbox.wechat.calls(SEND) == 0


async def test_nothing_goes_out_48_hours_after_the_last_message(outbox: Outbox) -> None:
    person = await outbox.person()
    await outbox.push(person)
    delivery = await outbox.planned(person, expires_in=timedelta(days=7))
    outbox.passes(hours=48)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "window_closed")
    row = await Delivery.get(id=delivery.id)
    assert row.trail[-1]["checks"][-1] == {
        "name": "channel",
        "is_passed": False,
        "reason": "window_closed",
        "channel": "custom",
        "open_until": None,
    }
    assert outbox.wechat.calls(SEND) == 0


async def test_later_message_keeps_the_window_open(outbox: Outbox) -> None:
    person = await outbox.person()
    await outbox.push(person)
    delivery = await outbox.planned(person, expires_in=timedelta(days=7))
    outbox.passes(hours=40)
    await outbox.push(person)
    outbox.passes(hours=40)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("sent", "")


@pytest.mark.parametrize(
    ("kind", "waits_s", "outcome"),
    [
        ("event.subscribe", 30, "sent"),
        ("event.scan", 30, "sent"),
        ("event.click", 30, "sent"),
        ("event.click", 61, "suppressed"),
        ("event.view", 0, "suppressed"),
        ("event.location", 0, "suppressed"),
    ],
)
async def test_tap_follow_and_scan_open_a_minute(outbox: Outbox, kind: str, waits_s: int, outcome: str) -> None:
    person = await outbox.person()
    delivery = await outbox.planned(person, interaction=await outbox.push(person, kind, timedelta(0)))
    outbox.wechat.world.note(person.app_id, person.openid, Act.CLICK)
    outbox.passes(seconds=waits_s)
    await outbox.worker().run_once()
    assert (await state_of(delivery))[0] == outcome
    assert len(outbox.wechat.accepted) == (outcome == "sent")


async def test_entering_a_mini_programs_chat_opens_a_minute(outbox: Outbox) -> None:
    person = await outbox.person("mA", MINI_ID)
    push = await outbox.push(person, "event.user_enter_tempsession", timedelta(0))
    outbox.wechat.world.note(MINI_ID, "mA", Act.ENTER)
    delivery = await outbox.planned(person, interaction=push)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("sent", "")


# ── what WeChat's answer makes of it ─────────────────────────────────────────────────────────────────────────────
async def test_answer_lost_after_acceptance_is_unknown_and_never_sent_again(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    outbox.wechat.world.turn({"lost_share": 1.0})
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("unknown", "no_sound_answer")
    assert await state_of_push(push) == ("unknown", "no_sound_answer")
    outbox.wechat.world.turn({"lost_share": 0.0})
    for _ in range(3):
        outbox.passes(minutes=10)
        assert await outbox.worker("h2").run_once() == 0
    assert outbox.wechat.accepted == [("oA", "您好")]


async def test_502_to_a_send_is_unknown(outbox: Outbox) -> None:
    delivery, _ = await outbox.owed()
    outbox.wechat.world.turn({"broken_share": 1.0})
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("unknown", "no_sound_answer")
    assert outbox.wechat.calls(SEND) == 1


async def test_bug_in_a_sender_is_unknown_not_a_second_try(outbox: Outbox, sender: FakeSender) -> None:
    delivery, _ = await outbox.owed()
    sender.faults.append(ValueError("a bug"))
    await outbox.worker(sender=sender).run_once()
    outbox.passes(minutes=10)
    await outbox.worker(sender=sender).run_once()
    assert await state_of(delivery) == ("unknown", "no_sound_answer") and sender.calls == 1


async def test_busy_wechat_is_tried_again_after_a_while(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    outbox.wechat.world.turn({"errors": {SEND: {"code": -1, "times": 2}}})
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("planned", "")
    assert await outbox.worker().run_once() == 0
    for _ in range(2):
        outbox.passes(seconds=10)
        await outbox.worker().run_once()
    assert await state_of(delivery) == ("sent", "")
    assert await state_of_push(push) == ("late_replied", "")
    assert len(outbox.wechat.accepted) == 1


async def test_third_failure_is_the_last(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    outbox.wechat.world.turn({"errors": {SEND: {"code": -1}}})
    for _ in range(6):
        await outbox.worker().run_once()
        outbox.passes(minutes=1)
    assert await state_of(delivery) == ("failed", "gave_up")
    assert await state_of_push(push) == ("expired", "gave_up")
    assert outbox.wechat.calls(SEND) == 3
    row = await Delivery.get(id=delivery.id)
    assert [entry["code"] for entry in row.trail if entry["event"] == "answered"] == [-1, -1, -1]


async def test_wait_is_as_long_as_wechat_asks(outbox: Outbox, sender: FakeSender) -> None:
    delivery, _ = await outbox.owed()
    sender.faults.append(Retryable("quota", code=45009, after_s=3600.0))
    await outbox.worker(sender=sender).run_once()
    assert (await Delivery.get(id=delivery.id)).due_at == outbox.hands() + timedelta(hours=1)


@pytest.mark.parametrize(
    ("code", "reason"), [(45047, "window_used_up"), (43019, "blocked"), (99999, "refused_by_channel")]
)
async def test_final_refusal_is_final(outbox: Outbox, code: int, reason: str) -> None:
    delivery, push = await outbox.owed()
    outbox.wechat.world.turn({"errors": {SEND: {"code": code}}})
    for _ in range(2):
        await outbox.worker().run_once()
        outbox.passes(minutes=10)
    assert await state_of(delivery) == ("failed", reason)
    assert await state_of_push(push) == ("expired", reason)
    assert outbox.wechat.calls(SEND) == 1


async def test_sixth_message_of_a_window_is_not_even_tried(outbox: Outbox) -> None:
    person = await outbox.person()
    outbox.passes(minutes=2)  # what following opened is over
    push = await outbox.push(person)
    rows = [await outbox.planned(person, f"{number}", push) for number in range(6)]
    for _ in rows:
        await outbox.worker().run_once()
    assert [await state_of(row) for row in rows] == [("sent", "")] * 5 + [("suppressed", "window_used_up")]
    assert outbox.wechat.calls(SEND) == 5


async def test_wrong_settings_stop_the_account_and_no_other(outbox: Outbox, sender: FakeSender) -> None:
    rows = [(await outbox.owed(f"o{number}"))[0] for number in range(3)]
    mini = await outbox.person("mA", MINI_ID)
    other = await outbox.planned(mini, interaction=await outbox.push(mini))
    worker = outbox.worker(sender=sender)
    sender.faults.append(Terminal("IP", code=40164, reason="misconfigured"))
    await worker.run_once(limit=1)
    for _ in range(3):
        await worker.run_once()
    assert [(await state_of(row)) for row in rows] == [("failed", "misconfigured"), ("planned", ""), ("planned", "")]
    assert await state_of(other) == ("sent", "")
    outbox.passes(minutes=6)
    await worker.run_once()
    assert [(await state_of(row))[0] for row in rows] == ["failed", "sent", "sent"]


async def test_row_of_an_account_that_left_the_settings_waits_and_expires(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    worker = outbox.worker(accounts=[outbox.wechat.mini])
    for _ in range(3):
        assert await worker.run_once() == 1
        assert await worker.run_once() == 0
        outbox.passes(minutes=11)
    row = await Delivery.get(id=delivery.id)
    assert row.state == "planned" and [entry["event"] for entry in row.trail] == ["planned", "waits"]
    outbox.passes(hours=49)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "expired")
    assert await state_of_push(push) == ("expired", "expired")


# ── order ────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_one_persons_messages_leave_in_order_and_one_at_a_time(outbox: Outbox, sender: FakeSender) -> None:
    person = await outbox.person()
    push = await outbox.push(person)
    for number in range(4):
        await outbox.planned(person, f"{number}", push)
    sender.takes_s = 0.02
    workers = [outbox.worker(holder, sender) for holder in ("h1", "h2")]
    while len(sender.sent) < 4:
        await asyncio.gather(*(worker.run_once() for worker in workers))
    assert sender.sent == [("oA", f"{number}") for number in range(4)]
    assert sender.most_at_once == 1


async def test_different_people_are_served_at_once(outbox: Outbox, sender: FakeSender) -> None:
    for number in range(8):
        await outbox.owed(f"o{number}")
    sender.takes_s = 0.1
    await outbox.worker(sender=sender).run_once()
    assert len(sender.sent) == 8 and sender.most_at_once > 1


async def test_message_that_waits_for_another_try_holds_up_nobody(outbox: Outbox, sender: FakeSender) -> None:
    person = await outbox.person()
    push = await outbox.push(person)
    for number in range(2):
        await outbox.planned(person, f"{number}", push)
    sender.faults.append(Retryable("busy", after_s=60.0))
    worker = outbox.worker(sender=sender)
    await worker.run_once()
    await worker.run_once()
    assert sender.sent == [("oA", "1")]


async def test_unknown_one_holds_up_nobody(outbox: Outbox, sender: FakeSender) -> None:
    person = await outbox.person()
    push = await outbox.push(person)
    for number in range(2):
        await outbox.planned(person, f"{number}", push)
    sender.faults.append(Unknown("lost"))
    worker = outbox.worker(sender=sender)
    await worker.run_once()
    await worker.run_once()
    assert sender.sent == [("oA", "1")]
