"""What makes a person: a wish, hours at which they look at the phone, words of their own, and a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.steps import Step

# Words that any line may use between braces; a persona's own go first.
WORDS: Mapping[str, tuple[str, ...]] = {
    "colour": ("米白色", "燕麦色", "雾霾蓝", "酒红色", "墨绿色", "卡其色"),
    "size": ("S码", "M码", "L码", "165/88A", "170/92A"),
    "budget": ("三百左右", "500以内", "800以内", "一千出头"),
    "category": ("风衣", "针织衫", "连衣裙", "羊毛大衣", "衬衫"),
    "hello": ("你好", "您好", "在吗", "hi", "哈喽"),
    "thanks": ("谢谢", "好的谢谢", "谢啦", "好滴，辛苦了", "收到～"),
}


@dataclass(frozen=True, slots=True)
class Persona:
    """``hours``: when they may turn up, in hours of the clock. ``woman``: None where either fits."""

    key: str
    title: str
    wish: str
    steps: tuple[Step, ...]
    hours: tuple[int, ...] = (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
    woman: bool | None = None
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unionid_late: bool = False
