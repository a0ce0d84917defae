"""The operator's program `zhunsheng`. Commands are imported when they run, so that help is immediate."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from cli.console import Failed

ROLES = ("web", "worker", "relay", "scheduler")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when it worked, 1 when it did not (the reason is on stderr), 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except Failed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zhunsheng", description="准绳 Zhunsheng. Settings: environment variables, see docs/operations.md."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="database, web, relay, scheduler and worker in one process tree   启动全部")
    up.add_argument("--demo", action="store_true", help="with the demo city of Xuchang   演示模式")
    for role in ROLES:
        commands.add_parser(role, help=f"only the {role}, on a database that runs")
    commands.add_parser("migrate", help="bring the database to the present schema   升级数据库")
    commands.add_parser("settings", help="print the table of settings   配置项")
    commands.add_parser("status", help="database, queue, dead letters   运行状态")
    _organs(commands.add_parser("organs", help="the organ tree   单位数据"))
    _accounts(commands.add_parser("accounts", help="the first administrators of an organ   首批管理员"))
    calendar = commands.add_parser("calendar", help="working days   工作日历").add_subparsers(
        dest="action", required=True
    )
    calendar.add_parser("import", help="an official year: CSV with day,is_workday,name").add_argument("file")
    _audit(commands.add_parser("audit", help="verify or export the audit trail   审计核验"))
    dossier = commands.add_parser("dossier", help="check a sealed dossier without any database   核验移送案卷")
    dossier.add_argument("file", help="the archive")
    dossier.add_argument("sha256", help="the SHA-256 of the manifest, as printed in the letter")
    _backup(commands)
    counted = commands.add_parser("figures", help="prove figures against the records   核对统计").add_subparsers(
        dest="action", required=True
    )
    recount = counted.add_parser("recount", help="count everything anew; exit status 1 when anything differs")
    recount.add_argument("--repair", action="store_true", help="and put it right   按记录更正")
    province = commands.add_parser("province", help="a simulated provincial platform for demonstrations   模拟省级平台")
    province.add_argument("--port", type=int, default=0, help="default: the one of the demo's link")
    province.add_argument("--store", default="", help="SQLite file (default: in the home)")
    province.add_argument("--faults", default="", help='JSON, e.g. {"error_before": 0.1}   故障注入')
    province.add_argument("--shared", default="", help="the shared key, hex (default: the demo's)")
    demo = commands.add_parser("demo", help="the demo city   演示").add_subparsers(dest="action", required=True)
    demo.add_parser("advance", help="move the demo clock, e.g. 15d, 6h, 2w   快进").add_argument("amount")
    demo.add_parser("accounts", help="the demo accounts and their password   演示账号")
    return parser


def _audit(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    verify = actions.add_parser("verify", help="the database, or an export without any database   核验")
    verify.add_argument("file", nargs="?", help="an export; without it the installation's own database")
    verify.add_argument("--heads", help="a file of heads kept outside (default: this installation's)")
    verify.add_argument("--processes", type=int, help="processes that share the work (default: one a core)")
    actions.add_parser("export", help="all sealed entries to a new file   导出").add_argument("file")
    actions.add_parser("proof", help="check the proof of one entry   核验单条证明").add_argument("file")
    actions.add_parser("heads", help="the newest heads kept outside the database   库外封存头")


def _backup(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backup = commands.add_parser("backup", help="a base backup now; key, list, verify, prune, run   备份")
    actions = backup.add_subparsers(dest="action")
    actions.add_parser("key", help="make a key file   生成密钥文件").add_argument("file")
    actions.add_parser("list", help="what there is and how far it goes   列出备份")
    verify = actions.add_parser("verify", help="read every byte of the newest backup   核验备份")
    verify.add_argument("id", nargs="?", help="another than the newest")
    verify.add_argument("--all", action="store_true", help="all of them")
    actions.add_parser("prune", help="remove what is older than ZHUNSHENG_BACKUP_KEEP_DAYS   清理旧备份")
    actions.add_parser("run", help="archive all the time (`up` does it by itself)   连续归档")
    restore = commands.add_parser("restore", help="into a new folder, to a chosen second   恢复")
    restore.add_argument("--time", help="2026-11-23 15:22:33 in Shanghai; without it the newest   恢复到这一秒")
    restore.add_argument("--to", help="a new folder (default: beside the home)")
    restore.add_argument("--backup", default="", metavar="ID", help="start from this base backup")
    restore.add_argument("--switch", action="store_true", help="then put it in the home's place; the old is kept aside")


def _organs(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    load = actions.add_parser("load", help="load or update: without --file, the city of Xuchang")
    load.add_argument("--file", help="an XLSX workbook, or a folder with organs.csv (and relations.csv)")
    load.add_argument("--city", help="division code of the city that the file describes (must be ZHUNSHENG_CITY)")
    actions.add_parser("template", help="write an empty workbook to fill in").add_argument("file")


def _accounts(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    reset = actions.add_parser("reset", help="a one-time password, for an administrator who lost his   重置密码")
    reset.add_argument("--organ", help="name of the organ; without it the justice department of the city")
    reset.add_argument("username", help="the account   账号")
    first = actions.add_parser("first", help="system, security and audit administrator of an organ that has none")
    first.add_argument("--organ", help="name of the organ; without it the justice department of the city")
    for role in ("system", "security", "audit"):
        first.add_argument(f"--{role}", required=True, metavar="NAME", help=f"the {role} administrator's name")
        first.add_argument(f"--{role}-account", default=role, metavar="ACCOUNT", help=f"user name (default: {role})")
    first.add_argument("--generate", action="store_true", help="make passwords and print them once")


def _run(options: argparse.Namespace) -> int:  # noqa: PLR0911, PLR0912  one return a command
    match options.command:
        case "up":
            if options.demo:
                os.environ["ZHUNSHENG_DEMO"] = "1"
            from cli.up import up

            return up()
        case "web" | "worker" | "relay" | "scheduler":
            from cli.roles import become

            return become(options.command)
        case "migrate":
            from cli.maintenance import migrate

            return migrate()
        case "organs":
            from cli import organs

            if options.action == "template":
                return organs.template(options.file)
            return organs.load(options.file, options.city)
        case "accounts":
            from cli import accounts

            if options.action == "reset":
                return accounts.reset(options.organ, options.username)
            names = (options.system, options.security, options.audit)
            usernames = (options.system_account, options.security_account, options.audit_account)
            return accounts.first(options.organ, names, usernames, generate=options.generate)
        case "audit":
            return _audited(options)
        case "dossier":
            from cli.dossier import verify

            return verify(options.file, options.sha256)
        case "backup" | "restore":
            from cli.backup import run

            return run(options)
        case "figures":
            from cli.figures import recount

            return recount(repair=options.repair)
        case "calendar":
            from cli.calendar import import_file

            return import_file(options.file)
        case "province":
            from cli.province import province

            return province(options.port, options.store, options.faults, options.shared)
        case "demo":
            return _demo(options)
        case "settings":
            from cli.settings_table import print_table

            return print_table()
        case _:
            from cli.maintenance import status

            return status()


def _audited(options: argparse.Namespace) -> int:
    from cli import audit

    match options.action:
        case "verify":
            return audit.verify(options.file, options.heads, options.processes)
        case "export":
            return audit.export(options.file)
        case "proof":
            return audit.check_proof(options.file)
        case _:
            return audit.heads_file()


def _demo(options: argparse.Namespace) -> int:
    if options.action == "accounts":
        from cli.demo.show import accounts_text

        print(accounts_text())
        return 0
    from cli.demo.advance import advance

    return advance(options.amount)


if __name__ == "__main__":
    sys.exit(main())
