"""People who came for a coupon: they ask what there is, tap it, keep the code and show it at the till."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import follow, pick_place, say, send_place, tap, tap_link

PERSONAS = (
    Persona(
        "coupon_collector",
        "攒券达人",
        "一张不落的优惠券",
        woman=True,
        hours=(10, 11, 12, 13, 14, 15, 16, 17, 18, 19),
        steps=(
            follow(),
            say("附近优惠", "有什么优惠"),
            tap_link("领取{offer}"),
            tap_link("领取{offer}").maybe(0.5),
            say("我的优惠券", "我的券"),
            say("券可以叠加吗", "这张券周末能用吗").after(1, 6).maybe(0.6),
        ),
    ),
    Persona(
        "passer_by",
        "路过门店的人",
        "走进店里的理由",
        hours=(11, 12, 14, 16, 17, 18),
        steps=(
            follow(None),
            say("领取{near_offer}"),
            send_place().after(0.2, 2),
            tap_link("领取{near_offer}"),
            say("我的优惠券").after(3, 20),
            say("这件羽绒服可以机洗吗", "羽绒服能扔洗衣机洗不").maybe(0.7),
        ),
    ),
    Persona(
        "deal_planner",
        "下单前先找券的人",
        "满减凑得刚刚好",
        hours=(10, 12, 13, 15, 18, 19),
        steps=(
            follow(),
            say("优惠活动", "有优惠吗"),
            say("领取{offer}", "领 {offer}"),
            say("领取{offer}").after(0.2, 3).maybe(0.6),
            say("买了不合适可以退吗", "退货要几天到账").maybe(0.7),
            say("我的优惠券"),
        ),
    ),
    Persona(
        "lunch_walker",
        "午休逛街的人",
        "顺路用掉的券",
        hours=(12, 12, 13),
        steps=(
            follow(),
            pick_place(),
            send_place(),
            tap_link("附近优惠"),
            say("我的卡券", "我的优惠券").maybe(0.8),
            say("会员生日有什么礼物吗", "羊毛衫缩水了怎么办").maybe(0.6),
        ),
    ),
    Persona(
        "late_asker",
        "口头问优惠的人",
        "有券就买",
        hours=(11, 15, 17, 19),
        steps=(
            follow(),
            tap(),
            say("领券", "有券吗"),
            tap_link("领取{offer}"),
            say("怎么用券，给你们看手机就行吗").maybe(0.7),
        ),
    ),
)
