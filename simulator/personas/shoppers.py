"""People who know what they want, more or less: office, sport, celebrations."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import allow_notice, follow, log_in, say, send_place, share_link, show, tap, tap_link

_LUNCH_AND_EVENING = (12, 12, 13, 18, 19, 20)

PERSONAS = (
    Persona(
        "commuter",
        "通勤上班族",
        "一件通勤羽绒服",
        woman=True,
        hours=_LUNCH_AND_EVENING,
        words={"down": ("羽绒服", "长款羽绒服", "短款羽绒服", "轻薄羽绒服")},
        steps=(
            follow(),
            say("{hello}，想看看通勤穿的{down}，不要太臃肿", "有没有适合上班穿的{down}？公司暖气足，薄一点也行"),
            say("预算{budget}，{colour}有吗", "{colour}的有现货吗？我穿{size}"),
            show("office-outfit").maybe(0.3),
            say("附近门店").after(90, 260),
            say("几点关门", "开到几点"),
            say("{thanks}").maybe(0.5),
        ),
    ),
    Persona(
        "no_black",
        "黑色绝缘体",
        "任何颜色的{category}，就是不要黑色",
        woman=True,
        steps=(
            follow(),
            say("想要一件{category}，不要黑色，衣柜里全是黑的了", "求推荐{category}！不要黑色不要黑色不要黑色"),
            say("也别给我推深灰，不喜欢深色", "灰色也算了，太闷。{colour}可以"),
            tap(),
            say("附近门店", "我的导购"),
            say("这件{colour}的没有别的图吗", "{colour}好看！不过有没有不带帽子的").after(5, 40),
        ),
    ),
    Persona(
        "petite",
        "小个子",
        "不拖地的牛仔裤",
        woman=True,
        words={"height": ("152", "155", "158")},
        steps=(
            follow(),
            say("{hello} 身高{height}，想买高腰牛仔裤，别的店都要改裤脚", "小个子{height}能穿的阔腿裤有吗，怕显矮"),
            say("腰围64穿几码", "平时穿XS，你们家偏大还是偏小？"),
            say("九分的还是七分的显高一点呀", "可以到店免费改裤长吗").after(3, 20),
            send_place(),
            tap_link("附近优惠"),
            say("营业时间"),
        ),
    ),
    Persona(
        "gift_buyer",
        "送礼的人",
        "一份不出错的生日礼物",
        woman=False,
        hours=(11, 12, 19, 20, 21),
        words={"whom": ("老婆", "女朋友", "妈妈", "丈母娘"), "gift": ("围巾", "羊绒围巾", "手套", "包包")},
        steps=(
            follow(None),
            say("下周{whom}生日，送什么好？{budget}", "想给{whom}买个生日礼物，完全不懂女装求救"),
            say("{gift}有礼盒吗，能写贺卡吗", "{gift}可以，能不能包装一下"),
            say("导购", "有没有人工帮我选一下", "人工").after(2, 15),
            allow_notice(),
            say("可以开发票吗", "办会员生日有礼物吗"),
            say("不合适的话收礼的人能换吗").maybe(0.6),
        ),
    ),
    Persona(
        "runner",
        "跑步爱好者",
        "一双缓震跑鞋",
        woman=False,
        hours=(10, 18, 19, 20),
        words={"shoe": ("跑鞋", "缓震跑鞋", "越野跑鞋"), "foot": ("42", "43", "44.5")},
        steps=(
            follow(),
            say("想入一双{shoe}，体重75kg，平时跑10公里", "{shoe}，马拉松训练穿，预算{budget}"),
            say("宽脚，{foot}码，有2E楦吗", "{foot}码断货了吗？"),
            share_link("2026跑鞋横评|https://example.com/shoes/2026").maybe(0.4),
            say("门店能试跑吗，有跑步机那种").after(10, 60),
            send_place().maybe(0.6),
            say("附近门店", "上海门店"),
        ),
    ),
    Persona(
        "wedding_guest",
        "要参加婚礼",
        "不抢新娘风头的礼服裙",
        woman=True,
        words={"when": ("这周六", "国庆", "下个月")},
        steps=(
            follow(),
            say("{when}参加闺蜜婚礼，求一条伴娘可以穿的连衣裙", "{when}要参加婚礼，礼服裙有吗？别太隆重"),
            say("不要白色不要大红，{colour}就很好", "{size}，胸围有点大，拉链款怕拉不上"),
            send_place(),
            say("今天能到店试吗").maybe(0.4),
            say("几点关门？", "营业时间").after(20, 120),
        ),
    ),
    Persona(
        "interviewee",
        "应届毕业生",
        "人生第一套西装",
        woman=False,
        hours=(10, 14, 15, 16),
        steps=(
            follow(),
            say("{hello}，面试穿的西装套装有推荐吗，学生预算有限", "第一次买西装，修身一点的，{budget}可以吗"),
            say("身高178体重62穿多大", "可以只买上衣吗？裤子我有"),
            tap(),
            say("附近门店", "我的导购"),
            log_in().maybe(0.4),
            say("好的 我和同学周末一起去，两个人有优惠吗").after(8, 45),
        ),
    ),
)
