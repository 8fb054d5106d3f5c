"""A person with rows in every table there is, and a search for anything of them in every column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from campaigns.coupons import person_tables as person_tables  # its tables are the person's too
from core.messages import Text, reply_to_json
from core.ports import InteractionState, Subject
from customers.consent import grant
from customers.following import follow, unfollow
from customers.identities import learn_unionid, remember_unionid
from customers.phones import PhoneVault
from customers.projector import Projector
from customers.tagging.live import LiveLexicon
from models import (
    ContactSlot,
    Coupon,
    CouponBlock,
    CouponCall,
    CouponEntry,
    CouponEvent,
    CouponState,
    CouponTemplate,
    Customer,
    CustomerTag,
    DeliveryState,
    FollowerImport,
    GrantEntry,
    Merge,
    MessageReading,
    MessageWindow,
    Purpose,
    StatedAttribute,
    SubscriptionGrant,
    Tag,
    TagKind,
    TagRemoval,
    Task,
    TaskState,
    TemplateState,
)
from models.database import connection
from tests.customers.people import APP, MINI, act, at, meet, say
from tests.customers.staffing import bind, deliver, hire
from tests.models.introspection import read_schema

VAULT = PhoneVault("a secret for tests that protects nothing")


@dataclass(frozen=True)
class Full:
    """Somebody known from an official account, a mini program and a member file."""

    tag: str
    phone: str
    official: Subject
    mini: Subject

    @property
    def customer_id(self) -> int:
        return self.official.customer_id

    @property
    def words(self) -> list[str]:
        """Everything that tells who they are or what they said."""
        return [
            f"o-{self.tag}",
            f"m-{self.tag}",
            f"u-{self.tag}",
            f"林{self.tag}",
            f"M-{self.tag}",
            f"1990-{self.tag}",
            f"城{self.tag}",
            self.phone,
            self.phone.removeprefix("+86"),
            VAULT.hash(self.phone),
            f"秘密{self.tag}",
            f"地点{self.tag}",
        ]


async def make_full(tag: str, phone: str, live: LiveLexicon) -> Full:
    """Fills every table that can know a person."""
    official = await _official(tag, live)
    mini = await _mini(tag)
    await learn_unionid(official.identity_id, f"u-{tag}", at(1))
    await learn_unionid(mini.identity_id, f"u-{tag}", at(1))
    customer_id = official.customer_id
    mini = replace(mini, customer_id=customer_id)
    await remember_unionid(customer_id, f"u-{tag}-file", at(1))
    await Customer.filter(id=customer_id).update(
        name=f"林{tag}",
        gender="female",
        birthday=f"1990-{tag}",
        city=f"城{tag}",
        member_no=f"M-{tag}",
        phone_cipher=VAULT.seal(phone),
        phone_hash=VAULT.hash(phone),
    )
    await _served(tag, official, mini)
    await Projector(live, timedelta(days=30)).run_once()
    return Full(tag, phone, official, mini)


async def _official(tag: str, live: LiveLexicon) -> Subject:
    who = await meet(f"o-{tag}", APP)
    await follow(who, "")
    await grant(who, Purpose.LOCATION, "text")
    reply = reply_to_json(Text(f"收到：秘密{tag}"))
    await act(f"o-{tag}", "text", {"FromUserName": f"o-{tag}", "Content": f"秘密{tag} 想要黑色连衣裙"}, reply=reply)
    place = {"FromUserName": f"o-{tag}", "Location_X": "30.26", "Location_Y": "120.16", "Label": f"地点{tag}"}
    await act(f"o-{tag}", "location", place)
    unfinished = {"state": InteractionState.RECEIVED, "lease_until": at(5)}
    await act(f"o-{tag}", "text", {"FromUserName": f"o-{tag}", "Content": f"秘密{tag}"}, **unfinished)
    await unfollow(replace(who, at=at(2)), timedelta(days=30))
    return who


async def _mini(tag: str) -> Subject:
    who = await meet(f"m-{tag}", MINI, at(1))
    await say(f"m-{tag}", f"秘密{tag} 想要红色外套", at(2), MINI)
    return who


async def _served(tag: str, official: Subject, mini: Subject) -> None:
    guide = await hire(f"G{tag}")
    customer_id = official.customer_id
    await bind(customer_id, guide, at(), until=at(3))
    binding = await bind(customer_id, guide, at(4))
    binding.interaction_id = official.interaction_id
    await binding.save()
    for who in (official, mini):
        for state in (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.SENT):
            await deliver(
                f"{state}:{who.interaction_id}",
                customer_id,
                who.identity_id,
                state,
                options=[{"channel": "custom", "payload": {"kind": "text", "text": f"林{tag}，秘密{tag}"}}],
                trail=[{"event": "sent", "to": who.openid}],
                interaction_id=who.interaction_id,
                wechat_id=f"u-{tag}",
            )
        await SubscriptionGrant.create(identity_id=who.identity_id, template_id="T1", stock=2, updated_at=at())
        await GrantEntry.create(
            identity_id=who.identity_id, template_id="T1", change=2, stock_after=2, reason="accepted", at=at()
        )
        await MessageWindow.create(
            identity_id=who.identity_id, kind="message", opened_by=who.interaction_id, used=1, updated_at=at()
        )
        await Task.create(
            customer_id=customer_id,
            guide=guide,
            kind="human",
            state=TaskState.OPEN,
            reason=f"秘密{tag}：找真人",
            interaction_id=who.interaction_id,
            created_at=at(),
            open_key=f"human:{who.interaction_id}",
        )
    await ContactSlot.create(customer_id=customer_id, contact_class="care", slot=0, taken_until=at(9))
    gold = await Tag.create(group="会员", name=f"金卡{guide.id}")
    await CustomerTag.create(
        customer_id=customer_id, tag=gold, kind=TagKind.MANUAL, score=1.0, since=at(), last_at=at()
    )
    await TagRemoval.create(
        customer_id=customer_id, tag=gold, removed_at=at(), removed_by="cli:x", reason=f"秘密{tag}：不是会员"
    )
    for who in (official, mini):
        said = {"identity_id": who.identity_id, "interaction_id": who.interaction_id, "at": at()}
        await StatedAttribute.create(
            **said, start=0, end=5, name="height", value=f"秘密{tag}", low=1, high=1, unit="cm"
        )
        words = [{"of": "complaint", "start": 0, "end": 2, "keyword": f"秘密{tag}"}]
        await MessageReading.create(**said, intents=["complaint"], mood="upset", evidence=words)
    await _coupons(tag, customer_id)
    await Merge.create(kept_id=customer_id, folded_id=4711, evidence="phone", at=at())
    await FollowerImport.create(app_id=f"app of G{tag}", next_openid=f"o-{tag}", updated_at=at())


async def _coupons(tag: str, customer_id: int) -> None:
    template = await CouponTemplate.create(
        code=f"T{customer_id}", state=TemplateState.PUBLISHED, stock=9, issued=2, worth_fen=500, exposure_fen=1000,
        terms={"title": "减5", "kind": "cash", "amount_fen": 500, "valid_days": 9}, created_at=at(), updated_at=at(),
    )  # fmt: skip
    for slot, state in enumerate((CouponState.ISSUED, CouponState.REDEEMED)):
        coupon = await Coupon.create(
            template=template, customer_id=customer_id, slot=slot, code_hash=f"{tag}{slot}", code_cipher=f"秘密{tag}",
            state=state, source="chat", issued_at=at(), valid_from=at(), valid_until=at(9), order_no=f"秘密{tag}",
        )  # fmt: skip
        detail = {"order": f"秘密{tag}"}
        await CouponEntry.create(coupon=coupon, event=CouponEvent.ISSUED, at=at(), by="customer", detail=detail)
    await CouponCall.create(key=f"秘密{tag}", customer_id=customer_id, at=at(), answer={"coupon_id": 1})
    await CouponBlock.create(customer_id=customer_id, reason=f"秘密{tag}", since=at(), by="cli:x")


async def find_words(words: list[str]) -> list[str]:
    """Every place in the database where any of the words stands, as ``table.column: word``."""
    found = []
    for name, table in (await read_schema()).items():
        columns = [column.name for column in table.columns]
        names = ", ".join(f'"{column}"' for column in columns)
        for row in await connection().execute_query_dict(f'SELECT {names} FROM "{name}"'):
            for column in columns:
                text = str(row[column])
                text += text.encode().decode("unicode_escape", "ignore") if "\\u" in text else ""
                found += [f"{name}.{column}: {word}" for word in words if word in text]
    return sorted(set(found))


async def count_rows() -> dict[str, int]:
    counts = {}
    for name in await read_schema():
        rows = await connection().execute_query_dict(f'SELECT count(*) AS n FROM "{name}"')
        counts[name] = rows[0]["n"]
    return counts
