"""One base backup: the database while it works, then files and keys; checked before it counts."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import psycopg

from kernel.backup import files, state, stream, tape, wal
from kernel.backup.errors import BackupError, Refused
from kernel.backup.files import Shipper
from kernel.backup.source import EMBEDDED, Source
from kernel.backup.store import Head, Manifest, Store, make_folder, reading, sync_folder
from kernel.ids import new_id
from kernel.sealing import rows

PIECE: Final = 1024 * 1024
SETTLE_SECONDS: Final = 20
Report = Callable[[str, int, int], None]
"""Called with the step (`copy`, `files`, `check`), the bytes or files done, and about how many there are."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A base backup that was made. `warnings`: Chinese sentences on what it does not hold."""

    manifest: Manifest
    seconds: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A base backup that is being written into `folder`."""

    history: str
    id: str
    began_at: datetime
    folder: Path


def take(source: Source, store: Store, report: Report = lambda *_: None) -> Taken:
    """Make and verify a base backup. Raises BackupError; what was begun is removed then."""
    began = time.monotonic()
    with _alone(source.home):
        state.recognise(source.home, store)
        history = source.history()
        store.sweep(history)
        base_id, started = _name(source)
        final = store.base(history, base_id)
        fresh = store.bases(history) / f".{base_id}"
        make_folder(fresh)
        try:
            manifest, warnings = _fill(source, store, Begun(history, base_id, started, fresh), report)
            store.put(fresh / "manifest", f"{history}/{base_id}/manifest", [manifest.json()])
            fresh.rename(final)
            sync_folder(final.parent)
        except OSError as error:
            raise BackupError(f"写备份时出错：{error.strerror}（{error.filename or store.root}）。") from error
        finally:
            if fresh.exists():
                shutil.rmtree(fresh, ignore_errors=True)
                store.secrets_of(history, base_id).unlink(missing_ok=True)
        seconds = time.monotonic() - began
        state.update(
            source.home,
            history=history,
            base_id=base_id,
            base_ended_at=manifest.ended_at,
            base_bytes=manifest.stored_bytes,
            base_seconds=round(seconds, 1),
        )
    return Taken(manifest, seconds, tuple(warnings))


def _name(source: Source) -> tuple[str, datetime]:
    """Sorts by time and never twice the same."""
    started = _now(source)
    return f"{started:%Y%m%dT%H%M%SZ}-{new_id().hex[-6:]}", started


def _fill(source: Source, store: Store, begun: Begun, report: Report) -> tuple[Manifest, list[str]]:
    what = f"{begun.history}/{begun.id}"
    warnings = []
    # Before the copy, so that the restored trail surely holds them: what is kept must never be ahead of it.
    head = _head(source)
    _, kept = store.put(begun.folder / "audit", f"{what}/audit", [_packed(source.audit)])
    with source.connect() as connection:
        facts = _facts(connection)
        expected = facts["size"]
        content, stored = store.put(
            begun.folder / "database",
            f"{what}/database",
            _copy(source, connection, lambda done: report("copy", done, expected)),
        )
    shipper = Shipper(store, source.blobs)
    report("files", shipper.ship(), 0)
    warnings += [f"原件已损坏，未能备份：{text}" for text in shipper.broken.values()]
    names = [name for name in files.hashes(source.blobs) if name not in shipper.broken]
    _, listed = store.put(begun.folder / "blobs", f"{what}/blobs", (f"{name}\n".encode() for name in names))
    # After the copy: what it holds may be encrypted under a key that was made meanwhile.
    keep_keys(source, store, begun.history, begun.id)
    with reading(begun.folder / "database") as sealed:
        found = tape.read_through(
            stream.unseal(sealed, store.key, f"{what}/database"), lambda done: report("check", done, content)
        )
    ended = _now(source)
    settled = settle(source, store, begun.history, found.segments[-1], facts["segment"])
    if not settled:
        warnings.append(_NO_ARCHIVE[source.kind == EMBEDDED])
    manifest = Manifest(
        id=begun.id,
        history=begun.history,
        kind=source.kind,
        city=source.city,
        demo=source.demo,
        role_prefix=source.role_prefix,
        database=source.database(),
        postgres=facts["major"],
        segment_bytes=facts["segment"],
        began_at=begun.began_at,
        ended_at=ended,
        first_wal=found.segments[0],
        last_wal=found.segments[-1],
        content_bytes=content,
        stored_bytes=stored,
        files={"database": stored, "blobs": listed, "audit": kept},
        blobs=len(names),
        audit=head,
    )
    return manifest, warnings


_NO_ARCHIVE: Final = {
    True: "日志还没有连续归档：只能恢复到这次备份，不能恢复到之后的时刻。"
    "设置 ZHUNSHENG_BACKUP_DIR 后请重新启动 zhunsheng up。",
    False: "外部数据库的日志没有归档到本备份：只能恢复到这次备份，不能恢复到之后的时刻。"
    "请数据库管理员用 archive_command 或 pg_receivewal 把日志放到 ZHUNSHENG_BACKUP_WAL 指定的目录。",
}


def settle(source: Source, store: Store, history: str, last: str, segment_bytes: int) -> bool:
    """Have the log archived beyond the base, so that every later second can be restored. False without an archive."""
    if source.spool is None or not source.archiving():
        return False
    wanted = wal.following(last, segment_bytes)
    with source.connect() as connection, contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        # Something has to be written for a segment to be finished.
        connection.execute("select pg_logical_emit_message(true, 'zhunsheng', 'backup')")
        connection.execute("select pg_switch_wal()")
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        wal.ship(store, history, source.spool)
        if store.segment(history, wanted).exists():
            return True
        time.sleep(0.1)
    return False


def _facts(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    row = connection.execute(
        "select current_setting('server_version_num')::int / 10000,"
        " pg_size_bytes(current_setting('wal_segment_size')),"
        " (select sum(pg_database_size(oid)) from pg_database)"
    ).fetchone()
    assert row is not None
    return {name: int(str(value)) for name, value in zip(("major", "segment", "size"), row, strict=True)}


def _copy(
    source: Source, connection: psycopg.Connection[tuple[object, ...]], progress: Callable[[int], None]
) -> Iterator[bytes]:
    """The tar of pg_basebackup, with the log that it needs."""
    command, environment = source.copier()
    # The log of a long copy must still be there at its end: a slot that goes with this session keeps it.
    slot = f"zs_backup_{new_id().hex}"
    connection.execute("select pg_create_physical_replication_slot(%s, true, true)", [slot])
    options = ["--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--no-password"]
    options += ["--manifest-checksums=SHA256", "--label=zhunsheng"]
    with tempfile.TemporaryFile() as said, _running([*command, *options], environment, said) as process:
        assert process.stdout is not None
        done = 0
        while piece := process.stdout.read(PIECE):
            yield piece
            done += len(piece)
            progress(done)
        if process.wait():
            said.seek(0)
            raise BackupError(_why(said.read().decode(errors="replace").strip()[-600:]))


def _why(said: str) -> str:
    """What the operator has to do about it, and PostgreSQL's own words."""
    for sign, text in _HINTS.items():
        if sign in said:
            return f"{text}\n{said}"
    return f"pg_basebackup 没有完成：\n{said}"


_HINTS: Final = {
    "no pg_hba.conf entry for replication": "数据库拒绝了复制连接。请数据库管理员在 pg_hba.conf 中为这个角色加一行 "
    "replication，然后重新加载配置。",
    "can only write single tablespace to stdout": "数据库使用了自建的表空间，不能这样备份，请用数据库管理员的工具。",
    "WAL streaming": "数据库没有开启复制（wal_level 应为 replica，max_wal_senders 应大于 0）。",
}


@contextlib.contextmanager
def _running(command: list[str], environment: Mapping[str, str], said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Ends with this block, whatever happens in it."""
    process = subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
    )
    try:
        yield process
    finally:
        assert process.stdout is not None
        process.stdout.close()
        if process.poll() is None:
            process.terminate()
        process.wait()


def _head(source: Source) -> Head | None:
    """The audit trail's newest seal; None when nothing is sealed or the schema is not there yet."""
    with contextlib.suppress(psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        with source.access.opened() as connection:
            seal = rows.last_seal(connection, source.access.city_id)
        return Head(seal.number, seal.head.hex()) if seal else None
    return None


def _now(source: Source) -> datetime:
    """The database's clock, which the times of commits come from."""
    with source.connect() as connection:
        row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    assert isinstance(row[0], datetime)
    return row[0]


def keep_keys(source: Source, store: Store, history: str, base_id: str) -> None:
    """Write the installation's keys and the database's password. To be done again when a key was added."""
    files_of = {"server.json": source.postgres_folder / "server.json"} if source.kind == EMBEDDED else {}
    content = _packed(source.secrets, "secrets/", files_of)
    store.put(store.secrets_of(history, base_id), f"{history}/{base_id}/keys", [content])


def _packed(folder: Path, prefix: str = "", more: Mapping[str, Path] | None = None) -> bytes:
    """A tar of the folder's files."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_file():
                tar.add(path, f"{prefix}{path.name}")
        for name, path in (more or {}).items():
            tar.add(path, name)
    return held.getvalue()


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One base backup at a time."""
    handle = os.open(home / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("另一次备份正在进行，请等它完成。") from None
        yield
    finally:
        os.close(handle)
