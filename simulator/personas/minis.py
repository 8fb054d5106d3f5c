"""People who live in the mini program, and those who change what it may know."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import (
    allow_notice,
    behave,
    cancel,
    drop_card,
    enter_chat,
    follow,
    log_in,
    revoke,
    say,
    show,
    show_unionid,
    stop_notices,
)

PERSONAS = (
    Persona(
        "browser",
        "逛小程序的人",
        "慢慢看",
        woman=True,
        unionid_late=True,
        hours=(12, 20, 21, 21),
        steps=(
            log_in(),
            behave("page_view", {"page": "pages/index/index"}, {"page": "pages/new/index"}),
            behave(
                "product_view",
                {"sku": "DN-2201", "name": "轻薄羽绒服", "price_fen": 59900},
                {"sku": "KN-0310", "name": "圆领针织衫", "price_fen": 29900},
            ),
            behave("cart", {"sku": "DN-2201", "quantity": 1, "price_fen": 59900}).maybe(0.6),
            behave("share", {"sku": "DN-2201", "to": "friend"}).maybe(0.5),
            show_unionid(),
            log_in().after(60, 200),
            behave("page_view", {"page": "pages/member/index"}),
        ),
    ),
    Persona(
        "mini_chatter",
        "在小程序里聊天的人",
        "买之前问清楚",
        steps=(
            log_in(),
            behave("product_view", {"sku": "CT-1180", "name": "双面羊毛大衣", "price_fen": 129900}),
            enter_chat("pages/product/index?sku=CT-1180"),
            drop_card("双面羊毛大衣|pages/product/index?sku=CT-1180"),
            say("这件大衣{size}有现货吗", "这个颜色实物偏黄吗，不要偏黄的").mini(),
            show("coat-detail").mini().maybe(0.5),
            say("人工", "附近门店").mini(),
        ),
    ),
    Persona(
        "joined",
        "先小程序后公众号的人",
        "两边都是同一个我",
        woman=True,
        unionid_late=True,
        steps=(
            log_in(),
            behave("product_view", {"sku": "DR-0901", "name": "法式连衣裙", "price_fen": 45900}),
            show_unionid(),
            follow().after(10, 60),
            say("我在小程序看了条法式连衣裙，{colour}的", "小程序加购的裙子能在门店试吗"),
            log_in().after(5, 40),
            behave("cart", {"sku": "DR-0901", "quantity": 1, "price_fen": 45900}),
        ),
    ),
    Persona(
        "revoker",
        "撤回授权的人",
        "少知道我一点",
        steps=(
            log_in(),
            behave("form", {"form": "member", "fields": ["phone", "birthday"]}),
            enter_chat("pages/member/index"),
            say("我的手机号你们存了吗", "怎么删除我的信息").mini(),
            revoke("8", "13").after(5, 60),
        ),
    ),
    Persona(
        "canceller",
        "注销账号的人",
        "干干净净地走",
        hours=(10, 15, 20),
        steps=(
            log_in(),
            behave("page_view", {"page": "pages/settings/privacy"}),
            enter_chat("pages/settings/privacy"),
            say("我要注销，把信息都删掉").mini(),
            cancel().after(10, 90),
        ),
    ),
    Persona(
        "notice_taker",
        "订了到货通知的人",
        "到货第一时间知道",
        woman=True,
        steps=(
            log_in(),
            behave("product_view", {"sku": "BT-4402", "name": "短靴", "price_fen": 69900}),
            allow_notice().mini(),
            allow_notice().mini().maybe(0.5),
            enter_chat("pages/product/index?sku=BT-4402"),
            say("37码什么时候到货", "到货了记得通知我，不要高跟的").mini(),
            stop_notices().mini().after(100, 240).maybe(0.3),
        ),
    ),
    Persona(
        "visitor",
        "到店打卡的人",
        "小程序领券，到店用",
        steps=(
            log_in(),
            behave("store_visit", {"store": "entrance-code", "source": "qrcode"}),
            behave("form", {"form": "survey", "answer": "朋友推荐"}),
            behave("custom", {"event": "draw", "prize": "帆布袋"}).maybe(0.6),
            follow().after(1, 10),
            say("在店里抽到帆布袋了，找谁领", "刚到店，{size}在哪个区").maybe(0.8),
        ),
    ),
)
