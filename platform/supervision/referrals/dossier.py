"""The sealed dossier: a canonical manifest, and an archive that can be checked without this system. Pure.

The manifest is JSON with sorted keys, no spaces and UTF-8; its SHA-256 and SM3 stand in the letter. The archive is a
zip of the files that the manifest lists under plain names, with SHA256SUMS for ``sha256sum -c``. Equal contents give
equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives import hashes

FORMAT: Final = "zhunsheng-dossier/1"
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_ENDINGS: Final = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "text/plain": "txt",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the dossier. `role`: document, evidence or material; `date` ISO; `sha256` is also its place in the
    store."""

    role: str
    name: str
    media_type: str
    sha256: str
    sm3: str
    size: int
    number: str = ""
    date: str = ""
    about: str = ""


def sm3(data: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def manifest(head: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], pieces: Sequence[Piece]) -> bytes:
    """The canonical manifest. A file that serves several records is packed once and listed for each."""
    paths: dict[str, str] = {}
    for piece in pieces:
        if piece.sha256 not in paths:
            ending = _ENDINGS.get(piece.media_type, "bin")
            paths[piece.sha256] = f"{piece.role}/{len(paths) + 1:03}.{ending}"
    files = [{"path": paths[piece.sha256], **msgspec.structs.asdict(piece)} for piece in pieces]
    whole = {"format": FORMAT, **head, "findings": list(findings), "files": files}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def listed(text: bytes) -> dict[str, str]:
    """Path → SHA-256 of the files that a manifest lists."""
    return {file["path"]: file["sha256"] for file in json.loads(text)["files"]}


def archive(text: bytes, contents: Mapping[str, bytes]) -> bytes:
    """The zip of a manifest and its files; `contents` by SHA-256."""
    packed = {path: contents[digest] for path, digest in sorted(listed(text).items())}
    packed[MANIFEST] = text
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(packed.items()))
    packed[SUMS] = sums.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for path, data in sorted(packed.items()):
            entry = zipfile.ZipInfo(path, _MOMENT)
            entry.external_attr = 0o444 << 16
            made.writestr(entry, data)
    return out.getvalue()


def faults(data: bytes, manifest_sha256: str) -> list[str]:
    """What is wrong with an archive, compared with the value that stands in the letter; empty: it is as it was sealed.

    Needs nothing but the archive and the value.
    """
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        held = {name: packed.read(name) for name in packed.namelist()}
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        return [f"案卷不能打开：{error}"]
    text = held.get(MANIFEST, b"")
    if hashlib.sha256(text).hexdigest() != manifest_sha256:
        return ["清单与移送文书所列校验值不一致"]
    wanted = listed(text)
    found = [f"缺少文件 {path}" for path in wanted if path not in held]
    found += [
        f"文件 {path} 的内容已改变"
        for path, digest in wanted.items()
        if path in held and hashlib.sha256(held[path]).hexdigest() != digest
    ]
    return found + [f"多出文件 {path}" for path in held if path not in {*wanted, MANIFEST, SUMS}]
