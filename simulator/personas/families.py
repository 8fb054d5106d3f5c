"""Mothers, fathers, grandparents: they buy for others."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import behave, follow, log_in, say, scan, send_album, show, speak, tap

PERSONAS = (
    Persona(
        "toddler_mum",
        "三岁宝宝的妈妈",
        "不怕弄脏的童装",
        woman=True,
        hours=(10, 13, 14, 20, 21),
        words={"baby": ("宝宝3岁", "女儿3岁半", "儿子刚满3岁"), "thing": ("连体衣", "卫衣", "棉服", "秋衣秋裤")},
        steps=(
            follow(),
            say("{baby}，110码的{thing}有吗", "{hello}～ {baby}，想给她买{thing}，纯棉的"),
            say("A类的吗？皮肤敏感，有点湿疹", "会不会起球呀，能机洗吗"),
            speak("孩子睡着了我不方便打字有没有加绒的不要带帽子的").maybe(0.5),
            say("两套一起买有优惠吗？上次办过会员", "亲子装有没有？想和宝宝穿一样的").after(30, 200),
            say("附近门店", "营业时间"),
            tap(),
        ),
    ),
    Persona(
        "expecting",
        "准妈妈",
        "舒服的孕妇装",
        woman=True,
        hours=(10, 11, 14, 15, 16),
        words={"week": ("孕20周", "六个月了", "孕晚期")},
        steps=(
            follow(),
            say("{week}，想找宽松的连衣裙，防辐射的就不用了", "孕妇裤有托腹的吗？{week}"),
            say("面料要透气，夏天热得不行", "产后还能穿吗，最好方便喂奶"),
            tap(),
            say("附近门店"),
            say("{thanks}，走不动了，能送货上门吗").after(5, 30),
        ),
    ),
    Persona(
        "grandpa",
        "不打字的爷爷",
        "一双防滑的老人鞋",
        woman=False,
        hours=(10, 10, 11, 15),
        steps=(
            follow(),
            scan().at_once(),
            speak("喂你好我想买一双防滑的鞋子冬天穿的要软一点", "姑娘我眼睛不好看不清字你们店在哪里啊"),
            speak("四十一码的脚背高不要系带子的"),
            speak("几点开门。", "附近门店。"),
            speak("好好好那我礼拜天叫孙女带我去").after(2, 10),
        ),
    ),
    Persona(
        "big_dad",
        "大码爸爸",
        "穿得下的T恤",
        woman=False,
        words={"kg": ("100公斤", "210斤", "95kg")},
        steps=(
            follow(),
            say("{kg}，有4XL的T恤吗，别的店最大2XL", "大码男装有吗？{kg}，肚子大"),
            say("要宽松不要修身的！", "黑色藏青都行，别太花"),
            say("裤子腰围三尺二有没有", "可以的话给我儿子也带一件，他初二170").after(4, 30),
            say("我的导购", "离我最近的店"),
            send_album("wardrobe-1", "wardrobe-2").maybe(0.3),
        ),
    ),
    Persona(
        "daughter",
        "给妈妈买衣服的女儿",
        "一件羊绒衫寄回老家",
        woman=True,
        hours=(12, 20, 21),
        words={"cashmere": ("羊绒衫", "羊绒开衫", "羊毛衫")},
        steps=(
            follow(),
            say("想给妈妈买件{cashmere}，她55岁，微胖", "老人家穿的{cashmere}，扎不扎？我妈皮肤薄"),
            say("{colour}会不会太年轻了哈哈", "暗红色的好，喜庆，过年穿"),
            say("能直接寄到老家吗？四川的").after(3, 25),
            say("我的导购"),
            say("人工", "找导购"),
            show("mum-photo").maybe(0.2),
            say("发票和吊牌分开放，别让她看到价格", "{thanks}").maybe(0.7),
        ),
    ),
    Persona(
        "school_run",
        "开学采购的妈妈",
        "校服里穿的保暖内衣",
        woman=True,
        hours=(14, 15, 16, 20),
        steps=(
            log_in(),
            behave("page_view", {"page": "pages/kids/index"}),
            behave("product_view", {"sku": "KW-1207", "name": "儿童保暖内衣套装", "price_fen": 15900}),
            follow().after(2, 20),
            say("小程序里看的那套保暖内衣140码有货吗", "儿童保暖内衣，开学穿，要高领的"),
            say("附近门店", "营业到几点"),
            behave("cart", {"sku": "KW-1207", "quantity": 2, "price_fen": 15900}).maybe(0.7),
        ),
    ),
)
