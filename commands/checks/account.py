"""One account as WeChat sees it: token, IP allow-list, clock, rights and quotas."""

from __future__ import annotations

from bot.client.client import WeChatClient
from bot.client.errors import find_egress_ip
from bot.client.upkeep import Capability, list_callback_ips, list_capabilities
from commands.checks.finding import Finding, State, green, red, told, yellow
from core.accounts import Account, AccountKind, Mode, Subtype
from core.errors import ChannelError

_ADDRESS_REFUSED = frozenset({40164, 89501, 89503})
_ALLOW_LIST = {
    AccountKind.OFFICIAL_ACCOUNT: "设置与开发 > 基本配置 > IP白名单",
    AccountKind.MINI_PROGRAM: "开发管理 > 开发设置 > IP白名单",
}
_NOT_VERIFIED = {
    AccountKind.OFFICIAL_ACCOUNT: "late replies, QR codes with a scene, unionids, template messages, mass sends",
    AccountKind.MINI_PROGRAM: "phone numbers and links from outside WeChat",
}
_NEARLY_USED = 0.9
_CLOCK_GRAIN_S = 2.0
"""WeChat's Date header counts whole seconds, and its answer takes a moment."""


async def check_account(client: WeChatClient, account: Account, skew_s: int) -> list[Finding]:
    """Everything WeChat can be asked about an account; without a token only what does not need one."""
    found = await _token(client, account)
    is_called = not any(finding.state is State.RED for finding in found)
    rights = await _rights(client, account) if is_called else []
    return [*found, *_clock(client, account, skew_s), *rights, *_standing(account)]


async def _token(client: WeChatClient, account: Account) -> list[Finding]:
    part = f"{account.key}: token"
    try:
        await client.check_token(account)
    except ChannelError as error:
        if error.code not in _ADDRESS_REFUSED:
            return [red(part, *told(error))]
        waits = yellow(part, "not known: our address was refused before the secret", "mend that, then check again")
        return [_refused_address(account, error), waits]
    return [green(part, f"{account.app_id} has an access token"), await _allow_list(client, account)]


async def _allow_list(client: WeChatClient, account: Account) -> Finding:
    part = f"{account.key}: IP allow-list"
    try:
        senders = await list_callback_ips(client, account)
    except ChannelError as error:
        return _refused_address(account, error) if error.code in _ADDRESS_REFUSED else red(part, *told(error))
    return green(part, f"our address may call; WeChat pushes from {len(senders)} address(es)")


def _refused_address(account: Account, error: ChannelError) -> Finding:
    part = f"{account.key}: IP allow-list"
    if address := find_egress_ip(error.raw):
        detail = f"{error.code}: WeChat sees us as {address}, which is not in the list"
        return red(part, detail, f"add {address} in the console: {_ALLOW_LIST[account.kind]}")
    return red(part, *told(error))


def _clock(client: WeChatClient, account: Account, skew_s: int) -> list[Finding]:
    part, offset_s = f"{account.key}: clock", client.http.clock_offset_s(account)
    if offset_s is None:
        return []  # no answer of WeChat reached us: the token's line says so
    words = f"ours is {abs(offset_s):.0f} s {'behind' if offset_s > 0 else 'ahead of'} WeChat's"
    if abs(offset_s) < _CLOCK_GRAIN_S:
        words = "ours agrees with WeChat's"
    if abs(offset_s) > skew_s / 2:
        detail = f"{words}; pushes more than {skew_s} s off are refused (clock_skew_s)"
        return [red(part, detail, "set this machine's clock by NTP: timedatectl set-ntp true")]
    return [green(part, f"{words}, of {skew_s} s allowed (clock_skew_s)")]


async def _rights(client: WeChatClient, account: Account) -> list[Finding]:
    try:
        capabilities = await list_capabilities(client, account)
    except ChannelError as error:
        cause, _ = told(error)
        return [yellow(f"{account.key}: permissions", f"cannot be told: {cause}", "check again in a minute")]
    return [_right(account, capability) for capability in capabilities]


def _right(account: Account, capability: Capability) -> Finding:
    part = f"{account.key}: permission, {capability.name}"
    if not capability.is_open:
        cause, _, remedy = capability.fault.partition(" — ")
        return yellow(part, f"none: {cause}", remedy or "see the console: 设置与开发 > 接口权限")
    words = f"{capability.used:,} of {capability.daily_limit:,} calls used today"
    if capability.used >= capability.daily_limit * _NEARLY_USED:
        return yellow(part, words, "the count starts anew at 00:00 China time; what waits is sent then")
    return green(part, words)


def _standing(account: Account) -> list[Finding]:
    """What follows from what the settings say of the account."""
    key, found = account.key, []
    if not account.verified:
        remedy = "verify it in the console (微信认证), then leave out verified = false"
        found.append(yellow(f"{key}: verification", f"not verified: no {_NOT_VERIFIED[account.kind]}", remedy))
    if account.subtype is Subtype.SUBSCRIPTION and account.kind is AccountKind.OFFICIAL_ACCOUNT:
        remedy = "a service account (服务号) has them"
        found.append(yellow(f"{key}: subtype", "subscription account: no QR codes with a scene, no templates", remedy))
    if account.mode is Mode.PLAIN:
        remedy = 'set mode = "safe" and aes_key here, and 安全模式 in the console'
        found.append(yellow(f"{key}: mode", "plain: no signature covers what a push says", remedy))
    return found
