"""Files by the hash of their content: stored once, never changed, typed by what they contain."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import filetype
from cryptography.hazmat.primitives import hashes
from sqlalchemy.dialects.postgresql import insert

from kernel import settings
from kernel.errors import Invalid, NotFound, TooLarge
from kernel.ids import new_id
from kernel.models import BlobRecord
from kernel.work import Work

ALLOWED = {
    "application/pdf": "document",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "image/heic": "image",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/x-wav": "audio",
    "audio/amr": "audio",
    "video/mp4": "video",
    "video/quicktime": "video",
    "video/x-msvideo": "video",
    "video/x-matroska": "video",
    "video/webm": "video",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "document",
    "application/msword": "document",
    "application/vnd.ms-excel": "document",
    "text/plain": "document",
}
"""Media type (found in the content) → kind of evidence. Anything else is refused."""

PACKAGES = frozenset(kind for kind in ALLOWED if "openxmlformats" in kind)
"""Types that are archives: whoever opens one unpacks it."""
INFLATED = 50 * 1_048_576
RATIO = 100
PARTS = 10_000

EXTENSIONS = {
    ".pdf": {"application/pdf"},
    ".jpg": {"image/jpeg"},
    ".jpeg": {"image/jpeg"},
    ".png": {"image/png"},
    ".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    ".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored file: both hashes, size in bytes, the media type found in the content, and its kind."""

    sha256: str
    sm3: str
    size: int
    media_type: str
    kind: str


def detect(data: bytes) -> str:
    """The media type by content; plain UTF-8 text counts as text/plain. Empty string: unknown."""
    found = filetype.guess(data[:8192])
    if found is not None:
        return str(found.mime)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text or text.lstrip()[:1] == "<" else "text/plain"


def _inflates(data: bytes) -> bool:
    """Whether an archive is made to fill the memory of whoever opens it. Only its directory is read."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return True
    whole = sum(part.file_size for part in parts)
    return len(parts) > PARTS or (whole > INFLATED and whole > RATIO * len(data))


class BlobStore:
    """A content-addressed folder: two levels by hash, files read-only, written under a temporary name first."""

    def __init__(self, root: Path, max_bytes: int) -> None:
        self.root = root
        self.max_bytes = max_bytes

    def path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotFound
        return self.root / sha256[:2] / sha256[2:4] / sha256

    async def put(self, work: Work, data: bytes, name: str = "", *, field: str = "files") -> Stored:
        """Store a file for the work's organ. Raises Invalid for an empty file, an unknown type, or a name whose
        ending promises another type than the content has; TooLarge above the limit."""
        return await self._recorded(work, await asyncio.to_thread(self._write, data, name, field))

    async def keep(self, work: Work, data: bytes, media_type: str) -> Stored:
        """Store what the product made itself, of a type that nobody may upload (a sealed archive)."""
        return await self._recorded(work, await asyncio.to_thread(self._place, data, media_type, "archive"))

    async def _recorded(self, work: Work, stored: Stored) -> Stored:
        await work.session.execute(
            insert(BlobRecord)
            .values(
                city_id=work.city_id,
                id=new_id(),
                organ_id=work.organ_id,
                sha256=stored.sha256,
                sm3=stored.sm3,
                size=stored.size,
                media_type=stored.media_type,
            )
            .on_conflict_do_nothing()
        )
        return stored

    def _write(self, data: bytes, name: str, field: str) -> Stored:
        if not data:
            raise Invalid(f"文件“{name}”是空的，请重新选择。", field=field)
        if len(data) > self.max_bytes:
            raise TooLarge(f"文件“{name}”超过 {self.max_bytes // 1_048_576} MB，请压缩或拆分后上传。", field=field)
        media_type = detect(data)
        kind = ALLOWED.get(media_type)
        expected = EXTENSIONS.get(Path(name).suffix.lower())
        if kind is None:
            raise Invalid(f"文件“{name}”的类型不能使用，请上传 PDF、图片、音视频、Word 或 Excel 文件。", field=field)
        if media_type in PACKAGES and _inflates(data):
            raise Invalid(f"文件“{name}”解压后过大，请另存为新的文件后重新上传。", field=field)
        if expected is not None and media_type not in expected:
            raise Invalid(f"文件“{name}”的内容与扩展名不一致，请核对后重新上传。", field=field)
        return self._place(data, media_type, kind)

    def _place(self, data: bytes, media_type: str, kind: str) -> Stored:
        sha256 = hashlib.sha256(data).hexdigest()
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(data)
        target = self.path(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f"{target.name}.{os.getpid()}.{new_id()}")
            with temporary.open("xb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.chmod(0o440)
            temporary.replace(target)
        return Stored(sha256, sm3.finalize().hex(), len(data), media_type, kind)

    async def read(self, sha256: str) -> bytes:
        """The content, checked against its hash. Raises NotFound when it is not there."""
        try:
            data = await asyncio.to_thread(self.path(sha256).read_bytes)
        except FileNotFoundError:
            raise NotFound from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NotFound("文件校验不一致，已停止提供，请联系系统管理员。")
        return data


@functools.cache
def store() -> BlobStore:
    """The installation's store."""
    known = settings.load()
    return BlobStore(known.blob_path, int(known.max_upload_mb) * 1_048_576)
