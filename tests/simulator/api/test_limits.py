"""An account's limits by the second and the minute, one API or all together, and how fast calls came."""

SEND, IPS = "/cgi-bin/message/custom/send", "/cgi-bin/getcallbackip"


async def ask(platform, path, count):
    return [(await platform.call("GET", path)).get("errcode", 0) for _ in range(count)]


async def test_a_second_holds_so_many_calls_of_one_api(platform, clock):
    clock.now = float(int(clock.now))
    platform.world.turn({"second_limits": {IPS: 3}})
    assert await ask(platform, IPS, 5) == [0, 0, 0, 45011, 45011]
    assert await ask(platform, "/cgi-bin/get_api_domain_ip", 1) == [0]
    clock.now += 0.999
    assert await ask(platform, IPS, 1) == [45011]
    clock.now += 0.001
    assert await ask(platform, IPS, 4) == [0, 0, 0, 45011]


async def test_all_apis_of_one_app_share_a_limit(platform, clock):
    await platform.token()
    await platform.token("wxmini")
    token = await platform.token()
    clock.now = float(int(clock.now) + 60)
    platform.world.turn({"second_limits": {"*": 2}, "minute_limits": {"*": 3}})

    async def one(path):
        return (await platform.ask("GET", path, access_token=token)).get("errcode", 0)

    assert [await one(IPS), await one("/cgi-bin/get_api_domain_ip"), await one(IPS)] == [0, 0, 45011]
    clock.now += 1
    assert [await one(IPS), await one(IPS)] == [0, 45011]
    clock.now += 59
    assert await one(IPS) == 0
    platform.world.turn({"second_limits": {}, "minute_limits": {}, "daily_limits": {"*": 1}})
    assert await one(IPS) == 45009


async def test_a_refused_call_reaches_nobody_and_costs_no_stock(platform, clock):
    clock.now = float(int(clock.now))
    openid = platform.follower()
    platform.world.turn({"second_limits": {SEND: 2}})
    assert [await platform.say(openid) for _ in range(4)] == [0, 0, 45011, 45011]
    assert len(platform.world.ledger.rows) == 2
    clock.now += 1
    assert [await platform.say(openid) for _ in range(2)] == [0, 45047]


async def test_rates_tell_how_fast_calls_came(platform, clock):
    clock.now = 1_790_000_040.6
    await ask(platform, IPS, 2)
    clock.now += 0.5
    await ask(platform, IPS, 3)
    clock.now += 0.6
    await ask(platform, IPS, 1)
    clock.now += 60
    await ask(platform, IPS, 1)
    rates = (await platform.ask("GET", "/_sim/rates"))["wxshop"][IPS]
    assert rates == {
        "calls": 7,
        "from": 1_790_000_040.6,
        "to": clock.now,
        "peak_per_second": 4,
        "peak_within_second": 5,
        "peak_per_minute": 6,
    }


async def test_rates_count_what_was_refused_too(platform):
    platform.world.turn({"second_limits": {IPS: 1}})
    await ask(platform, IPS, 4)
    rates = await platform.ask("GET", "/_sim/rates")
    assert rates["wxshop"][IPS]["calls"] == 4
    assert rates["wxmini"] == {}
