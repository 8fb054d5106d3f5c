"""Words that several handlers say: what one can ask, how to send a place, shops and guides."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.render import MAX_TEXT_BYTES
from core.accounts import AccountKind
from core.messages import Inbound
from guides.nearby import PersonAsked, StoreNow, map_url
from guides.stores import StoreCard

WISHES = ("text", "voice", "event.click")
"""The kinds a fixed wish comes in: typed, spoken (its recognition), or as the key of a menu button."""

CAN_ASK = "您可以回复“附近门店”“营业时间”“我的导购”；想找人请回复“人工”。"

_MORE = "\n\n还有一些没有列出。"
_LONGEST_CITY = 12

NOT_UNDERSTOOD = f"您的留言收到了，不过自动回复还听不懂这句话。{CAN_ASK}"


def city_in(wish: str, endings: tuple[str, ...]) -> str:
    """The city of ``上海门店`` or ``上海有店吗`` by the longest ending; empty where the words ask no such thing."""
    ending = max((each for each in endings if wish.endswith(each)), key=len, default="")
    city = wish.removesuffix(ending)
    return city if ending and 2 <= len(city) <= _LONGEST_CITY else ""


def how_to_send_place(inbound: Inbound) -> str:
    """How to ask by place; a mini program's chat cannot send one."""
    by_city = "回复“城市＋门店”，例如“上海门店”，可以查看该城市的门店。"
    if inbound.channel is AccountKind.MINI_PROGRAM:
        return by_city
    return f"点输入框旁的“＋”→“位置”→“发送位置”，就能查到离您最近的门店；{by_city}"


def guide_at(guide_name: str, store_name: str) -> str:
    """``人民广场店的导购小李``, or without the shop where it is not known."""
    return f"{store_name}的导购{guide_name}" if store_name else f"导购{guide_name}"


def shop_lines(shop: StoreNow) -> str:
    """One shop: name and distance, doors, address, phone; a line each, unknown ones left out but the doors."""
    away = f"（{how_far(shop.distance_m)}）" if shop.distance_m is not None else ""
    lines = [f"{shop.store.name}{away}", doors(shop)]
    if shop.store.address:
        lines.append(f"地址：{shop.store.address}")
    if shop.store.phone:
        lines.append(f"电话：{shop.store.phone}")
    return "\n".join(lines)


def shop_on_map(shop: StoreNow, inbound: Inbound) -> str:
    """``shop_lines`` and a line that opens the map."""
    return "\n".join([shop_lines(shop), *filter(None, [on_map(shop.store, "查看地图", inbound)])])


def on_map(store: StoreCard, label: str, inbound: Inbound) -> str:
    """``label`` as a link that opens the store on a map; empty where its place is unknown."""
    url = map_url(store)
    if not url:
        return ""
    return f"{label}：{url}" if inbound.channel is AccountKind.MINI_PROGRAM else f'<a href="{url}">{label}</a>'


def tap(words: str, label: str, inbound: Inbound) -> str:
    """A link that says these words for the customer; a mini program's chat has none and asks to type them.

    The words must hold nothing that ends an attribute or means something in a query.
    """
    if inbound.channel is AccountKind.MINI_PROGRAM:
        return f"回复“{words}”即可领取"
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid=1">{label}</a>'


def paragraphs(blocks: Sequence[str], end: str = "") -> str:
    """As many whole paragraphs as WeChat takes in one text, whether some were left out, and the end: half a link is
    none."""
    tail = f"\n\n{end}" if end else ""
    if len(("\n\n".join(blocks) + tail).encode()) <= MAX_TEXT_BYTES:
        return "\n\n".join(blocks) + tail
    room = MAX_TEXT_BYTES - len(f"{_MORE}{tail}".encode())
    text = blocks[0]
    for block in blocks[1:]:
        if len(f"{text}\n\n{block}".encode()) > room:
            break
        text += f"\n\n{block}"
    return f"{text}{_MORE}{tail}"


def how_far(metres: float) -> str:
    """``约300米``, ``约5.8公里``."""
    return f"约{max(10, round(metres, -1)):.0f}米" if metres < 995 else f"约{metres / 1000:.1f}公里"


def doors(shop: StoreNow) -> str:
    """``今日10:00-22:00，营业中，22:00打烊``, or that the hours are not known."""
    today = shop.hours.today
    spoken = today if not today or today.startswith("今日") else f"今日{today}"
    return f"{spoken}（{shop.hours.words}）" if spoken else shop.hours.words


def while_waiting(asked: PersonAsked) -> list[str]:
    """Lines for who waits for a person: the shop's phone and its doors, as far as they are known."""
    lines = []
    if asked.task.store_phone:
        lines.append(f"着急的话可以直接致电门店：{asked.task.store_phone}")
    if asked.shop and asked.shop.hours.today:
        lines.append(f"{asked.shop.store.name}：{doors(asked.shop)}")
    return lines
