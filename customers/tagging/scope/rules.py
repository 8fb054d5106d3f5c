"""The rules of negation, each one small named function over one stretch of a message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from customers.tagging.lexicon import Kind
from customers.tagging.scope.cues import REACH, REFUSALS, Force
from customers.tagging.scope.doubles import Negation
from customers.tagging.scope.stretches import Mention, Stretch, is_asked, is_tagged_question

_WEAK_IN_QUESTIONS = frozenset({Force.DENY, Force.ABSENT, Force.UNABLE, Force.BARE, Force.DISLIKE})
_IGNORED: dict[Kind, frozenset[Force]] = {
    Kind.THING: frozenset({Force.ABSENT}),
    Kind.QUALITY: frozenset({Force.ABSENT}),
    Kind.REQUEST: frozenset({Force.ABSENT, Force.UNABLE}),
    Kind.PERSON: frozenset(),
    Kind.FACT: frozenset(),
}
_CLOSES: dict[Kind, frozenset[Force]] = {
    Kind.THING: REFUSALS | {Force.UNABLE},
    Kind.QUALITY: REFUSALS | {Force.UNABLE},
    Kind.REQUEST: REFUSALS,
    Kind.PERSON: frozenset(),  # "我老婆不喜欢" is what she says, no refusal of her
    Kind.FACT: frozenset({Force.ABSENT}),  # "质量差不要了": the refusal is no denial of its reason
}
_WANTED = frozenset({Kind.THING, Kind.QUALITY, Kind.REQUEST})
_CONDITIONS = frozenset({Force.DENY, Force.ABSENT, Force.BARE})
_JOINED = re.compile(r"[、和跟与及或/&+]|以及")
_FILLER = re.compile(r"[的、和跟与及或/&+啊]")
_STILL_OPEN = re.compile(r"不[要喜考买想缺]|[还也]|什么|哪|吗|有没有")
_ALL_WELCOME = re.compile(r"都|随便|任意|其[他它]|别的|全|行|可以")
_STILL_WAITING = re.compile(r"(?:一直|还|迟迟|总是|老是|至今|都)$")
_SUPPOSED_AFTER = re.compile(r"了?的话")
_MAY = re.compile(r"会|应该|可能|大概")
_SO = re.compile(r"(?:太|那么|这么|过于|过分|特别|很|有点)[^的]{1,4}的")
_OWN, _GIVEN = ("", "我", "我的", "什么", "任何"), ("给", "送", "帮", "替", "为", "给我", "送我", "帮我", "替我")
_SUCH = re.compile(r"[^的]{1,3}的")  # "不透的白色"
_EXCEPT_REACH, _REST, _CANDIDATES = 6, 14, 3


@dataclass(frozen=True, slots=True)
class Scene:
    """One stretch with all that its rules look at. ``leading``: a bare refusal just before it ("不要 黑色")."""

    folded: str
    mentions: Sequence[Mention]
    stretch: Stretch
    negations: Sequence[Negation]
    closing: Negation | None
    leading: Negation | None


def is_unstated(scene: Scene, mention: Mention) -> bool:
    """ "会掉色吗", "掉色不掉", "如果掉色": nothing has happened. "坏了怎么办吗", "破了能换吗": it has."""
    folded, stretch = scene.folded, scene.stretch
    is_doubted = folded.startswith(f"不{folded[mention.start]}", mention.end)
    if stretch.is_supposed or is_doubted or _SUPPOSED_AFTER.match(folded, mention.end):
        return True
    if folded.startswith("了", mention.end) or folded[mention.end - 1] == "了" or stretch.opener is Force.WHY:
        return False
    is_choice = any(cue.force is Force.CHOICE and cue.start < mention.start for cue in stretch.cues)
    return is_tagged_question(folded, stretch) or is_choice or _has_or_not(scene, mention) or _is_hoped(scene, mention)


def _has_or_not(scene: Scene, mention: Mention) -> bool:
    """ "有异味没有" asks."""
    closing = scene.closing
    is_open = closing is not None and closing.force is Force.ABSENT
    return is_open and "有" in scene.folded[scene.stretch.start : mention.start]


def _is_hoped(scene: Scene, mention: Mention) -> bool:
    """ "应该不会掉色吧", "不会是假货吧"."""
    rest = scene.folded[mention.end : scene.stretch.end]
    return rest.endswith("吧") and _MAY.search(scene.folded, scene.stretch.start, mention.start) is not None


def is_within_exception(scene: Scene, mention: Mention) -> bool:
    """ "除了黑色", "黑色以外"."""
    for cue in scene.stretch.cues:
        if cue.force is Force.EXCEPT and 0 <= mention.start - cue.end <= _EXCEPT_REACH:
            return True
        if cue.force is Force.BEYOND and 0 <= cue.start - mention.end <= 1:
            return True
    return False


def is_excepted(scene: Scene, mention: Mention) -> bool:
    """ "除了黑色都可以", "都可以 除了黑色" refuse black; "除了黑色还有什么" and "除了黑色都不要" do not."""
    rest = scene.folded[mention.end : mention.end + _REST]
    if not rest.rstrip("的了吧。!"):
        return _ALL_WELCOME.search(scene.folded, max(0, mention.start - _REST), mention.start) is not None
    return _STILL_OPEN.search(rest) is None and _ALL_WELCOME.search(rest) is not None


def find_negation_before(scene: Scene, index: int) -> Negation | None:
    """The nearest negation in reach, unless it is complete in itself ("不要了")."""
    start = scene.mentions[index].start
    before = [each for each in scene.negations if each.end <= start and each.force is not Force.DISLIKE]
    for negation in reversed(before[-_CANDIDATES:]):
        if scene.folded.startswith("了", negation.end):
            continue
        if _distance(scene, negation.end, index) <= REACH[negation.force]:
            return negation
    is_first = index == scene.stretch.members[0]
    return scene.leading if is_first and start == scene.stretch.start and not before else None


def _distance(scene: Scene, end: int, index: int) -> int:
    """The widest gap on the way, mentions of its kind being stepping stones ("没有一点异味和明显的色差")."""
    kind, widest = scene.mentions[index].kind, 0
    for each in scene.stretch.members:
        other = scene.mentions[each]
        if end <= other.start and each <= index and other.kind is kind:
            widest = max(widest, len(_FILLER.sub("", scene.folded[end : other.start])))
            end = other.end
    return widest


def is_condition(scene: Scene, mention: Mention, negation: Negation) -> bool:
    """ "不是纯棉的不要": wanted, and nothing else."""
    closing = scene.closing
    return (
        mention.kind in _WANTED
        and negation.force in _CONDITIONS
        and closing is not None
        and closing is not negation
        and closing.start >= mention.end
        and closing.force in REFUSALS
    )


def is_effective(scene: Scene, mention: Mention, negation: Negation) -> bool:
    """ "没有黑色吗", "怎么不推荐裙子", "不能退货", "不要太长的裙子": negations that refuse nothing, or not this."""
    if scene.stretch.opener is Force.WHY or negation.force in _IGNORED[mention.kind]:
        return False
    if mention.kind is Kind.PERSON and not _is_meant(scene, mention, negation):
        return False
    if mention.kind is Kind.REQUEST and _is_waiting(scene, negation):
        return False
    if mention.kind is Kind.THING and _SO.fullmatch(scene.folded, negation.end, mention.start):
        return False
    if (
        mention.kind in _WANTED
        and negation.force is Force.BARE
        and _SUCH.fullmatch(scene.folded, negation.end, mention.start)
    ):
        return False
    is_inside = negation.start < scene.stretch.end
    return not (is_inside and negation.force in _WEAK_IN_QUESTIONS and is_asked(scene.folded, scene.stretch))


def _is_meant(scene: Scene, mention: Mention, negation: Negation) -> bool:
    """ "没有孩子", "不是给老公买的"; but not "没有跟老婆一起", "不用妈妈担心"."""
    between = scene.folded[negation.end : mention.start]
    return between in _OWN or between.endswith(_GIVEN)


def _is_waiting(scene: Scene, negation: Negation) -> bool:
    """ "一直不送货": the request stands, only the shop has not met it."""
    before = scene.folded[scene.stretch.start : negation.start]
    return negation.force is Force.BARE and _STILL_WAITING.search(before) is not None


def find_refusal_after(scene: Scene, index: int) -> Negation | None:
    """ "黑色不要", "紧身的裤子就算了"."""
    mention, closing = scene.mentions[index], scene.closing
    if closing is None or closing.is_void or closing.start < mention.end:
        return None
    if closing.force not in _CLOSES[mention.kind] or not is_effective(scene, mention, closing):
        return None
    is_meant = scene.stretch.opener is not Force.WISH or index in _last_named(scene, closing)
    return closing if is_meant else None


def _last_named(scene: Scene, closing: Negation) -> set[int]:
    """ "要白色黑色不要": after a wish only what was named last is refused, with what is joined to it."""
    before = [index for index in scene.stretch.members if scene.mentions[index].end <= closing.start]
    named = set(before[-1:])
    for earlier, later in zip(reversed(before[:-1]), reversed(before[1:]), strict=True):
        first, second = scene.mentions[earlier], scene.mentions[later]
        between = scene.folded[first.end : second.start]
        is_phrase = between in ("", "的") and (first.kind, second.kind) == (Kind.QUALITY, Kind.THING)
        if not (is_phrase or _JOINED.fullmatch(between)):
            break
        named.add(earlier)
    return named


def list_spared_things(scene: Scene, negated: Sequence[int]) -> list[int]:
    """ "不要黑色的裙子" is about the black: a refused quality spares the thing it is said of."""
    spared: list[int] = []
    for part in _parts(scene, negated) if len(negated) > 1 else ():
        if any(scene.mentions[index].kind is Kind.QUALITY for index in part):
            spared.extend(index for index in part if scene.mentions[index].kind is Kind.THING)
    return spared


def _parts(scene: Scene, negated: Sequence[int]) -> list[list[int]]:
    """Negated mentions that belong together: not parted by "和", "、" or another negation."""
    parts: list[list[int]] = []
    for index in negated:
        end = scene.mentions[parts[-1][-1]].end if parts else 0
        start = scene.mentions[index].start
        is_parted = any(end <= each.start < start for each in scene.negations)
        if parts and not is_parted and not _JOINED.search(scene.folded, end, start):
            parts[-1].append(index)
        else:
            parts.append([index])
    return parts
