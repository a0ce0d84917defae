"""`zhunsheng backup` and `zhunsheng restore`."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg

from cli.console import Failed, table, warn
from cli.installation import Installation, opened
from cli.progress import Bar
from kernel import settings
from kernel.backup import base, checking, keeping, keyfile, restoring, state, wal
from kernel.backup.archiver import NEVER, Archiver
from kernel.backup.checking import Checked
from kernel.backup.errors import BackupError
from kernel.backup.restoring import Restored, shown
from kernel.backup.source import EMBEDDED, EXTERNAL, Source
from kernel.backup.spool import SPOOL
from kernel.backup.store import Store
from kernel.clock import SHANGHAI, system_now
from kernel.embedded import processes_in
from kernel.sealing.rows import Access
from kernel.settings import Settings
from kernel.tenancy import TenancySigner

STEPS = {
    "copy": ("复制数据库 copy", "bytes"),
    "check": ("核验 check", "bytes"),
    "database": ("数据库 database", "bytes"),
    "log": ("日志 log", "segments"),
    "files": ("文件 files", "files"),
    "audit": ("审计 audit", "entries"),
}
MARK_KEY = (
    "  这是解开备份的唯一密钥。请把这一行抄写或者打印两份，分别存放在保险柜和另一地点；\n"
    "  没有它，备份无法恢复；不要把它放在备份目录里。"
)


def run(options: argparse.Namespace) -> int:
    """Run one of the two commands."""
    try:
        if options.command == "restore":
            return restore(options.time, options.to, options.backup, switch=options.switch)
        steps: dict[str | None, Callable[[], int]] = {
            None: take,
            "key": lambda: make_key(options.file),
            "list": show,
            "verify": lambda: verify(options.id, every=options.all),
            "prune": prune,
            "run": archive,
        }
        return steps[options.action]()
    except BackupError as error:
        raise Failed(str(error)) from error
    except psycopg.OperationalError as error:
        raise Failed(f"连不上数据库：{str(error).strip()}") from error


def make_key(file: str) -> int:
    path = Path(file).resolve()
    known = settings.load()
    _apart(path, known)
    keyfile.make(path)
    print(f"  ✓ {path}\n{MARK_KEY}\n\n  export ZHUNSHENG_BACKUP_KEY={path}")
    return 0


def take() -> int:
    """One base backup now."""
    store = store_of(settings.load())
    with opened() as installation, _bars() as report:
        taken = base.take(source_of(installation), store, report)
    made = taken.manifest
    rows = [
        ("backup 备份", made.id),
        ("to 截至", shown(made.ended_at)),
        ("size 大小", f"{made.stored_bytes / 2**20:,.1f} MB ({made.content_bytes / 2**20:,.1f} MB)"),
        ("files 文件", f"{made.blobs:,}"),
        ("audit seal 审计封存", str(made.audit.number) if made.audit else "–"),
        ("seconds 用时", f"{taken.seconds:.1f}"),
    ]
    print(table(rows))
    for warning in taken.warnings:
        warn(warning)
    print("  ✓ copied, encrypted, read back   已备份、加密并回读核验")
    return 0


def show() -> int:
    store = store_of(settings.load())
    rows = [("backup 备份", "begun 开始", "to 截至", "kind", "MB", "files 文件", "history")]
    for one in store.manifests():
        size = f"{one.stored_bytes / 2**20:,.1f}"
        rows.append((one.id, shown(one.began_at), shown(one.ended_at), one.kind, size, f"{one.blobs:,}", one.history))
    if len(rows) == 1:
        print("  no backup yet   尚无备份")
        return 0
    print(table(rows))
    newest = restoring.plan(store, base_id=store.manifests()[-1].id)
    print(f"\n  newest restorable second 可恢复到 {shown(newest.reach)}")
    return 0


def verify(base_id: str | None, *, every: bool) -> int:
    """Exit status 1 when anything is wrong."""
    known = settings.load()
    store = store_of(known)
    manifests = [one for one in store.manifests() if base_id in (None, one.id)]
    if not manifests:
        raise Failed("no such backup   没有这份备份")
    wrong, seen = 0, set[str]()
    for manifest in manifests if every else manifests[-1:]:
        with _bars() as report:
            found = checking.check(store, manifest, report, seen)
        _tell(found)
        wrong += len(found.findings)
    if not wrong and base_id is None and known.home_path.is_dir():
        state.update(known.home_path, checked_at=system_now())
    return 1 if wrong else 0


def _tell(found: Checked) -> None:
    one = found.manifest
    reach = shown(max(found.reach or one.ended_at, one.ended_at))
    print(f"  {one.id}   {shown(one.ended_at)} – {reach}   log {found.segments:,}   files {found.blobs:,}")
    for text in found.findings:
        print(f"    ✗ {text}")
    if found.ok:
        print("    ✓ everything agrees   全部相符")


def prune() -> int:
    known = settings.load()
    store = store_of(known)
    manifests = store.manifests()
    gone = keeping.prune(store, manifests[-1].history, system_now(), _days(known)) if manifests else []
    print(f"  {len(gone)} removed   已清理   {' '.join(gone)}")
    return 0


def archive() -> int:
    """Ship the log until SIGTERM; what `up` runs as a part of its own."""
    from kernel.lifeline import end_with_launcher
    from kernel.logging import configure

    end_with_launcher()
    known = settings.load()
    configure(known.log_level, "backup")
    store = store_of(known)
    with opened(running=True) as installation:
        archiver = Archiver(source_of(installation), store, _days(known), _at(known))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: archiver.stop())
        archiver.run()
    return 0


def restore(moment: str | None, to: str | None, base_id: str, *, switch: bool) -> int:
    """Restore into a new folder; the living home is only ever exchanged by `switch`, and kept."""
    known = settings.load()
    store = store_of(known)
    home = known.home_path
    if switch:
        _refuse_living(home)
    folder = Path(to).resolve() if to else home.with_name(f"{home.name}.restored-{time.strftime('%Y%m%d-%H%M%S')}")
    if folder == home and home.exists():
        raise Failed(f"{home} 是正在使用的目录，不会覆盖。请用 --to 另选一个新目录，或者用 --switch 恢复后替换。")
    began = time.monotonic()
    chosen = restoring.plan(store, _parse(moment) if moment else None, base_id)
    if switch and chosen.manifest.kind == EXTERNAL:
        raise Failed("这是外部数据库的备份，要由数据库管理员启动，不能用 --switch 直接替换。")
    print(f"  {chosen.manifest.id} → {shown(chosen.reach)}   {folder}", flush=True)
    with _bars() as report:
        done = restoring.restore(store, chosen, folder, report)
    _told(done, time.monotonic() - began)
    if switch:
        _refuse_living(home)
        aside = home.with_name(f"{home.name}.before-{time.strftime('%Y%m%d-%H%M%S')}")
        if home.exists():
            home.rename(aside)
        folder.rename(home)
        print(f"  ✓ {home}   原目录保留在 {aside}")
    elif chosen.manifest.kind == EXTERNAL:
        print(f"  请数据库管理员用 PostgreSQL {chosen.manifest.postgres} 启动 {folder / 'postgres' / 'data'}。")
    else:
        print(f"  启用：停止系统，然后 ZHUNSHENG_HOME={folder} zhunsheng up（或者重新运行并加 --switch）")
    return 1 if done.findings else 0


def _told(done: Restored, seconds: float) -> None:
    rows = [
        ("restored to 恢复到", shown(done.reach)),
        ("log 日志", f"{done.segments:,}"),
        ("files 文件", f"{done.blobs:,}"),
        ("audit 审计", f"{done.seals:,} seals, {done.entries:,} entries"),
        ("seconds 用时", f"{seconds:.1f}"),
    ]
    print(table(rows))
    for text in done.findings:
        print(f"  ✗ {text}")
    if not done.findings and done.manifest.kind == EXTERNAL:
        print("  ✓ files laid out; the audit trail is checked by `zhunsheng audit verify` later   启动后请再核验审计")
    elif not done.findings:
        print("  ✓ database, files and audit trail agree   数据库、文件与审计封存相符")


def _parse(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Failed(f"时间 {text} 不合格式，请写成 2026-11-23 15:22:33（上海时间）") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _refuse_living(home: Path) -> None:
    """Nobody may work on a home that is exchanged."""
    for name in ("up.lock", "postgres/lock"):
        with contextlib.suppress(FileNotFoundError), (home / name).open("rb") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failed(f"系统正在 {home} 上运行，请先停止（Ctrl-C）再恢复。") from None
    data = home / "postgres" / "data"
    if processes_in(data):
        raise Failed(f"{data} 的数据库还在运行，请先停止再恢复。")


def store_of(known: Settings) -> Store:
    """The operator's backup folder under the operator's key. Failed when a setting is missing."""
    if not known.backup_dir:
        raise Failed("请用 ZHUNSHENG_BACKUP_DIR 指定备份目录（应在另一块磁盘或者另一台机器上）。")
    if not known.backup_key:
        raise Failed("请先用 zhunsheng backup key 文件 生成密钥文件，再用 ZHUNSHENG_BACKUP_KEY 指定它。")
    path = Path(known.backup_key).resolve()
    _apart(path, known)
    root = Path(known.backup_dir).resolve()
    if root.is_relative_to(known.home_path):
        raise Failed("备份目录不能在 ZHUNSHENG_HOME 之内：磁盘损坏时会一起丢失。")
    keys = Path(known.backup_keys_dir).resolve() if known.backup_keys_dir else None
    try:
        store = Store(root, keyfile.load(path), keys)
    except BackupError as error:
        raise Failed(str(error)) from error
    if not root.is_dir():
        raise Failed(f"备份目录 {root} 不存在：请先建好（或者挂载）这个目录。")
    return store


def _apart(key: Path, known: Settings) -> None:
    """Whoever gets the backups must not get the key with them."""
    for folder in (known.backup_dir, known.backup_keys_dir):
        if folder and key.is_relative_to(Path(folder).resolve()):
            raise Failed(f"密钥文件 {key} 不能放在备份目录里：拿到备份的人就能解开它。")


def source_of(installation: Installation) -> Source:
    known = installation.settings
    return Source(
        url=installation.owner_url,
        access=Access(installation.app_url, TenancySigner(known.secret("tenancy")), known.city_id),
        kind=EMBEDDED if installation.server else EXTERNAL,
        home=known.home_path,
        secrets=known.secrets_path,
        audit=known.audit_path,
        blobs=known.blob_path,
        city=known.city,
        demo=known.demo_mode,
        role_prefix=known.role_prefix,
        external_spool=Path(known.backup_wal) if known.backup_wal else None,
    )


def _days(known: Settings) -> int:
    if not known.backup_keep_days.isdecimal() or int(known.backup_keep_days) < 1:
        raise Failed("ZHUNSHENG_BACKUP_KEEP_DAYS 应当是不小于 1 的整数。")
    return int(known.backup_keep_days)


def _at(known: Settings) -> str:
    if known.backup_at != NEVER and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", known.backup_at):
        raise Failed("ZHUNSHENG_BACKUP_AT 应当是 HH:MM，或者 off。")
    return known.backup_at


@contextlib.contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """One progress bar after the other."""
    bars: dict[str, Bar] = {}

    def report(name: str, done: int, total: int) -> None:
        if not total:
            return
        if name not in bars:
            for bar in bars.values():
                bar.end()
            bars[name] = Bar(*STEPS[name])
        bars[name].show(min(done, total), total)

    yield report
    if bars:
        next(reversed(bars.values())).end()


def describe(known: Settings) -> list[tuple[str, str]]:
    """Lines on the last backup, for `zhunsheng status`."""
    last = state.read(known.home_path)
    if last is None or last.base_ended_at is None:
        return [("backup 备份", "never   从未备份" if not known.backup_dir else "not yet   尚未完成")]
    rows = [("backup 备份", f"{last.base_id}, to {shown(last.base_ended_at)}")]
    if last.wal_at is not None:
        rows.append(("log archived to 日志归档到", f"{shown(last.wal_at)} (waiting 待归档: {last.wal_waiting})"))
    if last.trouble:
        rows.append(("backup trouble 备份故障", last.trouble))
    return rows


def ship_rest(known: Settings) -> None:
    """After the database's end: its last segment. What fails now is shipped at the next start."""
    with contextlib.suppress(BackupError, OSError, Failed):
        last = state.read(known.home_path)
        if last is not None and last.history:
            wal.ship(store_of(known), last.history, known.home_path / "postgres" / SPOOL)
