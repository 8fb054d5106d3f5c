"""Chinese names for people who do not exist."""

from __future__ import annotations

import random

_SURNAMES = "林陈黄张李王吴刘蔡杨许郑谢郭洪曾周叶廖徐苏庄江何罗高潘简朱钟彭游詹胡施沈余赵卢梁颜柯孙魏翁戴范宋方邓"
_WOMEN = (
    "晓雯",
    "佳怡",
    "雨桐",
    "思涵",
    "梓萱",
    "若溪",
    "静宜",
    "欣然",
    "诗琪",
    "婉清",
    "雅琴",
    "秀英",
    "美玲",
    "桂芳",
    "梦洁",
    "可心",
    "予安",
    "一诺",
    "书瑶",
    "念慈",
    "海燕",
    "丽娟",
    "小满",
    "知夏",
    "云舒",
    "采薇",
    "文静",
    "淑贞",
)
_MEN = (
    "子轩",
    "浩然",
    "志强",
    "建国",
    "俊杰",
    "宇航",
    "明哲",
    "一鸣",
    "思远",
    "伟东",
    "文博",
    "立行",
    "家豪",
    "国栋",
    "天佑",
    "守正",
    "嘉树",
    "承志",
    "海涛",
    "振华",
    "景行",
    "逸飞",
    "德明",
    "长青",
    "小川",
    "沐阳",
    "启明",
    "永福",
)


def name_of(dice: random.Random, is_woman: bool) -> str:
    """A surname and a given name."""
    return dice.choice(_SURNAMES) + dice.choice(_WOMEN if is_woman else _MEN)
