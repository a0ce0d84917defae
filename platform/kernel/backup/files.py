"""Evidence and documents: each stored file goes into the backup once, encrypted, under a name that tells nothing."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kernel.backup import stream
from kernel.backup.errors import Damaged
from kernel.backup.store import Store, make_folder, reading

HASH: Final = re.compile(r"[0-9a-f]{64}")
PIECE: Final = 1024 * 1024


@dataclass(slots=True)
class Shipper:
    """Copies new files. Between rounds only folders in which something changed are looked into again."""

    store: Store
    blobs: Path
    broken: dict[str, str] = field(default_factory=dict)
    """Files whose original is damaged, with the reason: they do not keep the others out of the backup."""
    _seen: dict[str, int] = field(default_factory=dict)

    def ship(self) -> int:
        """One round; returns how many files were new."""
        new = 0
        for folder in leaves(self.blobs):
            changed = folder.stat().st_mtime_ns
            if self._seen.get(folder.path) == changed:
                continue
            for path in sorted(Path(folder.path).iterdir()):
                if HASH.fullmatch(path.name):
                    new += self._put(path)
            self._seen[folder.path] = changed
        return new

    def _put(self, path: Path) -> bool:
        try:
            return put(self.store, path)
        except Damaged as error:
            self.broken[path.name] = str(error)
            return False


def leaves(blobs: Path) -> Iterator[os.DirEntry[str]]:
    """The folders of the second level, in which the files are."""
    if not blobs.is_dir():
        return
    with os.scandir(blobs) as firsts:
        for first in sorted((e for e in firsts if e.is_dir()), key=lambda e: e.name):
            with os.scandir(first.path) as seconds:
                yield from sorted((e for e in seconds if e.is_dir()), key=lambda e: e.name)


def hashes(blobs: Path) -> Iterator[str]:
    """Every stored file's hash, in order."""
    for folder in leaves(blobs):
        yield from sorted(name for name in os.listdir(folder.path) if HASH.fullmatch(name))  # noqa: PTH208


def put(store: Store, path: Path) -> bool:
    """Copy one file unless the backup has it. Raises Damaged when its content does not have its hash."""
    target = store.blob(path.name)
    if target.exists():
        return False
    digest = hashlib.sha256()
    what = f"blobs/{target.name}"

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as source:
            while piece := source.read(PIECE):
                digest.update(piece)
                yield piece
        if digest.hexdigest() != path.name:
            raise Damaged(f"{path}：文件内容与其校验值不符，磁盘上的原件可能已经损坏。")

    # Pictures, videos and PDF are compressed already.
    store.put(target, what, pieces(), zipped=False)
    return True


def check(store: Store, sha256: str) -> int:
    """Read one file of the backup through; returns its bytes. Raises Missing, Damaged or WrongKey."""
    return sum(map(len, _content(store, sha256)))


def restore(store: Store, sha256: str, blobs: Path) -> int:
    """Write one file of the backup below `blobs`; returns its bytes. Raises Missing, Damaged or WrongKey."""
    target = blobs / sha256[:2] / sha256[2:4] / sha256
    make_folder(target.parent)
    size = 0
    with target.open("xb") as handle:
        for piece in _content(store, sha256):
            size += handle.write(piece)
    target.chmod(0o440)
    return size


def _content(store: Store, sha256: str) -> Iterator[bytes]:
    path, digest = store.blob(sha256), hashlib.sha256()
    with reading(path) as source:
        for piece in stream.unseal(source, store.key, f"blobs/{path.name}"):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != sha256:
            raise Damaged("文件内容与其校验值不符。")
