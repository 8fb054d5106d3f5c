"""Addresses for operators: WeChat's own addresses, quotas and their reset."""

from __future__ import annotations

from typing import Any

from simulator.api.calls import Call, Route
from simulator.refusals import Refusal

IPS = ["127.0.0.1"]


async def ip_list(call: Call) -> dict[str, Any]:
    return {"ip_list": IPS}


async def quota(call: Call) -> dict[str, Any]:
    path = call.text("cgi_path", missing=76021)
    if not path.startswith(("/cgi-bin/", "/wxa/", "/sns/")):
        raise Refusal(76021)
    quotas = call.app.quotas
    limit, used = quotas.daily_limit(path), quotas.used_today(path)
    return {
        "errcode": 0,
        "errmsg": "ok",
        "quota": {"daily_limit": limit, "used": used, "remain": max(limit - used, 0)},
        "rate_limit": {"call_count": quotas.minute_limit(path), "refresh_second": 60},
    }


async def clear_quota(call: Call) -> dict[str, Any]:
    if call.text("appid", missing=41002) != call.app.account.app_id:
        raise Refusal(40013)
    call.app.quotas.clear()
    return {"errcode": 0, "errmsg": "ok"}


ROUTES = (
    Route("GET", "/cgi-bin/getcallbackip", ip_list),
    Route("GET", "/cgi-bin/get_api_domain_ip", ip_list),
    Route("POST", "/cgi-bin/openapi/quota/get", quota),
    Route("POST", "/cgi-bin/clear_quota", clear_quota),
)
