"""Fills a database with a journal: twenty rows a person, one a day, seven of ten of them words.

Words are an opening and a wish put together, so that some hundred different messages come; a third speak for no tag.
"""

from __future__ import annotations

import json
from datetime import datetime

from models.database import connection

APP_ID = "wx5a1f0c3b7d9e2468"
ROWS_A_PERSON = 20

OPENINGS = (
    "",
    "你好，",
    "在吗？",
    "请问",
    "亲，",
    "麻烦问下，",
    "哈哈好的，",
    "😀",
    "刚看到，",
    "周末想去店里，",
    "嗯嗯，",
)
WISHES = (
    "黑色的连衣裙有货吗",
    "特别想要加绒的外套",
    "不要紧身的，要宽松一点",
    "送妈妈的生日礼物，要红色",
    "我170，净重110斤，穿什么码",
    "预算500以内有推荐吗",
    "什么时候发货",
    "质量太差了，洗一次就起球",
    "谢谢",
    "好的",
    "收到了，挺好的",
    "稍等我看看",
    "宝宝3岁，穿多大的鞋",
    "有没有38码的小白鞋",
    "能便宜点吗，有点贵",
    "怎么退货啊",
    "你们几点关门",
    "这件羽绒服可以机洗吗",
    "明天再说吧",
    "通勤穿，简约一点的西装",
    "白色和米色哪个显瘦",
    "物流两天没动了",
    "那我先下单",
)

_TABLES = (
    "INSERT INTO customer (id, created_at, name, gender, birthday, city, time_zone, phone_cipher)"
    " SELECT n, {at}, '', '', '', '', '', '' FROM {people}",
    "INSERT INTO identity (id, app_id, openid, customer_id, created_at)"
    " SELECT n, '{app}', 'oBench' || n, n, {at} FROM {people}",
)
_KINDS = "CASE n % 10 WHEN 3 THEN 'event.view' WHEN 6 THEN 'image' WHEN 9 THEN 'event.click' ELSE 'text' END"
_POSTGRES = (
    "INSERT INTO interaction (message_key, app_id, identity_id, kind, occurred_at, received_at, fields, handler,"
    " state, reason, attempts, is_projected)"
    f" SELECT 'bench' || n, '{APP_ID}', 1 + n % $3::int, {_KINDS}, $1::timestamptz + interval '1 day' * (n / $3::int),"
    " now(), jsonb_build_object('Content', $4::jsonb ->> (n % 11) || ($5::jsonb ->> (n % 23))), '', 'answered', '', 0,"
    " $6::boolean FROM generate_series(0, $2::int - 1) AS n"
)
_SQLITE = (
    "INSERT INTO interaction (message_key, app_id, identity_id, kind, occurred_at, received_at, fields, handler,"
    " state, reason, attempts, is_projected)"
    f" SELECT 'bench' || n, '{APP_ID}', 1 + n % ?3, {_KINDS}, strftime('%Y-%m-%d %H:%M:%S+00:00', ?1, '+' ||"
    " (n / ?3) || ' days'), strftime('%Y-%m-%d %H:%M:%S+00:00', 'now'), json_object('Content',"
    " json_extract(?4, '$[' || (n % 11) || ']') || json_extract(?5, '$[' || (n % 23) || ']')), '', 'answered', '', 0,"
    " ?6 FROM (WITH RECURSIVE rows(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM rows WHERE n < ?2 - 1)"
    " SELECT n FROM rows)"
)


async def fill(rows: int, at: datetime, *, is_projected: bool) -> None:
    """``rows`` journal rows from ``at`` on, of people with ids from 1; the database is open and empty."""
    db, people = connection(), max(1, rows // ROWS_A_PERSON)
    is_postgres = db.capabilities.dialect == "postgres"
    series = f"generate_series(1, {people}) AS people(n)"
    if not is_postgres:
        series = (
            f"(WITH RECURSIVE people(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM people WHERE n < {people})"
            " SELECT n FROM people)"
        )
    moment = f"'{at.isoformat(' ')}'" + ("::timestamptz" if is_postgres else "")
    for statement in _TABLES:
        await db.execute_script(statement.format(people=series, app=APP_ID, at=moment))
    words = [json.dumps(each, ensure_ascii=False) for each in (OPENINGS, WISHES)]
    start = at if is_postgres else at.strftime("%Y-%m-%d %H:%M:%S")
    await db.execute_query(_POSTGRES if is_postgres else _SQLITE, [start, rows, people, *words, is_projected])
    await db.execute_script("ANALYZE")
