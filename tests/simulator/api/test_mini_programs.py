"""One-time codes of a mini program: sign-in and phone number."""

SESSION, PHONE = "/sns/jscode2session", "/wxa/business/getuserphonenumber"


async def mint(platform, purpose="login", openid="oM"):
    body = {"app_id": "wxmini", "openid": openid, "purpose": purpose}
    return (await platform.ask("POST", "/_sim/codes", body))["code"]


async def session(platform, code, secret="wxmini-secret", app_id="wxmini"):
    query = {"appid": app_id, "secret": secret, "js_code": code, "grant_type": "authorization_code"}
    return await platform.ask("GET", SESSION, **query)


async def test_a_login_code_works_once(platform):
    platform.world.register("wxmini", {"openid": "oM", "unionid": "uM"})
    code = await mint(platform)
    answer = await session(platform, code)
    assert (answer["openid"], answer["unionid"], len(answer["session_key"])) == ("oM", "uM", 24)
    assert "errcode" not in answer
    assert (await session(platform, code))["errcode"] == 40163


async def test_a_login_code_ends_after_five_minutes(platform, clock):
    code = await mint(platform)
    clock.now += 300
    assert (await session(platform, code))["errcode"] == 40029
    assert (await session(platform, "made-up"))["errcode"] == 40029


async def test_wrong_secrets_do_not_use_the_code_up(platform):
    code = await mint(platform)
    assert (await session(platform, code, secret="guess"))["errcode"] == 40125
    assert (await session(platform, code, app_id="wxnobody"))["errcode"] == 40013
    assert (await session(platform, code))["openid"] == "oM"


async def test_a_late_unionid_is_missing_from_the_first_session(platform):
    platform.world.register("wxmini", {"openid": "oM", "unionid": "uM", "unionid_late": True})
    assert "unionid" not in await session(platform, await mint(platform))
    await platform.ask("POST", "/_sim/acts", {"acts": [{"app_id": "wxmini", "openid": "oM", "act": "unionid"}]})
    assert (await session(platform, await mint(platform)))["unionid"] == "uM"


async def test_sessions_are_answered_as_plain_text(platform):
    query = {"appid": "wxmini", "secret": "wxmini-secret", "js_code": "x", "grant_type": "authorization_code"}
    async with platform.session.get(platform.base + SESSION, params=query) as response:
        assert response.content_type == "text/plain"


async def test_a_phone_code_is_no_login_code(platform):
    platform.world.register("wxmini", {"openid": "oM", "phone": "19900000001"})
    code = await mint(platform, "phone")
    assert (await session(platform, code))["errcode"] == 40029
    answer = await platform.call("POST", PHONE, {"code": code}, app_id="wxmini")
    assert answer["phone_info"]["purePhoneNumber"] == "19900000001"
    assert answer["phone_info"]["watermark"]["appid"] == "wxmini"
    assert (await platform.call("POST", PHONE, {"code": code}, app_id="wxmini"))["errcode"] == 40163
