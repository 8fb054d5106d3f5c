"""Why a binding began, stayed or ended: the reasons stored for staff, in Chinese, with names, dates and figures."""

from __future__ import annotations

from datetime import datetime

from core.clock import local
from guides.scenes import SceneCard
from models import Binding, Staff

LONGEST = 255


def name_of(guide: Staff) -> str:
    return f"{guide.name}（{guide.code}）"


def scanned(code: SceneCard) -> str:
    return f"扫描{code.guide_name}（{code.guide_code}）的渠道码“{code.scene}”"


def own_again(code: SceneCard) -> str:
    return f"再次{scanned(code)}，绑定不变，保护期不延长"


def kept(code: SceneCard, guide: Staff, until: datetime) -> str:
    return f"{scanned(code)}，但{name_of(guide)}的保护期至{local(until)}，仍由其服务"


def unchanged(note: str, guide: Staff) -> str:
    return f"{note}仍由{name_of(guide)}服务" if note else f"已由{name_of(guide)}服务"


def without_guide(scene: str | None, code: SceneCard | None) -> str:
    """Why a scanned code names no guide, to be followed by what happens instead; empty where none was scanned."""
    if code and code.window:
        return f"扫描{code.store_name}的橱窗码“{code.scene}”；"
    if code:
        return f"渠道码“{code.scene}”属于已离职的{code.guide_name}（{code.guide_code}）；"
    return f"渠道码“{scene}”未登记；" if scene else ""


def end_cause(old: Binding) -> str:
    """Why an active binding may end now."""
    if old.guide.left_at:
        return f"原导购{name_of(old.guide)}已于{local(old.guide.left_at)}离职"
    ended = old.protected_until or old.since
    days = (ended - old.since).days
    return f"原导购{name_of(old.guide)}的{days}天保护期已于{local(ended)}结束"


def clip(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
