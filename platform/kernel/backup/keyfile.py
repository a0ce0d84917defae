"""The key file: one line of text with 32 random bytes, short enough to be kept on paper in a safe."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.backup.errors import Refused, WrongKey

WORD = "ZSBACKUPKEY1"


@dataclass(frozen=True, slots=True)
class Key:
    """The master key. Nothing is encrypted under it directly: every file has a key of its own."""

    master: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Tells keys apart without giving anything away."""
        return self.derive(b"id", 8).hex()

    def derive(self, purpose: bytes, length: int = 32, salt: bytes | None = None) -> bytes:
        kdf = HKDF(hashes.SHA256(), length, salt, b"zhunsheng backup|" + purpose)
        return kdf.derive(self.master)

    def name(self, sha256: str) -> str:
        """Under what name a file of this hash is stored: who sees the folder cannot tell which files it holds."""
        return hmac.digest(self.derive(b"names"), bytes.fromhex(sha256), "sha256").hex()


def make(path: Path) -> Key:
    """Write a new key file that its owner alone may read. Raises Refused when the file is there already."""
    key = Key(secrets.token_bytes(32))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path} 已经存在，不会覆盖：覆盖密钥等于丢弃以前的全部备份。") from None
    except OSError as error:
        raise Refused(f"不能写入密钥文件 {path}：{error.strerror}。") from error
    with os.fdopen(handle, "w") as target:
        target.write(f"{WORD} {key.master.hex()} {_check(key.master)}\n")
        target.flush()
        os.fsync(target.fileno())
    return key


def load(path: Path) -> Key:
    """Read a key file. Raises WrongKey for anything else, and for a slip in a line typed from paper."""
    try:
        words = path.read_text("ascii").split()
    except OSError as error:
        raise WrongKey(f"读不到备份密钥文件 {path}：{error.strerror}。") from error
    except UnicodeDecodeError:
        words = []
    if len(words) != 3 or words[0] != WORD:
        raise WrongKey(f"{path} 不是备份密钥文件。")
    try:
        master = bytes.fromhex(words[1])
    except ValueError:
        master = b""
    if len(master) != 32 or _check(master) != words[2]:
        raise WrongKey(f"{path} 中的密钥抄写有误（校验码不符），请对照原件。")
    return Key(master)


def _check(master: bytes) -> str:
    return hashlib.sha256(b"zhunsheng backup key check|" + master).hexdigest()[:8]
