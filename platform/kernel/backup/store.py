"""The backup folder: where what lies, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from kernel.backup import stream
from kernel.backup.errors import BackupError, Damaged, Missing, Refused
from kernel.backup.keyfile import Key

MARK: Final = "mark"
FORMAT: Final = 1
PARTIAL: Final = ".part"
SEGMENT: Final = re.compile(r"[0-9A-F]{24}")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal of the audit trail, as hexadecimal: what a restored trail has to contain."""

    number: int
    head: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a base backup is. Instants are UTC; a restore can go to any moment from `ended_at` on."""

    id: str
    history: str
    kind: str
    """`embedded`, or `external` for an operator's own PostgreSQL."""
    city: str
    demo: bool
    role_prefix: str
    database: str
    postgres: int
    """Major version: another one cannot read the files."""
    segment_bytes: int
    began_at: datetime
    ended_at: datetime
    first_wal: str
    last_wal: str
    """The segments that are in the base itself; what follows comes from the archive."""
    content_bytes: int
    stored_bytes: int
    files: dict[str, int]
    """Sizes of the encrypted files, so that a cut is told from a change."""
    blobs: int
    audit: Head | None

    def json(self) -> bytes:
        plain = asdict(self) | {"format": FORMAT}
        return json.dumps(plain, default=lambda moment: moment.isoformat()).encode()

    @classmethod
    def parse(cls, body: bytes) -> Manifest:
        found: dict[str, Any] = json.loads(body)
        if found.pop("format") != FORMAT:
            raise Damaged("备份出自更新版本的准绳，请升级后再恢复。")
        for name in ("began_at", "ended_at"):
            found[name] = datetime.fromisoformat(found[name])
        found["audit"] = Head(**found["audit"]) if found["audit"] else None
        return cls(**found)


@dataclass(frozen=True, slots=True)
class Store:
    """One backup folder under one key. `keys`: where the installation's secrets go, empty: below each history."""

    root: Path
    key: Key
    keys: Path | None = None

    def bases(self, history: str) -> Path:
        return self.root / history / "bases"

    def base(self, history: str, base_id: str) -> Path:
        return self.bases(history) / base_id

    def wal(self, history: str) -> Path:
        return self.root / history / "wal"

    def segment(self, history: str, name: str) -> Path:
        # 256 consecutive segments a folder: a folder of a hundred thousand files is slow on many a medium.
        return self.wal(history) / name[:22] / name

    def secrets_of(self, history: str, base_id: str) -> Path:
        return (self.keys or self.root) / history / "keys" / base_id

    def blob(self, sha256: str) -> Path:
        name = self.key.name(sha256)
        return self.root / "blobs" / name[:2] / name[2:4] / name

    def histories(self) -> list[str]:
        """Histories that hold anything."""
        found = (path.parent.name for path in self.root.glob("*/bases"))
        return sorted(found)

    def base_ids(self, history: str) -> list[str]:
        """Complete base backups, oldest first: their ids begin with their time."""
        folder = self.bases(history)
        return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []

    def segments(self, history: str) -> list[str]:
        """Archived segments in order."""
        return sorted(p.name for p in self.wal(history).glob("*/*") if SEGMENT.fullmatch(p.name))

    def manifest(self, history: str, base_id: str) -> Manifest:
        path = self.base(history, base_id) / "manifest"
        with reading(path) as source:
            return Manifest.parse(b"".join(stream.unseal(source, self.key, f"{history}/{base_id}/manifest")))

    def manifests(self, history: str | None = None) -> list[Manifest]:
        """All bases, of one history or of all, the oldest first."""
        wanted = [history] if history else self.histories()
        found = [self.manifest(name, base_id) for name in wanted for base_id in self.base_ids(name)]
        return sorted(found, key=lambda one: one.ended_at)

    def closed_at(self, history: str, name: str) -> datetime:
        """When the segment was written last, as its authenticated header says."""
        with reading(self.segment(history, name)) as source:
            return stream.read_meta(source, self.key, f"{history}/wal/{name}")[0].at

    def put(self, path: Path, what: str, content: Iterable[bytes], **options: Any) -> tuple[int, int]:
        """Write one encrypted file, whole or not at all; returns the bytes of content and of the file."""
        make_folder(path.parent)
        fresh = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
        try:
            with open_private(fresh) as target:
                size = stream.seal(content, target, self.key, what, **options)
                target.flush()
                os.fsync(target.fileno())
                stored = target.tell()
            fresh.replace(path)
            sync_folder(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
        return size, stored

    def get(self, path: Path, what: str) -> bytes:
        """A small file's content."""
        with reading(path) as source:
            return b"".join(stream.unseal(source, self.key, what))

    def mark(self) -> str:
        """The folder's mark, made when the folder is new. Raises Refused when the folder is not there."""
        if not self.root.is_dir():
            raise Refused(f"备份目录 {self.root} 不存在：请先建好（或者挂载）这个目录。")
        path = self.root / MARK
        try:
            return path.read_text("ascii").strip()
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"读不了备份目录 {self.root}：{error}。") from error
        value = secrets.token_hex(8)
        try:
            with open_private(path) as target:
                target.write(value.encode())
        except OSError as error:
            raise Refused(f"不能写入备份目录 {self.root}：{error.strerror}。") from error
        return value

    def sweep(self, history: str) -> None:
        """Remove what an interrupted backup left."""
        for path in self.bases(history).glob(".*"):
            shutil.rmtree(path, ignore_errors=True)


def make_folder(path: Path) -> None:
    """A folder for the operator's eyes alone, with those above it."""
    for missing in reversed([p for p in (path, *path.parents) if not p.exists()]):
        with contextlib.suppress(FileExistsError):
            missing.mkdir(mode=0o700)


def open_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def sync_folder(path: Path) -> None:
    """Make a rename last."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Some network file systems cannot; the file itself is safe all the same.
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open a file of the backup; errors that are about its content name it."""
    try:
        with path.open("rb") as source:
            yield source
    except BackupError as error:
        raise type(error)(f"{path}：{error}") from error
    except FileNotFoundError as error:
        raise Missing(f"{path}：备份中缺少这个文件。") from error
    except OSError as error:
        raise Damaged(f"{path}：读不出来（{error.strerror}）。") from error
