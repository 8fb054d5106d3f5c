"""Health and metrics, and what is said where something is broken."""

from __future__ import annotations

import json
from datetime import timedelta

from core.ports import InteractionState
from models import Delivery, DeliveryState, Identity, Interaction
from models.database import close_database, open_database
from models.dialect.limits import count_calls
from tests.api.house import NOON, House, open_house
from tests.wechat import MINI_ID


async def test_live_and_ready(house: House) -> None:
    assert (await house.get("/health/live"))[:2] == (200, '{"status": "live"}')
    status, body, _ = await house.get("/health/ready")
    parts = {"database": "ok", "migrations": "ok", "writes": "ok", "redis": "ok"}
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
        assert told["parts"] == {
            "database": "ok", "migrations": "missing: run main.py migrate", "writes": "unknown", "redis": "ok",
        }  # fmt: skip
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


async def test_metrics_tell_the_desk_and_the_projector(house: House) -> None:
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
    }
    assert "oA" not in text


async def test_metrics_tell_the_deliveries_and_the_days_calls(house: House) -> None:
    await house.sign_in("oA")
    identity = await Identity.get(openid="oA").prefetch_related("customer")
    for state, reason in ((DeliveryState.PLANNED, ""), (DeliveryState.SUPPRESSED, "capped")):
        await Delivery.create(
            occurrence=state.value,
            customer=identity.customer,
            identity=identity,
            app_id=MINI_ID,
            channel="mini_custom",
            options=[],
            state=state,
            reason=reason,
            created_at=NOON,
            due_at=NOON,
            expires_at=NOON,
            trail=[],
        )
    for app_id, api, calls in ((MINI_ID, "/cgi-bin/message/custom/send", 12), ("wx_gone", "/unheard/of", 3)):
        assert await count_calls(app_id, api, NOON.date(), calls, 100, NOON)
    _, text, _ = await house.get("/metrics")
    assert set(text.splitlines()) >= {
        'zhiji_deliveries{reason="",state="planned"} 1.0',
        'zhiji_deliveries{reason="capped",state="suppressed"} 1.0',
        'zhiji_deliveries{reason="",state="unknown"} 0.0',
        'zhiji_api_calls_used{account="mini",api="/cgi-bin/message/custom/send"} 12.0',
        'zhiji_api_calls_limit{account="mini",api="/cgi-bin/message/custom/send"} 500000.0',
        'zhiji_api_calls_used{account="wx_gone",api="/unheard/of"} 3.0',
        'zhiji_api_calls_limit{account="wx_gone",api="/unheard/of"} 100000.0',
    }
    assert "oA" not in text
