"""``import stores|guides|customers FILE`` and ``import followers ACCOUNT``."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from bot.client.users import AccountFollowers
from commands.output import Exit, Output
from commands.wiring import Installation, database, operator, read_installation, wechat
from core.accounts import AccountKind, Crs
from core.clock import now
from core.errors import Invalid
from customers.follower_import import FollowerImporter, Progress
from customers.phones import PhoneVault
from guides.binding import BindingRules, Bindings
from guides.imports.csv_file import parse_mapping
from guides.imports.customers import import_customers
from guides.imports.guides import import_guides
from guides.imports.result import ImportResult
from guides.imports.stores import import_stores
from guides.stores import StoreDirectory

HELP = "stores, guides and customers from a file; existing followers from WeChat"

_MOST_TOLD = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    for what in ("stores", "guides", "customers"):
        kind = kinds.add_parser(what, help=f"{what} from a CSV file; the identical file again changes nothing")
        kind.add_argument("file", type=Path, metavar="FILE")
        kind.add_argument("--map", action="append", default=[], metavar='field="Column"', help="a column's other name")
        if what == "stores":
            kind.add_argument("--crs", type=Crs, choices=list(Crs), help="coordinate system of rows that name none")
            kind.add_argument("--abroad", action="store_true", help="take coordinates outside China too")
        if what == "customers":
            kind.add_argument("--account", metavar="KEY", help="whose openids the file has")
    followers = kinds.add_parser("followers", help="people who followed before; go on where it was interrupted")
    followers.add_argument("account", metavar="ACCOUNT")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    async with database(installation):
        if args.what == "followers":
            return await _followers(args, installation, out)
        return _tell(args, await _file(args, installation), out)


async def _file(args: argparse.Namespace, installation: Installation) -> ImportResult:
    mapping, actor, vault = parse_mapping(args.map), operator(), PhoneVault(installation.secret_key)
    if args.what == "stores":
        return await import_stores(
            args.file, at=now(), actor=actor, mapping=mapping, crs=args.crs, is_abroad=args.abroad
        )
    if args.what == "guides":
        return await import_guides(args.file, vault=vault, at=now(), actor=actor, mapping=mapping)
    brand = installation.settings.brand
    rules = BindingRules(timedelta(days=brand.protection_days), brand.default_binding, brand.default_store)
    app_id = installation.account(args.account).app_id if args.account else ""
    return await import_customers(
        args.file, vault=vault, bindings=Bindings(rules, StoreDirectory()), at=now(), actor=actor, app_id=app_id,
        mapping=mapping,
    )  # fmt: skip


def _tell(args: argparse.Namespace, result: ImportResult, out: Output) -> Exit:
    out.line(
        f"{args.file}: {result.created} created, {result.updated} updated, {result.unchanged} unchanged, "
        f"{len(result.rejected)} rejected"
    )
    for rejected in result.rejected[:_MOST_TOLD]:
        out.line(f"  row {rejected.row}, {rejected.field}: {rejected.problem} — {rejected.remedy}")
    if len(result.rejected) > _MOST_TOLD:
        out.line(f"  … and {len(result.rejected) - _MOST_TOLD} more; --json lists all")
    if result.ignored_columns:
        out.line(f"  not read: {', '.join(result.ignored_columns)}")
    out.put(
        created=result.created, updated=result.updated, unchanged=result.unchanged,
        rejected=[{"row": r.row, "field": r.field, "problem": r.problem, "remedy": r.remedy} for r in result.rejected],
        ignored_columns=list(result.ignored_columns),
    )  # fmt: skip
    return Exit.PARTLY if result.rejected else Exit.DONE


async def _followers(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    account = installation.account(args.account)
    if account.kind is not AccountKind.OFFICIAL_ACCOUNT:
        raise Invalid("ACCOUNT", f"{account.key} is a mini program: it has no followers", "name an official account")

    def tell(progress: Progress) -> None:
        out.line(f"  {progress.listed} of {progress.total} listed, {progress.asked} asked for unionids")

    async with wechat(installation) as client:
        done = await FollowerImporter(account.app_id, AccountFollowers(client, account), tell).run()
    out.line(
        f"{account.key}: {done.listed} followers, {done.new} new to us, {done.followings} now following, "
        f"{done.unionids} unionids learnt"
    )
    out.put(listed=done.listed, new=done.new, followings=done.followings, unionids=done.unionids)
    return Exit.DONE
