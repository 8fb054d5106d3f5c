"""Health and metrics, and what is said where something is broken."""

from __future__ import annotations

import json
from datetime import timedelta

from core.ports import InteractionState
from models import Delivery, DeliveryState, Identity, Interaction
from models.database import close_database, open_database
from tests.api.house import NOON, House, open_house
from tests.wechat import MINI_ID


async def test_live_and_ready(house: House) -> None:
    assert (await house.get("/health/live"))[:2] == (200, '{"status": "live"}')
    status, body, _ = await house.get("/health/ready")
    parts = {"database": "ok", "migrations": "ok", "redis": "ok"}
    assert (status, json.loads(body)) == (200, {"status": "ready", "parts": parts})


async def test_without_redis_service_is_degraded_but_ready(house: House) -> None:
    house.redis_fault = ConnectionError("gone")
    status, body, _ = await house.get("/health/ready")
    assert (status, json.loads(body)["status"]) == (200, "degraded")
    assert json.loads(body)["parts"]["redis"] == "away (ConnectionError)"


async def test_without_its_tables_it_is_not_ready(database_url: str) -> None:
    await open_database(database_url)
    async with open_house() as house:
        status, body, _ = await house.get("/health/ready")
        told = json.loads(body)
        assert (status, told["status"]) == (503, "not_ready")
        assert told["parts"] == {"database": "ok", "migrations": "missing: run main.py migrate", "redis": "ok"}
    await close_database()


async def test_without_a_database_live_is_live_and_nothing_is_a_bug(postgres_url: str) -> None:
    away = postgres_url.rpartition("/")[0] + "/zhiji_test_no_such_database"
    await open_database(away)
    async with open_house() as house:
        assert (await house.get("/health/live"))[0] == 200
        status, body, _ = await house.get("/health/ready")
        assert (status, json.loads(body)["parts"]["migrations"]) == (503, "unknown")
        answer = await house.post("/mini/mini/session", json={"code": house.code()})
        assert (answer.status, answer.body["code"]) == (503, "busy")
        status, metrics, _ = await house.get("/metrics")
        assert status == 200
        assert "zhiji_database_up 0.0" in metrics
        assert "zhiji_deliveries" not in metrics
    await close_database()


async def test_metrics_tell_the_desk_the_projector_and_the_deliveries(house: House) -> None:
    await house.report(
        await house.sign_in("oA"),
        {
            "name": "cart",
            "at": NOON.isoformat(),
            "properties": {},
            "idempotency_key": "k",
        },
    )
    house.moment = NOON + timedelta(seconds=90)
    identity = await Identity.get(openid="oA").prefetch_related("customer")
    await Interaction.create(
        message_key="r",
        app_id=MINI_ID,
        identity=identity,
        kind="text",
        occurred_at=NOON,
        received_at=NOON,
        fields_={},
        state=InteractionState.RECEIVED,
        is_projected=True,
    )
    await Delivery.create(
        occurrence="x",
        customer=identity.customer,
        identity=identity,
        app_id=MINI_ID,
        channel="mini_custom",
        options=[],
        state=DeliveryState.PLANNED,
        created_at=NOON,
        due_at=NOON,
        expires_at=NOON,
        trail=[],
    )
    status, text, headers = await house.get("/metrics")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    lines = set(text.splitlines())
    assert lines >= {
        "zhiji_journal_commits_total 3.0",
        "zhiji_journal_commit_pushes_total 40.0",
        "zhiji_handler_errors_total 1.0",
        "zhiji_pushes_in_work 2.0",
        "zhiji_database_up 1.0",
        "zhiji_projector_lag_rows 1.0",
        "zhiji_projector_lag_seconds 90.0",
        "zhiji_pushes_received 1.0",
        'zhiji_deliveries{state="planned"} 1.0',
        'zhiji_deliveries{state="unknown"} 0.0',
    }
    assert "oA" not in text
