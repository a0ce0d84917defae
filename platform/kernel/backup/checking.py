"""Verification of what is in the backup folder, without a database: every byte is read and held against its proof."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from kernel.backup import files, stream, tape, wal
from kernel.backup.errors import BackupError
from kernel.backup.store import Manifest, Store, reading

Progress = Callable[[str, int, int], None]
"""Called with the step (`database`, `log`, `files`), how far it is, and of how much."""


@dataclass(slots=True)
class Checked:
    """What the verification of one base backup and what belongs to it found."""

    manifest: Manifest
    segments: int = 0
    blobs: int = 0
    reach: datetime | None = None
    """Up to when it can be restored; None: to the end of the base only."""
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings


def check(
    store: Store, manifest: Manifest, progress: Progress = lambda *_: None, seen: set[str] | None = None
) -> Checked:
    """Check a base, its keys, the log after it and its files. `seen`: what was read for another base already, added
    to. What is wrong becomes a finding; nothing is raised, for who has the manifest has the key."""
    found = Checked(manifest)
    seen = seen if seen is not None else set()
    _try(found, partial(_check_database, store, manifest, progress))
    for name in ("audit", "blobs"):
        _try(found, partial(_check_size, store, manifest, name))
    place = f"{manifest.history}/{manifest.id}"
    _try(found, partial(store.get, store.base(manifest.history, manifest.id) / "audit", f"{place}/audit"))
    _try(found, partial(store.get, store.secrets_of(manifest.history, manifest.id), f"{place}/keys"))
    _check_log(store, found, progress, seen)
    _check_files(store, found, progress, seen)
    return found


def blob_names(store: Store, manifest: Manifest) -> list[str]:
    """The hashes of the files that were there at the end of the base."""
    path = store.base(manifest.history, manifest.id) / "blobs"
    return store.get(path, f"{manifest.history}/{manifest.id}/blobs").decode("ascii").split()


def _check_database(store: Store, manifest: Manifest, progress: Progress) -> None:
    _check_size(store, manifest, "database")
    with reading(store.base(manifest.history, manifest.id) / "database") as source:
        pieces = stream.unseal(source, store.key, f"{manifest.history}/{manifest.id}/database")
        tape.read_through(pieces, lambda done: progress("database", done, manifest.content_bytes))


def _check_size(store: Store, manifest: Manifest, name: str) -> None:
    path = store.base(manifest.history, manifest.id) / name
    with reading(path) as source:
        size, wanted = source.seek(0, 2), manifest.files[name]
    if size != wanted:
        raise BackupError(
            f"{path}：应有 {wanted:,} 字节，实际 {size:,} 字节，{'被截断' if size < wanted else '被加长'}。"
        )


def _check_log(store: Store, found: Checked, progress: Progress, seen: set[str]) -> None:
    manifest = found.manifest
    present = store.segments(manifest.history)
    names, missing = wal.chain_names(present, manifest.last_wal, manifest.segment_bytes)
    for name in names:
        place = f"{manifest.history}/{name}"
        if place not in seen:
            seen.add(place)
            _try(found, partial(wal.read, store, manifest.history, name))
        found.segments += 1
        progress("log", found.segments, len(names))
    if names:
        with contextlib.suppress(BackupError):
            found.reach = store.closed_at(manifest.history, names[-1]) - wal.MARGIN
    if missing:
        found.findings.append(f"日志 {missing} 缺失：它之后的时刻只能从更新的基础备份恢复。")


def _check_files(store: Store, found: Checked, progress: Progress, seen: set[str]) -> None:
    names: list[str] = []
    _try(found, lambda: names.extend(blob_names(store, found.manifest)))
    for name in names:
        if name not in seen:
            seen.add(name)
            _try(found, partial(files.check, store, name))
        found.blobs += 1
        progress("files", found.blobs, len(names))


def _try(found: Checked, step: Callable[[], object]) -> None:
    try:
        step()
    except BackupError as error:
        found.findings.append(str(error))
