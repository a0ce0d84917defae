"""Restore into a new folder, to a chosen second or to the newest; what is there already is never touched.

Everything is written beside the wanted folder and renamed when database, files and audit trail were checked.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg

from kernel.backup import files, stream, tape, wal
from kernel.backup.errors import BackupError, Missing, Refused
from kernel.backup.recovery import FETCH, Fetcher, recover
from kernel.backup.source import EMBEDDED
from kernel.backup.store import Manifest, Store, reading
from kernel.backup.wal import Chain
from kernel.clock import local_time
from kernel.embedded import EmbeddedServer
from kernel.processes import EmbeddedError, ServerUser, choose_user, major_version, usable_binaries
from kernel.provision import app_url
from kernel.sealing import online
from kernel.sealing.keys import KEY_NAME
from kernel.sealing.rows import Access
from kernel.settings import Settings
from kernel.tenancy import TenancySigner

Report = Callable[[str, int, int], None]
"""Called with the step (`database`, `log`, `files`, `audit`), how far it is, and of how much."""
SPARE: Final = 512 * 1024 * 1024
"""Room for the log that is replayed, beside the database itself."""


@dataclass(slots=True)
class Restored:
    """A restore that took place. `findings`: Chinese sentences on what is not as it should be."""

    manifest: Manifest
    folder: Path
    reach: datetime
    """Up to when the restored state goes."""
    segments: int = 0
    blobs: int = 0
    seals: int = 0
    entries: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """From which base, with which log, to which moment (None: all there is)."""

    manifest: Manifest
    chain: Chain
    target: datetime | None

    @property
    def reach(self) -> datetime:
        return self.target or self.chain.reach or self.manifest.ended_at


def plan(store: Store, target: datetime | None = None, base_id: str = "") -> Plan:
    """Choose the base and check that the log goes as far as wanted. Raises Missing with what can be had instead."""
    manifests = [one for one in store.manifests() if not base_id or one.id == base_id]
    if not manifests:
        raise Missing(f"{store.root} 中没有{'这个编号的' if base_id else ''}完整备份。")
    usable = [one for one in manifests if target is None or one.ended_at <= target]
    if not usable:
        raise Missing(f"没有这一时刻之前的备份：最早可以恢复到 {shown(manifests[0].ended_at)}。")
    manifest = usable[-1]
    chain = wal.chain(store, manifest.history, manifest.last_wal, manifest.segment_bytes)
    reach = chain.reach or manifest.ended_at
    if chain.missing and (target is None or target > reach):
        raise Missing(
            f"日志 {chain.missing} 缺失，从这份备份最多可以恢复到 {shown(reach)}；"
            "要恢复到那一时刻，请用 --time 写明；要恢复到更晚，请用更新的基础备份（--backup）。"
        )
    if target is not None and target > reach:
        raise Missing(f"备份中的日志只到 {shown(reach)}，还不能恢复到 {shown(target)}。")
    return Plan(manifest, chain, target)


def shown(moment: datetime) -> str:
    """2026-11-23 15:22:33, on a Shanghai clock."""
    return f"{local_time(moment):%Y-%m-%d %H:%M:%S}"


def restore(store: Store, chosen: Plan, folder: Path, report: Report = lambda *_: None) -> Restored:
    """Restore into `folder`, which must not exist or be empty. Raises BackupError; nothing is left then."""
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} 已有内容，不会覆盖。请另选一个新目录。")
    fresh = folder.with_name(f"{folder.name}.restoring-{os.getpid()}")
    try:
        user = _prepare(chosen, fresh)
        _unpack_keys(store, chosen.manifest, fresh)
        data = fresh / "postgres" / "data"
        _unpack_database(store, chosen.manifest, data, user, report)
        done = Restored(chosen.manifest, folder, chosen.reach)
        if chosen.manifest.kind == EMBEDDED:
            _recover(store, chosen, done, fresh, report)
        else:
            _hand_over(store, chosen, done, fresh, report)
        os.sync()
        if folder.exists():
            folder.rmdir()
        fresh.rename(folder)
    except OSError as error:
        raise BackupError(f"恢复时写不进 {error.filename or fresh}：{error.strerror}。") from error
    except EmbeddedError as error:
        raise BackupError(str(error)) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return done


def _prepare(chosen: Plan, fresh: Path) -> ServerUser:
    """An empty home with enough room, for a server that can read the files."""
    manifest = chosen.manifest
    above = next(path for path in fresh.parents if path.exists())
    free = shutil.disk_usage(above).free
    if free < manifest.content_bytes + SPARE:
        raise Refused(
            f"{above} 所在磁盘只剩 {free // 2**20:,} MB，恢复需要约 {(manifest.content_bytes + SPARE) // 2**20:,} MB。"
        )
    data = fresh / "postgres" / "data"
    user = choose_user(data)
    if manifest.kind == EMBEDDED and (ours := major_version(usable_binaries(None, user))) != manifest.postgres:
        raise Refused(
            f"备份出自 PostgreSQL {manifest.postgres}，这里是 {ours}。"
            f"请用 ZHUNSHENG_PG_BIN 指出 PostgreSQL {manifest.postgres} 的程序目录。"
        )
    for path in (fresh, fresh / "postgres"):
        path.mkdir(parents=True)
        path.chmod(0o711 if user.differs else 0o700)
    data.mkdir(mode=0o700)
    if user.differs:
        os.chown(data, user.uid, user.gid)
    return user


def _unpack_keys(store: Store, manifest: Manifest, fresh: Path) -> None:
    place = f"{manifest.history}/{manifest.id}"
    keys = store.get(store.secrets_of(manifest.history, manifest.id), f"{place}/keys")
    audit = store.get(store.base(manifest.history, manifest.id) / "audit", f"{place}/audit")
    (fresh / "secrets").mkdir(mode=0o700)
    for name, content in _members(keys):
        if name == "server.json":
            # A restored database is a history of its own: it must never write into the log of the one it came from.
            state = json.loads(content) | {"history": secrets.token_hex(8), "launcher": 0}
            _write(fresh / "postgres" / name, json.dumps(state).encode())
        else:
            _write(fresh / "secrets" / Path(name).name, content)
    for name, content in _members(audit):
        (fresh / "audit").mkdir(mode=0o700, exist_ok=True)
        _write(fresh / "audit" / Path(name).name, content)


def _members(packed: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content.read()


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(content)


def _unpack_database(store: Store, manifest: Manifest, data: Path, user: ServerUser, report: Report) -> None:
    with reading(store.base(manifest.history, manifest.id) / "database") as source:
        pieces = stream.unseal(source, store.key, f"{manifest.history}/{manifest.id}/database")
        tape.extract(pieces, data, user, lambda done: report("database", done, manifest.content_bytes))
    signal = data / "recovery.signal"
    signal.touch(mode=0o600)
    if user.differs:
        os.chown(signal, user.uid, user.gid)


def _recover(store: Store, chosen: Plan, done: Restored, fresh: Path, report: Report) -> None:
    names, fetch = chosen.chain.names, fresh / "postgres" / FETCH
    user = choose_user(fresh / "postgres" / "data")
    fetcher = Fetcher(store, chosen.manifest, names, folder=fetch, user=user)
    fetcher.progress = lambda count: report("log", count, max(count, len(names)))
    server: EmbeddedServer | None = None
    try:
        server = recover(fresh, fetcher, chosen.target)
        _finish(store, done, fresh, server, report)
    finally:
        if fetcher.is_alive():
            fetcher.close()
        done.segments = fetcher.served
        if server is not None:
            server.stop()
    shutil.rmtree(fetch, ignore_errors=True)


def _finish(store: Store, done: Restored, fresh: Path, server: EmbeddedServer, report: Report) -> None:
    """Files for the rows that are there, then the proof that the audit trail is whole."""
    manifest = done.manifest
    url = server.start().url(manifest.database)
    wanted: list[str] = []
    with psycopg.connect(url) as connection, contextlib.suppress(psycopg.errors.UndefinedTable):
        rows = connection.execute("select distinct sha256 from blob_record order by 1").fetchall()
        wanted = [str(row[0]) for row in rows]
    done.blobs, missing = _restore_files(store, wanted, fresh / "blobs", report)
    if missing:
        done.findings.append(f"{len(missing)} 个文件不在备份中，例如 {missing[0]}：请从原件补回 blobs/。")
    with contextlib.suppress(psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        _check_audit(done, fresh, url, report)


def _restore_files(store: Store, wanted: list[str], blobs: Path, report: Report) -> tuple[int, list[str]]:
    missing: list[str] = []
    for number, name in enumerate(wanted, 1):
        if store.blob(name).exists():
            files.restore(store, name, blobs)
        else:
            missing.append(name)
        report("files", number, len(wanted))
    return len(wanted) - len(missing), missing


def _check_audit(done: Restored, fresh: Path, url: str, report: Report) -> None:
    manifest = done.manifest
    known = Settings(home=str(fresh), role_prefix=manifest.role_prefix, city=manifest.city)
    access = Access(app_url(known, url), TenancySigner(known.secret("tenancy")), known.city_id)
    if manifest.audit is not None:
        with access.opened() as connection:
            row = connection.execute(
                "select encode(head, 'hex') from audit_seal where city_id = %s and number = %s",
                [known.city_id, manifest.audit.number],
            ).fetchone()
        if row is None or row[0] != manifest.audit.head:
            done.findings.append(f"审计第 {manifest.audit.number} 号封存与备份清单中的不一致。")
    # A key that was never made is not made here: with it nobody could have signed anything.
    made = (known.secrets_path / f"{KEY_NAME}.key").exists()
    found = online.verify(
        access,
        processes=1,
        secret=known.secret(KEY_NAME) if made else None,
        progress=lambda checked, total: report("audit", checked, total),
    )
    done.seals, done.entries = found.seals, found.entries
    done.findings += [finding.text for finding in found.findings]


def _hand_over(store: Store, chosen: Plan, done: Restored, fresh: Path, report: Report) -> None:
    """An operator's own PostgreSQL: its files, its log and the settings of the recovery, to be started by its
    administrator; all files that were there at the end of the base."""
    folder = fresh / "postgres" / "wal"
    user = choose_user(fresh / "postgres" / "data")
    folder.mkdir(mode=0o700)
    for number, name in enumerate(chosen.chain.names, 1):
        _write(folder / name, wal.read(store, chosen.manifest.history, name))
        report("log", number, len(chosen.chain.names))
        done.segments = number
    final = done.folder / "postgres" / "wal"
    lines = [f'restore_command = \'cp "{final}/%f" "%p"\'', "recovery_target_action = 'promote'"]
    if chosen.target is not None:
        lines.append(f"recovery_target_time = '{chosen.target.isoformat(sep=' ')}'")
    with (fresh / "postgres" / "data" / "postgresql.auto.conf").open("a", encoding="utf-8") as target:
        target.write("\n".join(["", *lines, ""]))
    if user.differs:
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.uid, user.gid)
    place = f"{chosen.manifest.history}/{chosen.manifest.id}"
    base = store.base(chosen.manifest.history, chosen.manifest.id)
    names = store.get(base / "blobs", f"{place}/blobs").decode("ascii").split()
    done.blobs, missing = _restore_files(store, names, fresh / "blobs", report)
    if missing:
        done.findings.append(f"{len(missing)} 个文件不在备份中，例如 {missing[0]}。")
