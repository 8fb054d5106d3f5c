"""Which tables know a person, found in the models themselves: a new table is never forgotten."""

from __future__ import annotations

from typing import cast

from tortoise import Tortoise
from tortoise.models import Model

from models import Customer
from models.database import APP


def list_person_tables() -> dict[type[Model], str]:
    """Every model that leads to a customer by foreign keys, with the lookup that does (``identity__customer_id``)."""
    reached: dict[type[Model], str] = {Customer: "id"}
    frontier: dict[type[Model], str] = dict(reached)
    while frontier:
        frontier = {
            model: f"{key}_id" if path == "id" else f"{key}__{path}"
            for model in all_models()
            if model not in reached
            for key, target in foreign_keys(model).items()
            if (path := frontier.get(target)) is not None
        }
        reached.update(frontier)
    return reached


def all_models() -> list[type[Model]]:
    """Every model of the open database."""
    if Tortoise.apps is None:
        raise RuntimeError("open the database first")
    return list(Tortoise.apps[APP].values())


def foreign_keys(model: type[Model]) -> dict[str, type[Model]]:
    """A model's foreign keys by name, with the model each points to."""
    meta = model._meta
    keys = sorted({*meta.fk_fields, *meta.o2o_fields})
    return {key: cast("type[Model]", getattr(meta.fields_map[key], "related_model")) for key in keys}  # noqa: B009
