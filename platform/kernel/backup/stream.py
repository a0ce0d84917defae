"""The encrypted file: AES-256-GCM in chunks, each bound to its place, the end marked, the header authenticated.

    magic (8) | length of meta (4) | meta (JSON, readable) | HMAC-SHA256 of all before (32) | chunks

A chunk is 1 MiB of (compressed) content and its tag; the last may be shorter. The nonce is the chunk's number (11
bytes) and 1 for the last chunk, 0 before: a chunk that was changed, moved, left out or added is found, and so is a
cut. The file's key is derived from the master key, a salt and the whole header, which names what the file is: a file
under the name of another is found too.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.backup.errors import Damaged, WrongKey
from kernel.backup.keyfile import Key

MAGIC: Final = b"ZSBKUP1\n"
CHUNK: Final = 1024 * 1024
TAG: Final = 16
MAC: Final = 32
LONGEST_META: Final = 64 * 1024
LEVEL: Final = 1
"""zlib's fastest: a segment of the log that is mostly zeros shrinks a hundredfold at any level."""


@dataclass(frozen=True, slots=True)
class Meta:
    """The readable part of a file's header."""

    key: str
    salt: str
    what: str
    at: datetime
    """When what is in the file came to its end."""
    zipped: bool

    def json(self) -> bytes:
        known = {"key": self.key, "salt": self.salt, "what": self.what, "at": self.at.isoformat(), "zip": self.zipped}
        return json.dumps(known, separators=(",", ":")).encode()


def seal(
    source: Iterable[bytes], target: BinaryIO, key: Key, what: str, *, at: datetime | None = None, zipped: bool = True
) -> int:
    """Write `source` encrypted; returns the bytes of content. `what` must be given again to read it."""
    meta = Meta(key.id, secrets.token_hex(32), what, at or datetime.now(UTC), zipped)
    header = _header(meta)
    header += _mac(key, header)
    target.write(header)
    cipher = AESGCM(_file_key(key, meta, header))
    squeezer = zlib.compressobj(LEVEL) if zipped else None
    size, number = 0, 0
    waiting = bytearray()
    for piece in source:
        size += len(piece)
        waiting += squeezer.compress(piece) if squeezer else piece
        # One chunk at least stays: the last one must be known as the last.
        while len(waiting) > CHUNK:
            target.write(cipher.encrypt(_nonce(number, last=False), bytes(waiting[:CHUNK]), None))
            del waiting[:CHUNK]
            number += 1
    if squeezer:
        waiting += squeezer.flush()
    while len(waiting) > CHUNK:
        target.write(cipher.encrypt(_nonce(number, last=False), bytes(waiting[:CHUNK]), None))
        del waiting[:CHUNK]
        number += 1
    target.write(cipher.encrypt(_nonce(number, last=True), bytes(waiting), None))
    return size


def read_meta(source: BinaryIO, key: Key, what: str | None = None) -> tuple[Meta, bytes]:
    """The authenticated header and its bytes. Raises WrongKey or Damaged."""
    start = source.read(len(MAGIC) + 4)
    if len(start) < len(MAGIC) + 4:
        raise Damaged("文件被截断：连文件头都不完整。")
    length = int.from_bytes(start[-4:])
    if not start.startswith(MAGIC) or length > LONGEST_META:
        raise Damaged("不是备份文件，或者文件头被改动。")
    body, mac = source.read(length), source.read(MAC)
    if len(body) < length or len(mac) < MAC:
        raise Damaged("文件被截断：连文件头都不完整。")
    meta = _parse(body)
    if meta is not None and meta.key != key.id:
        raise WrongKey("密钥不对：文件不是用这把备份密钥加密的（或者文件头被改动）。")
    if meta is None or not hmac.compare_digest(mac, _mac(key, start + body)):
        raise Damaged("文件头被改动。")
    if what is not None and meta.what != what:
        raise Damaged(f"文件被调换：这里应当是 {what}，实际是 {meta.what}。")
    return meta, start + body + mac


def unseal(source: BinaryIO, key: Key, what: str) -> Iterator[bytes]:
    """The content piece by piece. Raises WrongKey or Damaged, at the latest at the end: nothing that was read is to
    be relied on before the iteration ended by itself."""
    meta, header = read_meta(source, key, what)
    pieces = _chunks(source, AESGCM(_file_key(key, meta, header)))
    return _unzipped(pieces) if meta.zipped else pieces


def _chunks(source: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    number = 0
    block = source.read(CHUNK + TAG)
    while True:
        following = source.read(CHUNK + TAG)
        last = not following
        try:
            piece = cipher.decrypt(_nonce(number, last=last), block, None)
        except (InvalidTag, ValueError):
            raise Damaged(_why(cipher, number, block, last)) from None
        yield piece
        if last:
            return
        block = following
        number += 1


def _why(cipher: AESGCM, number: int, block: bytes, last: bool) -> str:
    """A chunk that opens under the other mark is whole: then the end is where it should not be."""
    try:
        cipher.decrypt(_nonce(number, last=not last), block, None)
    except (InvalidTag, ValueError):
        if last and len(block) < CHUNK + TAG:
            return f"内容被改动，或者文件被截断（第 {number + 1} 块）。"
        return f"内容被改动（第 {number + 1} 块）。"
    return f"文件被截断（第 {number + 1} 块之后缺失）。" if last else f"文件末尾多出内容（第 {number + 1} 块之后）。"


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    opener = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest:
            yield opener.decompress(rest, 4 * CHUNK)
            rest = opener.unconsumed_tail
    yield opener.flush()
    if not opener.eof:
        raise Damaged("压缩内容不完整。")


class Flow(io.RawIOBase):
    """An iterator of pieces as a file that can be read once, for tarfile."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            found = next(self._pieces, None)
            if found is None:
                return 0
            self._rest = found
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self.position += size
        return size

    def drain(self) -> None:
        """Read to the end, so that the end is checked."""
        for piece in self._pieces:
            self.position += len(piece)


def _header(meta: Meta) -> bytes:
    body = meta.json()
    return MAGIC + len(body).to_bytes(4) + body


def _parse(body: bytes) -> Meta | None:
    try:
        found = json.loads(body)
        at = datetime.fromisoformat(found["at"])
        return Meta(str(found["key"]), str(found["salt"]), str(found["what"]), at, bool(found["zip"]))
    except (ValueError, KeyError, TypeError):
        return None


def _mac(key: Key, header: bytes) -> bytes:
    return hmac.digest(key.derive(b"header"), header, "sha256")


def _file_key(key: Key, meta: Meta, header: bytes) -> bytes:
    return key.derive(b"file|" + hashlib.sha256(header).digest(), salt=bytes.fromhex(meta.salt))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])
