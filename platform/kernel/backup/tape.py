"""Reading a base backup's tar stream: what it holds, checked against PostgreSQL's own list; nothing plain on disk."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from kernel.backup.errors import Damaged
from kernel.backup.store import SEGMENT
from kernel.backup.stream import Flow
from kernel.processes import ServerUser

LIST: Final = "backup_manifest"
PIECE: Final = 1024 * 1024
Progress = Callable[[int], None]
"""Called with the bytes read so far."""


@dataclass(slots=True)
class Contents:
    """What a tar of a base backup holds."""

    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Size and SHA-256 by path."""
    segments: list[str] = field(default_factory=list)
    listing: bytes = b""

    def check(self) -> None:
        """Every file that PostgreSQL listed is there with its hash, and no other. Raises Damaged."""
        listed = _listed(self.listing)
        present = {path for path in self.files if not path.startswith("pg_wal/")}
        for path, (size, digest) in listed.items():
            if self.files.get(path) != (size, digest):
                raise Damaged(f"基础备份中的数据库文件 {path} 缺失或者与清单不符。")
        surplus = present - listed.keys()
        if surplus:
            raise Damaged(f"基础备份中多出文件 {min(surplus)}。")
        if not self.segments:
            raise Damaged("基础备份中没有日志，不能恢复到一致的状态。")


def read_through(pieces: Iterable[bytes], progress: Progress | None = None) -> Contents:
    """Read to the end and check. Raises Damaged; errors of the stream pass through."""
    return _walk(pieces, progress, None)


def extract(pieces: Iterable[bytes], folder: Path, user: ServerUser, progress: Progress | None = None) -> Contents:
    """Write the database's files below `folder` as the server's user, and check them on the way."""

    def place(member: tarfile.TarInfo) -> Path:
        try:
            safe = tarfile.data_filter(member, str(folder))
        except tarfile.FilterError as error:
            raise Damaged(f"基础备份中有不应有的 {member.name}。") from error
        path = folder / safe.name
        if member.isdir():
            path.mkdir(mode=0o700, exist_ok=True)
        else:
            path.touch(mode=0o600, exist_ok=False)
        if user.differs:
            os.chown(path, user.uid, user.gid)
        return path

    return _walk(pieces, progress, place)


def _walk(
    pieces: Iterable[bytes], progress: Progress | None, place: Callable[[tarfile.TarInfo], Path] | None
) -> Contents:
    flow, found = Flow(pieces), Contents()
    try:
        with tarfile.open(fileobj=flow, mode="r|", bufsize=PIECE) as tar:
            for member in tar:
                if not (member.isfile() or member.isdir()):
                    raise Damaged(f"基础备份中有不应有的 {member.name}。")
                _take(found, member, tar, place)
                if progress is not None:
                    progress(flow.position)
    except tarfile.TarError as error:
        raise Damaged(f"基础备份的内容不完整：{error}") from error
    flow.drain()
    found.check()
    return found


def _take(
    found: Contents,
    member: tarfile.TarInfo,
    tar: tarfile.TarFile,
    place: Callable[[tarfile.TarInfo], Path] | None,
) -> None:
    name = member.name.removeprefix("./")
    content = tar.extractfile(member)
    if name == LIST and content is not None:
        found.listing = content.read()
        return
    path = place(member) if place is not None else None
    if content is None:
        return
    with path.open("wb") if path is not None else contextlib.nullcontext() as target:
        found.files[name] = _copied(content, target)
    segment = name.removeprefix("pg_wal/")
    if segment != name and SEGMENT.fullmatch(segment):
        found.segments = sorted([*found.segments, segment])


def _copied(source: IO[bytes], target: IO[bytes] | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        digest.update(piece)
        size += len(piece)
        if target is not None:
            target.write(piece)
    return size, digest.hexdigest()


def _listed(listing: bytes) -> dict[str, tuple[int, str]]:
    """PostgreSQL's list of files, itself under a hash."""
    try:
        body, _, rest = listing.rpartition(b'"Manifest-Checksum"')
        told = json.loads(listing)
        if hashlib.sha256(body).hexdigest() != told["Manifest-Checksum"] or not rest:
            raise Damaged("基础备份的文件清单被改动。")
        return {
            _path(entry): (entry["Size"], entry["Checksum"])
            for entry in told["Files"]
            if entry["Checksum-Algorithm"] == "SHA256"
        }
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("基础备份没有可用的文件清单。") from error


def _path(entry: dict[str, str]) -> str:
    return entry["Path"] if "Path" in entry else bytes.fromhex(entry["Encoded-Path"]).decode(errors="surrogateescape")
