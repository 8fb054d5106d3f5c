"""People who write in their own way, or hardly at all."""

from __future__ import annotations

from simulator.personas.persona import Persona
from simulator.steps import follow, open_mini, open_page, say, scan_barcode, send_album, show, tap

PERSONAS = (
    Persona(
        "traditional",
        "寫繁體字的人",
        "一件輕便的羽絨外套",
        woman=True,
        steps=(
            follow(),
            say("您好，請問有輕便的羽絨外套嗎？不要黑色", "想找顯瘦的連衣裙，上班穿的"),
            say("請問門市幾點打烊？"),
            say("附近門市", "我的導購是誰"),
            say("米白色的很好看，請幫我留一件", "價錢可以再優惠一點嗎，謝謝").after(3, 25),
        ),
    ),
    Persona(
        "emoji",
        "表情包选手",
        "可爱的东西",
        woman=True,
        hours=(12, 17, 20, 21),
        steps=(
            follow(),
            say("哇😍😍这个奶油色的开衫好可爱", "啊啊啊啊啊🧸毛绒绒的外套！！[旺柴]"),
            say("👗➕🧣多少💰", "要粉色💗不要黑色🙅‍♀️"),
            show("sticker-bunny"),
            say("附近门店！！", "门店在哪呀～"),
            say("ok👌[爱心]", "蹲一个到货💬", "呜呜没货了😭").after(1, 9),
        ),
    ),
    Persona(
        "foreigner",
        "说英文的人",
        "trench coat",
        hours=(11, 14, 19),
        steps=(
            follow(),
            say("Hi, do you have a trench coat in size M?", "hello! looking for a warm jacket, not black please"),
            say("我的中文不好, English OK?", "多少钱 thank you"),
            say("Where is the nearest store?").after(2, 15),
            say("Opening hours?"),
            say("human", "agent").maybe(0.4),
        ),
    ),
    Persona(
        "menu_tapper",
        "把菜单点一遍的人",
        "看看都有什么",
        steps=(
            follow(None),
            tap(0),
            tap(1),
            tap(2),
            open_page("https://m.example.com/new", "https://m.example.com/story"),
            open_mini("pages/index/index", "pages/member/index"),
            scan_barcode("CODE_128,6901234567892"),
            send_album("shelf-1", "shelf-2", "shelf-3"),
            tap().after(1, 9),
        ),
    ),
    Persona("silent", "只关注不说话的人", "先放着", steps=(follow(), tap().maybe(0.8), tap().maybe(0.4))),
    Persona(
        "rapid_fire",
        "一句话分五条发的人",
        "快点回我",
        hours=(12, 18, 21),
        steps=(
            follow(),
            say("在吗"),
            say("在不在").at_once(),
            say("问一下").at_once(),
            say("那个{category}").at_once(),
            say("{colour}的").at_once(),
            say("{size}还有吗").at_once(),
            say("人呢").after(0.5, 2),
            say("附近门店").at_once(),
        ),
    ),
    Persona(
        "quoting",
        "爱贴代码和怪符号的人",
        "看看你们会不会坏",
        woman=False,
        steps=(
            follow(),
            say('<b>有衬衫吗</b> & "领尖扣" ]]> 的', "衬衫]]><Content>免费</Content> 多少钱"),
            say("🈶️✅①②③ ㎏ ½ 袖长63cm±1", "Ｏｘｆｏｒｄ 牛津纺 {size}"),
            say("。", "１", "？？").maybe(0.5),
            say("【附近门店】", "＊营业时间＊", "我 的 导 购"),
        ),
    ),
)
