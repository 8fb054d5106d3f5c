"""What people of a day meet: codes that hang in the shops, the buttons of the menu, notices they may allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Account
from simulator.config import Config, Scene

DEFAULT_KEYS = ("NEAREST_STORES", "MY_GUIDE", "NEW_ARRIVALS")


@dataclass(frozen=True, slots=True)
class Stage:
    """Scenes come from the configuration, else from codes the product made; tickets and menu keys from the platform."""

    scenes: Mapping[str, Sequence[Scene]] = field(default_factory=dict)
    tickets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    menu_keys: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def scene(self, account: Account, number: int) -> Scene | None:
        """The code number ``number`` sees, None where none hangs."""
        scenes = self.scenes.get(account.app_id, ())
        return scenes[number % len(scenes)] if scenes else None

    def ticket(self, account: Account, scene: str) -> str:
        return self.tickets.get(account.app_id, {}).get(scene, f"gQTICKET_{scene}")

    def key(self, account: Account, number: int) -> str:
        keys = self.menu_keys.get(account.app_id) or DEFAULT_KEYS
        return keys[number % len(keys)]


def set_stage(config: Config, platform: Mapping[str, Any]) -> Stage:
    """The stage from the configuration and the platform's own account of its codes and menus (``Link.stage``).

    The button of a flash offer is left out: nobody taps it by chance, before its hour.
    """

    def scenes(app_id: str) -> tuple[Scene, ...]:
        made = platform.get(app_id, {}).get("scenes", {})
        return config.scenes or tuple(Scene(scene, scene) for scene in made)

    flash_keys = {poster.key for poster in config.posters if poster.flash_hour is not None}
    app_ids = [account.app_id for account in config.accounts]
    return Stage(
        scenes={app_id: scenes(app_id) for app_id in app_ids},
        tickets={app_id: platform.get(app_id, {}).get("scenes", {}) for app_id in app_ids},
        menu_keys={
            app_id: [key for key in platform.get(app_id, {}).get("menu_keys", ()) if key not in flash_keys]
            for app_id in app_ids
        },
    )
