"""What the last backup was, for the status page, the monitoring and the operator: `<home>/backup.json`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kernel.backup.errors import Refused
from kernel.backup.store import Store

FILE: Final = "backup.json"


@dataclass(frozen=True, slots=True)
class BackupState:
    """The state of this installation's backups; instants in UTC, None for what never happened."""

    folder: str = ""
    mark: str = ""
    history: str = ""
    base_id: str = ""
    base_ended_at: datetime | None = None
    base_bytes: int = 0
    base_seconds: float = 0.0
    wal_at: datetime | None = None
    """Time of the last write in the newest segment that is in the backup."""
    wal_waiting: int = 0
    checked_at: datetime | None = None
    """When a whole verification last found everything in order."""
    trouble: str = ""
    """What keeps backups from being made at present, in Chinese; empty: nothing."""
    seen_at: datetime | None = None
    """When whoever ships the log last said that it is alive."""


def read(home: Path) -> BackupState | None:
    """The state; None when this home was never backed up, or on a host that does not make the backups."""
    try:
        found: dict[str, Any] = json.loads((home / FILE).read_text("utf-8"))
    except (FileNotFoundError, PermissionError, ValueError):
        return None
    known = {field.name: field.type for field in fields(BackupState)}
    for name, kind in known.items():
        if "datetime" in str(kind) and found.get(name):
            found[name] = datetime.fromisoformat(found[name])
    return BackupState(**{name: value for name, value in found.items() if name in known})


def update(home: Path, **changes: Any) -> BackupState:
    """Change some of the state; others that write at the same time lose nothing."""
    with _alone(home):
        return _write(home, changes)


def recognise(home: Path, store: Store) -> None:
    """Make sure that the folder is the one of the last time, and mark a new one. Raises Refused for a medium that is
    not mounted. Several may ask at once: a new folder gets one mark."""
    with _alone(home):
        before = read(home)
        known = before is not None and before.folder == str(store.root) and before.mark != ""
        if known and not (store.root / "mark").exists():
            raise Refused(
                f"备份目录 {store.root} 里以前的备份不见了：存储可能没有挂载。"
                f"如果确实换了新的空目录，请删除 {home / FILE} 后再试。"
            )
        mark = store.mark()
        if known and before is not None and before.mark != mark:
            raise Refused(f"备份目录 {store.root} 不是上次的那一个。如果确实换了，请删除 {home / FILE} 后再试。")
        if not known:
            _write(home, {"folder": str(store.root), "mark": mark})


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    handle = os.open(home / f"{FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(home: Path, changes: Mapping[str, Any]) -> BackupState:
    """Only for who holds the lock."""
    state = replace(read(home) or BackupState(), **changes)
    fresh = home / f"{FILE}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as target:
        json.dump(asdict(state), target, ensure_ascii=False, default=lambda moment: moment.isoformat())
    fresh.replace(home / FILE)
    return state
