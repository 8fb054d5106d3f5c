"""``stable_token`` and ``token``: two separate ways to an access token."""

from __future__ import annotations

from typing import Any

from simulator.api.calls import Call, Proof, Route
from simulator.refusals import Refusal


async def stable_token(call: Call) -> dict[str, Any]:
    _require_grant(call.body.get("grant_type"))
    token, expires_in = call.app.tokens.issue_stable(force=call.body.get("force_refresh") is True)
    return {"access_token": token, "expires_in": expires_in}


async def token(call: Call) -> dict[str, Any]:
    _require_grant(call.query.get("grant_type"))
    issued, expires_in = call.app.tokens.issue_classic()
    return {"access_token": issued, "expires_in": expires_in}


def _require_grant(grant_type: object) -> None:
    if grant_type != "client_credential":
        raise Refusal(40002)


ROUTES = (
    Route("POST", "/cgi-bin/stable_token", stable_token, proof=Proof.SECRET),
    Route("GET", "/cgi-bin/token", token, proof=Proof.SECRET),
)
