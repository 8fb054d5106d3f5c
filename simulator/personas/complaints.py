"""People who have a reason to be cross."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import film, follow, say, send_album, show, speak, tap, unfollow

PERSONAS = (
    Persona(
        "complainer",
        "投诉的人",
        "退货退钱",
        hours=(10, 11, 16, 20),
        words={"fault": ("起球", "掉色", "缩水", "开线", "脱绒")},
        steps=(
            follow(),
            say("上周买的毛衣洗一次就{fault}了，质量太差了", "才穿两天就{fault}，你们就这质量？"),
            show("broken-seam"),
            say("我要退货", "必须给我退款，不然打12315"),
            say("人工！！", "转人工", "叫你们店长来"),
            speak("你们到底有没有人管啊我等了半个小时了").maybe(0.4),
            unfollow().after(15, 90).maybe(0.4),
        ),
    ),
    Persona(
        "parcel_waiter",
        "等快递的人",
        "我的包裹",
        hours=(10, 14, 18, 19),
        steps=(
            follow(),
            say("我的快递怎么还没发货，都三天了", "物流一直不动，是不是丢件了"),
            say("订单号尾号{tail}", "能不能催一下，{tail}"),
            say("周五前必须到，我要出差穿的", "再不到我就不要了").after(30, 150),
            say("人工客服呢", "有人吗").after(20, 60),
            say("收到了，谢谢，衣服不错👍", "可以开发票吗").after(60, 180),
        ),
        words={"tail": ("0937", "4412", "8806")},
    ),
    Persona(
        "exchanger",
        "要换码的人",
        "大一码",
        woman=True,
        steps=(
            follow(),
            say("买大了，想换{size}", "M码太紧了，能换L吗？吊牌没拆"),
            send_album("tag-front", "tag-back"),
            film("zipper-stuck").maybe(0.5),
            say("去门店换可以吗，不想寄", "运费谁出呀"),
            say("附近门店").after(1, 6),
            say("几点关门", "营业时间"),
        ),
    ),
    Persona(
        "service_critic",
        "被怠慢的人",
        "一句道歉",
        steps=(
            follow(),
            tap(),
            say("昨天在你们店里没人理我，服务态度很差", "导购一直玩手机，问尺码都不耐烦"),
            say("不是要赔偿，就是说一下", "希望你们改进"),
            say("投诉", "我要投诉"),
            say("我的导购").after(2, 20),
            say("换一个导购可以吗").maybe(0.5),
        ),
    ),
)
