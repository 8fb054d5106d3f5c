"""The textbook way to plan: one ``get_or_create`` a person, a transaction a batch, and no policy asked at all."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime

import psutil
from tortoise.transactions import in_transaction

from benchmarks.deliveries.people import audience
from models import Delivery, DeliveryState
from models.database import close_database, open_database


async def main(url: str, count: int, key: str) -> None:
    await open_database(url)
    at = datetime.now(UTC)
    process = psutil.Process()
    cpu_before, began, rows = sum(process.cpu_times()[:2]), time.perf_counter(), 0
    async for batch in audience(key, count, at):
        async with in_transaction():
            for person in batch:
                _, is_new = await Delivery.get_or_create(
                    occurrence=person.occurrence_key,
                    customer_id=person.customer_id,
                    defaults={
                        "identity_id": person.identity_id,
                        "app_id": person.app_id,
                        "channel": person.options[0]["channel"],
                        "options": list(person.options),
                        "contact_class": person.contact_class.value,
                        "state": DeliveryState.PLANNED,
                        "created_at": at,
                        "due_at": person.due_at,
                        "expires_at": person.expires_at,
                        "trail": [],
                    },
                )
                rows += is_new
    seconds, cpu_s = time.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu_before
    rss_mb = process.memory_info().rss / 1e6
    await close_database()
    print(
        json.dumps(
            {"rows": rows, "planned": rows, "refused": 0, "seconds": seconds, "cpu_s": cpu_s, "rss_mb": [rss_mb]}
        )
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
