"""People for whom the price is the point."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import (
    allow_notice,
    behave,
    follow,
    log_in,
    open_page,
    refuse_notice,
    say,
    share_link,
    tap,
    unfollow,
)

_ALL_DAY = (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)

PERSONAS = (
    Persona(
        "price_hunter",
        "砍价高手",
        "最低价",
        hours=_ALL_DAY,
        steps=(
            follow(),
            say("这个{category}还能便宜吗", "多少钱？最低多少", "太贵了吧，能不能打折"),
            say("隔壁家同款才卖199", "某宝上便宜一百多呢，你们能不能同价"),
            say("有优惠券吗？新人券也行", "满减怎么算，能叠加吗"),
            tap(),
            say("营业时间", "附近门店").maybe(0.7),
            say("那等双十一再说吧", "包邮吗？不包邮算了").after(1, 12),
            unfollow().after(30, 200).maybe(0.3),
        ),
    ),
    Persona(
        "student",
        "学生党",
        "平价又好看",
        hours=(12, 13, 17, 21),
        words={"cheap": ("100以内", "一百块左右", "两位数的")},
        steps=(
            follow(None),
            say("学生党！{cheap}有没有好看的卫衣", "穷学生求推荐{cheap}的帆布鞋"),
            say("学生证有折扣吗", "拼单可以吗 室友也要"),
            tap(),
            say("办会员有学生价吗", "附近有店吗"),
            open_page("https://m.example.com/sale"),
            say("姐姐 {colour}的给我留一件好不好🥺", "月底发生活费再来！！"),
        ),
    ),
    Persona(
        "comparer",
        "比价表格爱好者",
        "性价比最高的{category}",
        steps=(
            follow(),
            share_link("三个牌子大衣对比|https://example.com/compare/coats", "成分表怎么看|https://example.com/fabric"),
            say("含羊毛多少？80%以上才考虑", "充绒量多少克？蓬松度写了吗"),
            say("价格{budget}的话，和去年款有什么区别", "去年款还有库存吗，打几折"),
            say("附近门店", "门店地址"),
            say("我的导购"),
            say("我再比较比较", "先收藏了").after(2, 9),
        ),
    ),
    Persona(
        "points_keeper",
        "积分管家",
        "把积分花掉",
        woman=True,
        hours=(11, 15, 19),
        steps=(
            follow(),
            say("我的积分还有多少，年底会清零吗", "会员积分怎么换东西"),
            tap(),
            say("生日双倍积分这个月还有吗", "我是金卡会员，为什么没收到生日券"),
            allow_notice(),
            say("我的导购").after(1, 6),
        ),
    ),
    Persona(
        "flash_saler",
        "秒杀选手",
        "整点秒杀",
        hours=(10, 12, 20, 20),
        steps=(
            log_in(),
            behave("page_view", {"page": "pages/flash/index"}),
            behave("product_view", {"sku": "FS-001", "name": "秒杀羽绒马甲", "price_fen": 9900}),
            behave("cart", {"sku": "FS-001", "quantity": 1, "price_fen": 9900}).after(0.1, 0.4),
            follow().after(1, 5),
            say("秒杀怎么又没抢到！", "显示已售罄，是不是假的秒杀"),
            say("人工客服", "转人工"),
            refuse_notice().maybe(0.5),
        ),
    ),
)
