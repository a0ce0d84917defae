"""The write-ahead log: from the server's spool, encrypted, into the backup, without a hole.

PostgreSQL's archive_command copies each finished segment into the spool, under the server's own user; here it is
encrypted under the key that this user must not read. A segment is finished after ARCHIVE_SECONDS at the latest.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from kernel.backup import stream
from kernel.backup.errors import BackupError, Damaged, Refused
from kernel.backup.store import SEGMENT, Store, reading

MARGIN: Final = timedelta(seconds=1)
"""A commit takes its time a moment before it is written; a segment surely holds all that is older than this."""
LONG_HEADER: Final = struct.Struct("<HHIQIxxxxQII")


@dataclass(frozen=True, slots=True)
class Chain:
    """The segments that follow a base without a hole. `reach`: every commit until then is in them."""

    names: tuple[str, ...]
    reach: datetime | None
    missing: str
    """The first segment that is not there although later ones are; empty: no hole."""


def following(name: str, segment_bytes: int) -> str:
    """The name of the segment after `name` on the same timeline."""
    timeline, high, low = name[:8], int(name[8:16], 16), int(name[16:], 16)
    number = high * (0x1_0000_0000 // segment_bytes) + low + 1
    high, low = divmod(number, 0x1_0000_0000 // segment_bytes)
    return f"{timeline}{high:08X}{low:08X}"


def chain_names(present: Sequence[str], last: str, segment_bytes: int) -> tuple[tuple[str, ...], str]:
    """Segments after `last` without a hole, and the first that is missing before a later one (or empty)."""
    later = [name for name in present if name[:8] == last[:8] and name > last]
    wanted = following(last, segment_bytes)
    names: list[str] = []
    for name in later:
        if name != wanted:
            return tuple(names), wanted
        names.append(name)
        wanted = following(name, segment_bytes)
    return tuple(names), ""


def chain(store: Store, history: str, last: str, segment_bytes: int) -> Chain:
    """What the archive holds after the segment `last`."""
    names, missing = chain_names(store.segments(history), last, segment_bytes)
    reach = store.closed_at(history, names[-1]) - MARGIN if names else None
    return Chain(names, reach, missing)


def ship(store: Store, history: str, spool: Path) -> list[str]:
    """Encrypt what waits in the spool, oldest first, and remove it there; returns the segments' names.

    Only one process ships at a time; another that tries finds nothing to do. Raises Refused when the archive already
    holds another segment of this name: then two databases write one history, and neither is overwritten.
    """
    shipped = []
    with _turn(spool) as mine:
        for path in sorted(spool.iterdir()) if mine else ():
            if SEGMENT.fullmatch(path.name):
                _ship(store, history, path)
                shipped.append(path.name)
            elif not path.name.endswith((".part", ".lock")):
                # Histories of timelines and labels of backups: a restore by this product needs neither.
                path.unlink()
    return shipped


def _ship(store: Store, history: str, path: Path) -> None:
    what, target = f"{history}/wal/{path.name}", store.segment(history, path.name)
    content = path.read_bytes()
    check_segment(path.name, content)
    if target.exists():
        if store.get(target, what) != content:
            raise Refused(f"备份中已有另一个 {path.name}：两个数据库写入了同一份备份，请为其中一个另设备份目录。")
    else:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        store.put(target, what, [content], at=at)
    path.unlink()


def read(store: Store, history: str, name: str) -> bytes:
    """An archived segment. Raises Damaged, WrongKey or Missing."""
    path = store.segment(history, name)
    with reading(path) as source:
        content = b"".join(stream.unseal(source, store.key, f"{history}/wal/{name}"))
        check_segment(name, content)
    return content


def check_segment(name: str, content: bytes) -> None:
    """Is this the segment that its name promises? Raises Damaged."""
    if len(content) < LONG_HEADER.size:
        raise Damaged(f"日志 {name} 被截断。")
    _, _, timeline, address, _, _, size, _ = LONG_HEADER.unpack_from(content)
    high, low = int(name[8:16], 16), int(name[16:], 16)
    if size != len(content) or timeline > int(name[:8], 16) or address != (high << 32) + low * size:
        raise Damaged(f"日志 {name} 的内容与名称不符。")


def waiting(spool: Path) -> list[Path]:
    """Segments in the spool."""
    with contextlib.suppress(FileNotFoundError):
        return sorted(path for path in spool.iterdir() if SEGMENT.fullmatch(path.name))
    return []


@contextlib.contextmanager
def _turn(spool: Path) -> Iterator[bool]:
    try:
        handle = os.open(spool / "ship.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BackupError(f"读不了日志暂存目录 {spool}：{error.strerror}。") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
