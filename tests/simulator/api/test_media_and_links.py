"""Uploads, mini-program codes and links to pages: what is taken and what is refused."""

import dataclasses

import aiohttp
import pytest

from simulator.api.picture import draw
from simulator.state.media import LARGEST_BYTES
from simulator.state.stocks import Act

UPLOAD, CODE, LINK = "/cgi-bin/media/upload", "/wxa/getwxacodeunlimit", "/wxa/generate_urllink"
SEND = "/cgi-bin/message/custom/send"
PNG = draw("picture")


async def upload(platform, data=PNG, part="media", filename="p.png", kind="image", app_id="wxshop"):
    form = aiohttp.FormData()
    form.add_field("note", "x")
    form.add_field(part, data, filename=filename, content_type="image/png")
    query = {"access_token": await platform.token(app_id), "type": kind}
    async with platform.session.post(platform.base + UPLOAD, params=query, data=form) as response:
        return await response.json(content_type=None)


async def send_image(platform, media_id, app_id="wxshop"):
    body = {"touser": "oA", "msgtype": "image", "image": {"media_id": media_id}}
    return (await platform.call("POST", SEND, body, app_id=app_id))["errcode"]


async def test_an_upload_can_be_sent_for_three_days_by_its_account(platform, clock):
    platform.follower("oA")
    platform.world.note("wxmini", "oA", Act.ENTER)
    answer = await upload(platform)
    assert (answer["type"], answer["created_at"]) == ("image", int(clock.now))
    assert await send_image(platform, answer["media_id"]) == 0
    assert await send_image(platform, answer["media_id"], "wxmini") == 40007
    clock.now += 3 * 86400
    platform.world.note("wxshop", "oA", Act.MESSAGE)
    assert await send_image(platform, answer["media_id"]) == 40007
    assert await send_image(platform, "material-of-the-console") == 0


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ({"kind": "film"}, 40004),
        ({"data": b"BM no picture"}, 40005),
        ({"data": b""}, 44001),
        ({"part": "file"}, 41005),
        ({"filename": None, "data": "words"}, 41005),
        ({"data": PNG + b"\0" * LARGEST_BYTES}, 45001),
    ],
)
async def test_a_faulty_upload_is_refused(platform, faults, code):
    assert (await upload(platform, **faults))["errcode"] == code
    assert platform.world.app("wxshop").media.kept == {}


async def test_an_upload_that_is_no_form_is_refused(platform):
    assert (await platform.call("POST", UPLOAD, {"media": "x"}, type="image"))["errcode"] == 41005


async def code(platform, **body):
    query = {"access_token": await platform.token("wxmini")}
    async with platform.session.post(platform.base + CODE, params=query, json=body) as response:
        if response.content_type == "image/png":
            return await response.read()
        return (await response.json(content_type=None))["errcode"]


async def test_a_code_is_a_picture_of_its_scene(platform):
    first = await code(platform, scene="g=1", page="pages/index")
    assert first.startswith(b"\x89PNG") and first == await code(platform, scene="g=1", page="pages/index")
    assert first != await code(platform, scene="g=2", page="pages/index")


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({}, 40169),
        ({"scene": ""}, 40169),
        ({"scene": "x" * 33}, 40169),
        ({"scene": "导购"}, 40129),
        ({"scene": "a%20"}, 40129),
        ({"scene": "a", "page": "/pages/index"}, 41030),
        ({"scene": "a", "page": "pages/index?b=1"}, 41030),
        ({"scene": "a", "page": "pages/gone"}, 41030),
        ({"scene": "a", "width": 100}, 40097),
    ],
)
async def test_a_faulty_code_is_refused(platform, body, errcode):
    app = platform.world.app("wxmini")
    app.account = dataclasses.replace(app.account, pages=("pages/index",))
    assert await code(platform, **body) == errcode


async def test_an_official_account_has_no_codes(platform):
    assert (await platform.call("POST", CODE, {"scene": "a"}))["errcode"] == 48001


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"expire_type": 1, "expire_interval": 30}, 0),
        ({"path": "pages/index", "query": "a=%20", "expire_type": 1, "expire_interval": 1}, 0),
        ({"expire_time": 1_790_086_400}, 0),
        ({}, 40097),
        ({"expire_type": 1, "expire_interval": 31}, 40097),
        ({"expire_time": 1_790_000_000}, 40097),
        ({"path": "pages/index?a=1", "expire_type": 1, "expire_interval": 1}, 40165),
        ({"path": "pages/gone", "expire_type": 1, "expire_interval": 1}, 40165),
        ({"query": "a=上", "expire_type": 1, "expire_interval": 1}, 40212),
    ],
)
async def test_a_link_needs_an_end_and_a_page_that_exists(platform, body, errcode):
    app = platform.world.app("wxmini")
    app.account = dataclasses.replace(app.account, pages=("pages/index",))
    answer = await platform.call("POST", LINK, {"env_version": "release", **body}, app_id="wxmini")
    assert answer["errcode"] == errcode
    assert ("url_link" in answer) == (errcode == 0)
