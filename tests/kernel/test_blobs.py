"""What a file may be: typed by its content, named as what it is, and no trap for whoever opens it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from kernel.blobs import BlobStore
from kernel.errors import Invalid, NotFound, TooLarge

TYPES = "<?xml version='1.0'?><Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"


def word(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("word/document.xml", content)
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path, 1_048_576)


def test_a_word_file_is_kept_and_a_bomb_in_its_shape_is_not(store: BlobStore) -> None:
    assert store._write(word(b"<w:document/>"), "a.docx", "files").kind == "document"
    bomb = word(b"\0" * 60_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(Invalid, match="解压后过大"):
        store._write(bomb, "a.docx", "files")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.pdf"),
        (b"MZ\x90\x00" + b"\0" * 60, "a.pdf"),
        (b"<html><script>alert(1)</script>", "a.txt"),
        (b"%PDF-1.7\n", "a.jpg"),
        (b"PK\x03\x04" + b"\0" * 40, "a.zip"),
        (b"text with \0", "a.txt"),
    ],
)
def test_other_content_is_refused(store: BlobStore, data: bytes, name: str) -> None:
    with pytest.raises(Invalid):
        store._write(data, name, "files")
    assert not any(path.is_file() for path in store.root.rglob("*"))


def test_sizes_and_addresses_have_bounds(store: BlobStore) -> None:
    with pytest.raises(TooLarge):
        store._write(b"%PDF-1.7\n" + b"x" * 1_048_576, "a.pdf", "files")
    for address in ("../../etc/passwd", "A" * 64, "", "0" * 63):
        with pytest.raises(NotFound):
            store.path(address)
