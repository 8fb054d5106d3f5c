"""The ways a rule's words may go: read from a form, checked, and rendered for one person after another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.templates import Reader, Template, parse
from core.accounts import AccountKind
from core.channels import Channel
from core.errors import Invalid
from delivery.policy import list_options

_MOST_TEXT_BYTES = 2048
"""What WeChat takes in one text message."""

_MOST_TASK_CHARACTERS = 255
"""What fits into a guide's task."""

_LONGEST_PLAIN = 1024

Stored = dict[str, Any]
"""``{"channel", "payload"}``, as a delivery has it, words still templates."""

_CUSTOM: dict[str, tuple[str, ...]] = {
    "text": ("text",),
    "news": ("title", "description", "url", "picture_url"),
    "image": ("media_id",),
    "miniprogrampage": ("title", "appid", "pagepath", "thumb_media_id"),
}
"""The fields of each kind of customer-service message (``bot/client/messages.py``)."""

_WORDS = frozenset({"text", "title", "description", "words"})
"""Fields that are templates; every value of ``data`` is one too."""

_ORDER = (
    *("kind", "text", "title", "description", "url", "picture_url", "media_id", "appid", "pagepath"),
    *("thumb_media_id", "words", "template_id", "page", "data", "miniprogram"),
)
"""In which fields are shown: databases do not keep it."""

_TEMPLATED = {
    Channel.TEMPLATE: ("url", "miniprogram"),
    Channel.SUBSCRIBE: ("page", "miniprogram"),
    Channel.MINI_SUBSCRIBE: ("page",),
}
"""Channels with a template of WeChat's, and the fields they may have beside ``template_id`` and ``data``."""


def read_options(given: object, variables: Collection[str], account: AccountKind) -> list[Stored]:
    """Options as they are stored, no channel twice; raises ``Invalid`` that names ``options[0].text`` and the like.

    Each is flat: ``{"channel": "custom", "text": …}``, ``{"channel": "template", "template_id": …, "data": {…}}``.
    """
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise Invalid("options", "there is none", "say by which channels it may go, most wanted first")
    options = [_option(f"options[{number}]", each, account) for number, each in enumerate(given)]
    compile_options(options, variables)
    list_options(options)
    return options


def flat(option: Mapping[str, Any]) -> dict[str, Any]:
    """A stored option as a form shows it: what ``read_options`` takes."""
    payload = option["payload"]
    fields = {name: payload[name] for name in sorted(payload, key=_ORDER.index)}
    if fields.get("kind") == "text":
        del fields["kind"]
    return {"channel": option["channel"], **fields}


def _option(where: str, given: object, account: AccountKind) -> Stored:
    if not isinstance(given, Mapping):
        raise Invalid(where, "is no option", 'write channel = "custom" and its words')
    channel = _channel(f"{where}.channel", given.get("channel"), account)
    fields = {str(name): value for name, value in given.items() if name != "channel"}
    if channel in (Channel.CUSTOM, Channel.MINI_CUSTOM):
        payload = _custom(where, fields)
    elif channel is Channel.GUIDE_TASK:
        payload = _exactly(where, fields, ("words",))
    else:
        payload = _templated(where, fields, _TEMPLATED[channel])
    return {"channel": channel.value, "payload": payload}


def _channel(field: str, given: object, account: AccountKind) -> Channel:
    fitting = [channel for channel in Channel if channel.account_kind in (None, account)]
    if given not in set(Channel):
        raise Invalid(field, f"{given!r} is no channel", f"one of {', '.join(fitting)}")
    channel = Channel(str(given))
    if channel not in fitting:
        raise Invalid(field, f"this rule's account is of the kind {account}", f"one of {', '.join(fitting)}")
    return channel


def _custom(where: str, fields: dict[str, Any]) -> dict[str, Any]:
    kind = fields.pop("kind", "text")
    if kind not in _CUSTOM:
        raise Invalid(f"{where}.kind", f"{kind!r} is no kind of message", f"one of {', '.join(_CUSTOM)}")
    return {"kind": kind, **_exactly(where, fields, _CUSTOM[kind])}


def _templated(where: str, fields: dict[str, Any], extra: tuple[str, ...]) -> dict[str, Any]:
    data = fields.pop("data", None)
    miniprogram = fields.pop("miniprogram", None) if "miniprogram" in extra else None
    present = tuple(name for name in extra if name in fields)
    payload = _exactly(where, fields, ("template_id", *present))
    if not isinstance(data, Mapping) or not data:
        raise Invalid(f"{where}.data", "is missing", "give the template's fields, such as thing1 = …")
    payload["data"] = _exactly(f"{where}.data", dict(data), tuple(map(str, data)))
    if miniprogram is not None:
        if not isinstance(miniprogram, Mapping):
            raise Invalid(f"{where}.miniprogram", "is no table", "give appid and pagepath")
        payload["miniprogram"] = _exactly(f"{where}.miniprogram", dict(miniprogram), ("appid", "pagepath"))
    return payload


def _exactly(where: str, fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields, all of them texts that say something, and no other."""
    for name in fields:
        if name not in names:
            raise Invalid(f"{where}.{name}", "does not belong here", f"write {', '.join(names)}")
    for name in names:
        value = fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Invalid(f"{where}.{name}", "is missing", "write a text")
        if len(value) > _LONGEST_PLAIN and name not in _WORDS:
            raise Invalid(f"{where}.{name}", f"has {len(value)} characters", f"write at most {_LONGEST_PLAIN}")
    return {name: fields[name] for name in names}


@dataclass(frozen=True, slots=True)
class Compiled:
    """An option whose words are parsed: made once, rendered for everybody."""

    channel: str
    plain: Mapping[str, Any]
    words: Mapping[str, Template]
    data: Mapping[str, Template]

    def render(self, values: Mapping[str, str]) -> Stored:
        """The option as a delivery has it, with this person's values."""
        payload = dict(self.plain)
        for name, template in self.words.items():
            payload[name] = template.render(values)
        if self.data:
            payload["data"] = {name: template.render(values) for name, template in self.data.items()}
        return {"channel": self.channel, "payload": payload}


def compile_options(options: Sequence[Mapping[str, Any]], variables: Collection[str]) -> list[Compiled]:
    """Parses the words of stored options. Raises ``Invalid``."""
    return [_compile(f"options[{number}]", option, variables) for number, option in enumerate(options)]


def _compile(where: str, option: Mapping[str, Any], variables: Collection[str]) -> Compiled:
    channel, payload = Channel(option["channel"]), option["payload"]
    reader = Reader.GUIDE if channel is Channel.GUIDE_TASK else Reader.CUSTOMER

    def read(name: str, text: str) -> Template:
        return parse(text, variables, f"{where}.{name}", reader)

    words = {name: read(name, payload[name]) for name in payload if name in _WORDS}
    data = {name: read(f"data.{name}", text) for name, text in payload.get("data", {}).items()}
    for name, template in words.items():
        _check_length(f"{where}.{name}", channel, template)
    plain = {name: value for name, value in payload.items() if name not in words and name != "data"}
    return Compiled(channel.value, plain, words, data)


def _check_length(field: str, channel: Channel, template: Template) -> None:
    longest, size = template.longest, len(template.longest.encode())
    if channel is Channel.GUIDE_TASK and len(longest) > _MOST_TASK_CHARACTERS:
        problem = f"may become {len(longest)} characters with long names"
        raise Invalid(field, problem, f"a task takes {_MOST_TASK_CHARACTERS}")
    if size > _MOST_TEXT_BYTES:
        raise Invalid(field, f"may become {size} bytes with long names", f"WeChat takes {_MOST_TEXT_BYTES}")
