"""What a fault test asks of a running simulator from outside."""

import pytest

from simulator.link import Link, LinkBroken
from simulator.state.stocks import Act

SEND = "/cgi-bin/message/custom/send"


async def test_many_acts_are_told_at_once_and_what_came_is_read_back(platform):
    link = Link(platform.session, platform.base)
    openids = [f"o{number}" for number in range(5_000)]
    await link.note_all("wxshop", openids, Act.FOLLOW)
    await link.note_all("wxshop", openids[:1], Act.GRANT, template="T-ORDER")
    people = platform.world.app("wxshop").people
    assert sum(known.following for known in people.values()) == 5_000
    assert [openid for openid, known in people.items() if known.grants == {"T-ORDER": 1}] == ["o0"]
    for openid in openids[:3]:
        assert await platform.say(openid) == 0
    assert await link.accepted(1, ("seq", "openid")) == [{"seq": 2, "openid": "o1"}, {"seq": 3, "openid": "o2"}]
    assert (await link.rates())["wxshop"][SEND]["calls"] == 3


async def test_tokens_end_on_demand(platform):
    link, token = Link(platform.session, platform.base), await platform.token()
    await link.end_tokens()
    assert (await platform.ask("GET", "/cgi-bin/user/get", access_token=token))["errcode"] == 42001
    await link.end_tokens(forget=True)
    assert (await platform.ask("GET", "/cgi-bin/user/get", access_token=token))["errcode"] == 40001


async def test_an_unknown_field_is_said(platform):
    with pytest.raises(LinkBroken, match="no field is called 'words'"):
        await Link(platform.session, platform.base).accepted(0, ("words",))
