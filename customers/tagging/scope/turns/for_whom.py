""" "送妈妈", "给我老公买", "我婆婆穿": for whom things and qualities are meant, until "我自己要" turns back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from customers.tagging.scope.saying import Clause, Saying
from customers.tagging.scope.turn import Effect, Mark, Turn

_SAME = {
    "妈妈": "妈妈 妈 我妈 老妈 母亲 妈咪 俺妈 咱妈 老妈妈 麻麻",
    "爸爸": "爸爸 爸 我爸 老爸 父亲 俺爸 咱爸 老爹 我爹 粑粑",
    "婆婆": "婆婆 我婆婆 婆婆妈",
    "孩子": "孩子 小孩 小孩子 娃 娃娃 小朋友 我娃 我家娃 孩子们",
    "宝宝": "宝宝 小宝宝 宝贝 大宝 二宝 婴儿 小宝",
}
_PEOPLE = """
公公 岳母 丈母娘 岳父 老丈人 老公 老婆 男朋友 女朋友 男友 女友 对象 爱人 媳妇 先生 太太 未婚夫 未婚妻 女儿 儿子 闺女
侄子 侄女 外甥 外甥女 孙子 孙女 爷爷 奶奶 外婆 姥姥 外公 姥爷 老人 老人家 长辈 父母 爸妈 家人 家里人 朋友 闺蜜 好友
同学 同事 领导 客户 老师 老板 室友 姐姐 妹妹 哥哥 弟弟 表姐 表妹 堂妹 嫂子 弟媳 舅舅 舅妈 姑姑 姑妈 阿姨 叔叔 大姨
小姨 姨妈 伯母 伯伯 外孙 员工 徒弟 师傅 男票 女票 老伴 老头 女婿 儿媳 儿媳妇
""".split()
_NAME = {**{word: word for word in _PEOPLE}, **{word: name for name, words in _SAME.items() for word in words.split()}}
_NAME |= {word: f"{who}{who}" for who in "姐妹哥弟" for word in (who, f"我{who}")}
_SELF = """
我自己 给自己 自己穿 自己用 自己戴 自己背 自己要 我要 我想要 我也要 我也想 我穿 我戴 我用 我背 我喜欢 我本人 本人
给我来 给我拿 给我也 我是想要 我的是 我的要
""".split()
_LOOKALIKES = """
妈妈款 妈妈装 妈妈级 妈妈呀 我妈呀 妈呀 老婆饼 孩子王 老人鞋 老人机 宝宝款 奶奶款 宝贝详情 朋友圈 闺蜜款 闺蜜装
老师傅 小姐姐 小哥哥 小妹妹 快递小哥 小哥 客服妹妹 弟弟款 姐妹 兄弟 对象存储 先生们 太太们 老板娘 奶奶灰 爷爷辈
女朋友款 男友风 男友款 我要给 我要送 我要帮 我要替 我要是 我要退 我要换 我要投诉 我要不要 我要找 娃娃领 娃娃款
奶奶裤 老爹鞋 爸爸鞋 爸爸款 老爸鞋 妹子 学姐
""".split()
_GIVING = re.compile(
    r"(?<![因以认作成])(?:送|给|帮|替|为|买给|送给)(?:我们家的?|我家的?|我的?|俺家?|咱家?|自己的?|自家|他|她)?$"
)
_NOT_GIVING = re.compile(r"(?:不是|不用|不|没|没有|别)(?:要|想|打算)?$")
_USING = re.compile(
    r"(?:也|就|平时|自己|经常|可以|能|现在|说|今年|最近|一直|从来|都|身高|体重|快|的|看了|试了|很|比较|有点|特别|最|偏|太|家){0,3}"
    r"(?:穿|用(?!过)|戴|背(?!面)|喜欢|不喜欢|不太喜欢|不爱|爱|想要|想买|想穿|要|不要|不穿|不想|看中|看上|生日|过生日|过年|上学|上班|怀孕|个子|个头|身材|皮肤|脚宽|脚瘦|脚胖|肚子|腰粗|胖|瘦|高|矮|微胖|年纪|\s?\d)"
)
_TOGETHER = re.compile(r"我[跟和与](?:我家?的?)?$")  # "我跟我妈都要"
_LONGEST_GIVING = 6


class _Point(NamedTuple):
    start: int
    subject: str


def _act(saying: Saying, marks: Sequence[Mark]) -> Iterator[Effect]:
    by_clause: dict[int, list[_Point]] = {}
    for mark in marks:
        point = _find_point(saying.folded, mark)
        if point is not None:
            by_clause.setdefault(saying.find_clause(mark.start), []).append(point)
    if not any(point.subject for points in by_clause.values() for point in points):
        return
    subject = _leading_subject(saying, by_clause)
    for position, clause in enumerate(saying.clauses):
        points = by_clause.get(position, [])
        for index, whom in _share_out(saying, clause, points, subject):
            if whom:
                yield Effect(index, "for", subject=whom)
        subject = points[-1].subject if points else subject


def _find_point(folded: str, mark: Mark) -> _Point | None:
    """Where what follows, or what precedes, begins to be for somebody; None where a person is only spoken of."""
    name = _NAME.get(folded[mark.start : mark.end])
    if name is None:
        return _Point(mark.start, "")
    giving = _GIVING.search(folded, max(0, mark.start - _LONGEST_GIVING), mark.start)
    if giving is not None:
        is_refused = _NOT_GIVING.search(folded, max(0, giving.start() - _LONGEST_GIVING), giving.start())
        return _Point(giving.start(), "" if is_refused else name)
    if _TOGETHER.search(folded, max(0, mark.start - _LONGEST_GIVING), mark.start):
        return None
    return _Point(mark.start, name) if _USING.match(folded, mark.end) else None


def _leading_subject(saying: Saying, by_clause: dict[int, list[_Point]]) -> str:
    """Whose the words before any point are: "想买件羽绒服，我婆婆穿" where that clause names nothing itself."""
    position = min(by_clause)
    return "" if saying.clauses[position].wanted else by_clause[position][0].subject


def _share_out(saying: Saying, clause: Clause, points: Sequence[_Point], subject: str) -> Iterator[tuple[int, str]]:
    """Each thing and quality of a clause with its subject: "红色的给妈妈" looks back, "给妈妈买红色" ahead."""
    places = [(index, saying.mentions[index].start) for index in clause.wanted]
    if points and places and places[0][1] < points[0].start and places[-1][1] < points[-1].start:
        for index, place in places:
            yield index, next(point.subject for point in points if point.start > place)
        return
    for index, place in places:
        yield index, next((point.subject for point in reversed(points) if point.start <= place), subject)


TURN = Turn(
    reasons={"for": "不是给自己的"},
    words=(*_NAME, *_SELF),
    lookalikes=_LOOKALIKES,
    act=_act,
)
