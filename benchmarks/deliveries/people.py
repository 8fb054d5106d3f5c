"""Fills a database with a brand's people, and tells them as an audience.

Of a hundred: ten have left, five withdrew their consent, twenty accepted a notice, ten wrote within two days, twenty
have a guide, one has heard enough this week.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from core.accounts import Account, AccountKind
from core.channels import Channel, ContactClass
from delivery.planning import Planned
from models.database import connection

APP_ID = "wx5a1f0c3b7d9e2468"
ACCOUNT = Account("shop", AccountKind.OFFICIAL_ACCOUNT, APP_ID, app_secret="", token="")
BATCH = 1000

_TABLES = (
    "INSERT INTO customer (id, created_at, name, gender, birthday, city, time_zone, phone_cipher)"
    " SELECT n, {at}, '客户' || n, '', '1990-05-17', '上海', '', '' FROM {people}",
    "INSERT INTO identity (id, app_id, openid, customer_id, created_at)"
    " SELECT n, '{app}', 'oBench' || n, n, {at} FROM {people}",
    "INSERT INTO following (identity_id, since, until, source, open_slot)"
    " SELECT n, {at}, CASE WHEN n % 10 = 3 THEN {at} END, '', CASE WHEN n % 10 <> 3 THEN n END FROM {people}",
    "INSERT INTO consent (customer_id, purpose, is_granted, text_version, channel, at)"
    " SELECT n, 'marketing', n % 20 <> 7, '1', 'chat', {at} FROM {people} WHERE n % 10 = 7",
    "INSERT INTO subscription_grant (identity_id, template_id, stock, updated_at)"
    " SELECT n, 'tpl-notice', 1, {at} FROM {people} WHERE n % 10 IN (1, 6)",
    "INSERT INTO organisation (id, kind, code, name, path) VALUES (1, 'store', 'S1', '门店', '/1/')",
    "INSERT INTO staff (id, code, name, role, phone_cipher, phone_hash) VALUES (1, 'G1', '导购', 'guide', '', '')",
    "INSERT INTO binding (customer_id, guide_id, kind, source, reason, since, end_reason, primary_slot)"
    " SELECT n, 1, 'primary', 'scan', '', {at}, '', n FROM {people} WHERE n % 10 IN (4, 8)",
    "INSERT INTO interaction (message_key, app_id, identity_id, kind, occurred_at, received_at, fields, handler, state,"
    " reason, attempts, is_projected)"
    " SELECT 'bench' || n, '{app}', n, 'text', {at}, {at}, '{{}}', '', 'answered', '', 0, {yes}"
    " FROM {people} WHERE n % 10 = 9",
    "INSERT INTO contact_slot (customer_id, contact_class, slot, taken_until)"
    " SELECT n, 'marketing', s, {at_later} FROM {people}, (SELECT 0 AS s UNION SELECT 1) AS slots WHERE n % 100 = 5",
)


async def fill(count: int, at: datetime) -> None:
    """``count`` people with ids from 1; the database is open and empty."""
    db = connection()
    if is_postgres := db.capabilities.dialect == "postgres":
        people = f"generate_series(1, {count}) AS people(n)"
    else:
        people = (
            f"(WITH RECURSIVE people(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM people WHERE n < {count})"
            " SELECT n FROM people)"
        )
    for statement in _TABLES:
        await db.execute_script(
            statement.format(
                people=people,
                app=APP_ID,
                at=f"'{(at - timedelta(hours=1)).isoformat(' ')}'" + ("::timestamptz" if is_postgres else ""),
                at_later=f"'{(at + timedelta(days=3)).isoformat(' ')}'" + ("::timestamptz" if is_postgres else ""),
                yes="true" if is_postgres else "1",
            )
        )
    await db.execute_script("ANALYZE")


async def audience(key: str, count: int, at: datetime) -> AsyncIterator[Sequence[Planned]]:
    """Everybody with id up to ``count``, read in batches by the last id, each with words of their own."""
    cursor, mark = 0, "$" if connection().capabilities.dialect == "postgres" else "?"
    query = (
        "SELECT c.id, c.name, i.id AS identity_id FROM customer c JOIN identity i ON i.customer_id = c.id"
        f" WHERE c.id > {mark}1 AND c.id <= {mark}2 ORDER BY c.id LIMIT {BATCH}"
    )
    while rows := await connection().execute_query_dict(query, [cursor, count]):
        yield [_planned(key, row["id"], row["identity_id"], row["name"], at) for row in rows]
        cursor = rows[-1]["id"]


def _planned(key: str, customer_id: int, identity_id: int, name: str, at: datetime) -> Planned:
    words = f"{name}，秋冬新品已到店，您的专属导购为您留好了尺码，欢迎来试。"
    return Planned(
        customer_id=customer_id,
        identity_id=identity_id,
        app_id=APP_ID,
        occurrence_key=key,
        contact_class=ContactClass.MARKETING,
        options=(
            {
                "channel": Channel.SUBSCRIBE.value,
                "payload": {"template_id": "tpl-notice", "data": {"thing1": {"value": words[:20]}}},
            },
            {"channel": Channel.CUSTOM.value, "payload": {"kind": "text", "text": words}},
        ),
        due_at=at,
        expires_at=at + timedelta(hours=12),
    )


_DUE_TABLES = (
    "INSERT INTO customer (id, created_at, name, gender, birthday, city, time_zone, phone_cipher)"
    " SELECT n, $1::timestamptz, '客户' || n, '', '', '', '', '' FROM generate_series(1, $2::int) n",
    "INSERT INTO identity (id, app_id, openid, customer_id, created_at)"
    " SELECT n, '{app}', 'oBench' || n, n, $1::timestamptz FROM generate_series(1, $2::int) n",
    "INSERT INTO following (identity_id, since, source, open_slot)"
    " SELECT n, $1::timestamptz, '', n FROM generate_series(1, $2::int) n",
    "INSERT INTO interaction (message_key, app_id, identity_id, kind, occurred_at, received_at, fields, handler, state,"
    " reason, attempts, is_projected)"
    " SELECT 'bench' || n, '{app}', n, 'text', $1::timestamptz, $1::timestamptz, '{{}}', '', 'answered', '', 0, true"
    " FROM generate_series(1, $2::int) n",
    "INSERT INTO delivery (occurrence, customer_id, identity_id, app_id, channel, options, contact_class, state,"
    " reason, created_at, due_at, expires_at, claimed_by, fence, attempts, wechat_id, taken, trail)"
    " SELECT 'bench', n, n, '{app}', 'custom',"
    " jsonb_build_array(jsonb_build_object('channel', 'custom', 'payload',"
    " jsonb_build_object('kind', 'text', 'text', '您好，您要的尺码到店了 ' || n))), 'service', 'planned', '',"
    " $1::timestamptz, $1::timestamptz + interval '1 day', $1::timestamptz + interval '2 days',"
    " '', 0, 0, '', '{{}}', '[]' FROM generate_series(1, $2::int) n",
)


async def fill_due(count: int, at: datetime) -> list[str]:
    """``count`` people of a new PostgreSQL database who wrote just now, a message planned for each; their openids."""
    for statement in _DUE_TABLES:
        await connection().execute_query(statement.format(app=APP_ID), [at, count])
    await connection().execute_script("ANALYZE")
    return [f"oBench{number}" for number in range(1, count + 1)]
