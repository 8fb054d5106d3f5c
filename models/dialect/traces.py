"""Takes words and places out of journal rows, which themselves stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from models.dialect.bulk import current, execute, is_postgres, select


async def empty_rows(identity_ids: Collection[int], reason: str) -> int:
    """Empties what these people said and were answered; kind and time stay. Rows still in work end as expired."""
    return await execute(
        "UPDATE interaction SET fields = '{}'::jsonb, reply = NULL, is_projected = true, lease_until = NULL,"
        " reason = CASE WHEN state = 'received' THEN $2 ELSE reason END,"
        " state = CASE WHEN state = 'received' THEN 'expired' ELSE state END WHERE identity_id = ANY($1::bigint[])",
        "UPDATE interaction SET fields = '{}', reply = NULL, is_projected = 1, lease_until = NULL,"
        " reason = CASE WHEN state = 'received' THEN ?2 ELSE reason END,"
        " state = CASE WHEN state = 'received' THEN 'expired' ELSE state END"
        " WHERE identity_id IN (SELECT value FROM json_each(?1))",
        list(identity_ids),
        reason,
    )


async def cut_links(table: str, identity_ids: Collection[int]) -> None:
    """Makes rows of ``table`` forget which message of these people caused them."""
    await execute(
        f'UPDATE "{table}" SET interaction_id = NULL WHERE interaction_id IN'
        " (SELECT id FROM interaction WHERE identity_id = ANY($1::bigint[]))",
        f'UPDATE "{table}" SET interaction_id = NULL WHERE interaction_id IN'
        " (SELECT id FROM interaction WHERE identity_id IN (SELECT value FROM json_each(?)))",
        list(identity_ids),
    )


async def rewrite_fields(rows: Sequence[tuple[int, str]]) -> None:
    """Replaces the fields of journal rows; (id, JSON text) each."""
    if not rows:
        return
    db = current()
    if is_postgres(db):
        ids, texts = (list(column) for column in zip(*rows, strict=True))
        await db.execute_query(
            "UPDATE interaction SET fields = u.fields::jsonb FROM unnest($1::bigint[], $2::text[]) AS u(id, fields)"
            " WHERE interaction.id = u.id",
            [ids, texts],
        )
    else:
        await db.execute_many("UPDATE interaction SET fields = ? WHERE id = ?", [[text, row] for row, text in rows])


async def owed_to(table: str, identity_ids: Collection[int]) -> list[int]:
    """Ids of rows of ``table`` that a message of these people caused."""
    rows = await select(
        f'SELECT t.id FROM "{table}" t JOIN interaction i ON i.id = t.interaction_id'
        " WHERE i.identity_id = ANY($1::bigint[])",
        f'SELECT t.id FROM "{table}" t JOIN interaction i ON i.id = t.interaction_id'
        " WHERE i.identity_id IN (SELECT value FROM json_each(?))",
        list(identity_ids),
    )
    return [row["id"] for row in rows]
