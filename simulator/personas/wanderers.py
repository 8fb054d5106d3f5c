"""People on the move: places, several codes, leaving, returning, changing their mind."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import (
    follow,
    pick_place,
    report_location,
    say,
    scan,
    send_place,
    stop_notices,
    tap,
    tap_link,
    unfollow,
)

PERSONAS = (
    Persona(
        "place_sender",
        "发位置的人",
        "最近的一家店",
        steps=(
            follow(None),
            say("附近门店", "你们店在哪"),
            send_place(),
            tap_link("附近优惠"),
            say("有停车场吗", "地铁哪个口出来").maybe(0.5),
            say("开到几点", "营业时间"),
            say("到了到了，门口排队吗").after(20, 60).maybe(0.6),
        ),
    ),
    Persona(
        "located",
        "同意定位又反悔的人",
        "知道附近有什么，但别跟着我",
        hours=(11, 14, 17),
        steps=(
            follow(),
            report_location().at_once(),
            say("同意位置"),
            report_location().after(5, 30),
            say("附近门店"),
            say("撤回位置", "不想被定位了，撤回位置").after(60, 180),
            report_location().after(10, 40),
        ),
    ),
    Persona(
        "two_guides",
        "扫了两位导购的码",
        "谁先理我就跟谁",
        woman=True,
        steps=(
            follow(0),
            say("{hello}，上次在店里加的你", "小姐姐，{category}到货了吗"),
            scan(1).after(40, 200),
            say("另一家店的导购说有{size}，你们有吗").maybe(0.5),
            say("我的导购是谁", "我的导购"),
            scan(1).after(1, 4).maybe(0.5),
        ),
    ),
    Persona(
        "leaver",
        "走了又回来的人",
        "清静，然后是优惠",
        steps=(
            follow(),
            say("随便看看", "先关注一下"),
            unfollow().after(20, 90),
            follow(1).after(60, 240),
            say("又回来了，还是想买那件{category}", "取关以后才发现券还没用……"),
            say("我的导购"),
            say("附近门店").maybe(0.5),
        ),
    ),
    Persona(
        "opted_out",
        "退订的人",
        "不要再发广告",
        hours=(10, 13, 19, 20),
        steps=(
            follow(),
            say("{category}有新款吗"),
            say("退订", "消息太多了，退订"),
            say("我只问一句，{category}多少钱").after(10, 60),
            say("我的导购", "营业时间").maybe(0.7),
            stop_notices().maybe(0.4),
            say("恢复").after(60, 200).maybe(0.4),
        ),
    ),
    Persona(
        "tourist",
        "外地游客",
        "今天就能穿走",
        hours=(11, 13, 15, 19),
        steps=(
            follow(None),
            pick_place(),
            say("出差没带厚外套，{category}有现货吗，今天就要", "降温了冻死，酒店旁边有店吗"),
            say("营业时间", "现在营业吗"),
            say("上海门店", "附近门店"),
            send_place().after(15, 80),
            tap_link("附近优惠"),
            tap().maybe(0.5),
        ),
    ),
)
