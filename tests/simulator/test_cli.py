"""The command line: exit codes, the summary as last line, everything in its own process."""

import asyncio
import json
import sys

import pytest

from simulator.cli import main
from tests.simulator.shop import RAW


@pytest.fixture
def file(tmp_path, unused_tcp_port):
    path = tmp_path / "wechat.json"
    path.write_text(json.dumps(RAW | {"listen": f"127.0.0.1:{unused_tcp_port}"}), encoding="utf-8")
    return path


async def start(*arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def finish(process):
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_run_plays_a_day_and_ends_with_the_summary(file, shop):
    code, out, _ = await finish(
        await start("run", "--config", file, "--target", shop.base, "--people", 6, "--seed", 2, "--json")
    )
    summary = json.loads(out.splitlines()[-1])
    assert code == 0
    wanted = {"pushes", "duplicates_pushed", "replies_inline", "errors", "p50_ms", "p99_ms", "by_kind", "people"}
    assert wanted <= set(summary)
    assert summary["pushes"] + summary["duplicates_pushed"] == len(shop.got)
    assert "扫码关注" in out


async def test_serve_answers_for_a_day_in_another_process_and_stops_on_a_signal(file, shop):
    server = await start("serve", "--config", file)
    assert b"WeChat answers at" in await server.stderr.readline()
    code, out, _ = await finish(
        await start("day", "--config", file, "--target", shop.base, "--people", 3, "--quiet", "--json")
    )
    assert (code, len(out.splitlines())) == (0, 1)
    server.terminate()
    assert (await finish(server))[0] == 0


async def test_a_day_with_faults_exits_2_and_one_without_a_product_1(file, shop):
    shop.failures = [500] * 400
    code, _, _ = await finish(
        await start("run", "--config", file, "--target", shop.base, "--people", 1, "--retries", 0, "--quiet")
    )
    assert code == 2
    code, _, err = await finish(await start("run", "--config", file, "--target", "http://127.0.0.1:9", "--quiet"))
    assert code == 1 and "ClientConnectorError" in err


@pytest.mark.parametrize(
    "arguments",
    [["--people", "many"], ["--people", "0"], ["--knobs", '{"speed": 1}'], ["--knobs", "{"], ["--clock", "noon"]],
)
def test_wrong_usage_exits_64(file, arguments, capsys):
    try:
        code = main(["run", "--config", str(file), "--target", "http://127.0.0.1:9", *arguments])
    except SystemExit as exited:
        code = exited.code
    assert code == 64
    assert capsys.readouterr().err
