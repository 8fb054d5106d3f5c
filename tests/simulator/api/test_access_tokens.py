"""Tokens over HTTP: who may have one, how long it lives, what a dead one is answered."""

import dataclasses

import pytest

GOOD = {"grant_type": "client_credential", "appid": "wxshop", "secret": "wxshop-secret"}


async def stable(platform, **changes):
    return await platform.ask("POST", "/cgi-bin/stable_token", GOOD | changes)


async def use(platform, token):
    return (await platform.ask("GET", "/cgi-bin/getcallbackip", access_token=token)).get("errcode", 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wxnobody"}, 40013),
        ({"secret": "guess"}, 40125),
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
    ],
)
async def test_wrong_credentials_get_their_code(platform, changes, code):
    answer = await stable(platform, **changes)
    assert answer["errcode"] == code and "access_token" not in answer


async def test_repeated_calls_return_the_same_token_until_shortly_before_it_ends(platform, clock):
    first = await stable(platform)
    assert first["expires_in"] == 7200
    clock.now += 6899
    again = await stable(platform)
    assert (again["access_token"], again["expires_in"]) == (first["access_token"], 301)
    clock.now += 2
    renewed = await stable(platform)
    assert renewed["access_token"] != first["access_token"] and renewed["expires_in"] == 7200
    assert await use(platform, first["access_token"]) == 0
    clock.now += 300
    assert await use(platform, first["access_token"]) == 42001
    assert await use(platform, renewed["access_token"]) == 0


async def test_bad_missing_and_foreign_tokens(platform):
    assert await use(platform, "made-up") == 40001
    assert await use(platform, "") == 41001
    mini = await platform.token("wxmini")
    answer = await platform.ask("GET", "/cgi-bin/user/info", access_token=mini, openid="oA")
    assert answer["errcode"] == 48001


async def test_forced_refresh_ends_the_old_token_and_has_a_pause_and_a_limit(platform, clock):
    first = (await stable(platform))["access_token"]
    second = (await stable(platform, force_refresh=True))["access_token"]
    assert second != first and await use(platform, first) == 42001
    assert (await stable(platform, force_refresh=True))["access_token"] == second
    for _ in range(19):
        clock.now += 31
        assert "access_token" in await stable(platform, force_refresh=True)
    clock.now += 31
    assert (await stable(platform, force_refresh=True))["errcode"] == 45009


async def test_the_classic_token_is_new_each_time_and_apart_from_the_stable_one(platform, clock):
    steady = (await stable(platform))["access_token"]
    first = (await platform.ask("GET", "/cgi-bin/token", **GOOD))["access_token"]
    second = (await platform.ask("GET", "/cgi-bin/token", **GOOD))["access_token"]
    assert len({steady, first, second}) == 3
    clock.now += 301
    assert [await use(platform, token) for token in (steady, first, second)] == [0, 42001, 0]


async def test_tokens_can_be_ended_or_forgotten_at_once(platform):
    token = await platform.token()
    await platform.ask("POST", "/_sim/end_tokens", {"app_id": "wxshop"})
    assert await use(platform, token) == 42001
    token = await platform.token()
    await platform.ask("POST", "/_sim/end_tokens", {"forget": True})
    assert await use(platform, token) == 40001
    assert await use(platform, await platform.token()) == 0


async def test_an_address_that_is_not_listed_is_named(platform):
    app = platform.world.apps["wxshop"]
    app.account = dataclasses.replace(app.account, ip_allow=("10.0.0.1",))
    answer = await stable(platform)
    assert answer["errcode"] == 40164
    assert answer["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ")
