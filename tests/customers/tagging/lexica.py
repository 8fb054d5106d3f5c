"""Small lexica for tests."""

from __future__ import annotations

from typing import Any


def colours(**settings: Any) -> dict[str, dict[str, Any]]:
    """The document of one group with two tags; ``settings`` replace or join its own."""
    group = {
        "label": "颜色",
        "kind": "quality",
        "half_life_days": 60,
        "exclusive": False,
        "weight": 1.0,
        "tags": {"黑色": ["黑色", "黑的"], "白色": ["白色"]},
    }
    return {"colour": {**group, **settings}}
