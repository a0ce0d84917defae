"""The encrypted file: whatever is done to it is found, and said in a sentence."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from kernel.backup import keyfile, stream
from kernel.backup.errors import BackupError, Damaged, Refused, WrongKey
from kernel.backup.keyfile import Key
from kernel.backup.stream import CHUNK, TAG

KEY, OTHER = Key(b"k" * 32), Key(b"o" * 32)
WHAT = "history/base/database"


def sealed(content: bytes, *, key: Key = KEY, what: str = WHAT, zipped: bool = False) -> bytes:
    target = io.BytesIO()
    pieces = [content[n : n + 300_000] for n in range(0, len(content), 300_000)]
    assert stream.seal(pieces, target, key, what, zipped=zipped) == len(content)
    return target.getvalue()


def unsealed(data: bytes, *, key: Key = KEY, what: str = WHAT) -> bytes:
    return b"".join(stream.unseal(io.BytesIO(data), key, what))


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def header_size(data: bytes) -> int:
    _, header = stream.read_meta(io.BytesIO(data), KEY)
    return len(header)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])
@pytest.mark.parametrize("zipped", [False, True])
def test_what_went_in_comes_out(size: int, zipped: bool) -> None:
    content = noise(size)
    assert unsealed(sealed(content, zipped=zipped)) == content


def test_equal_contents_look_different_and_zeros_shrink() -> None:
    content = bytes(4 * CHUNK)
    first, second = sealed(content, zipped=True), sealed(content, zipped=True)
    assert first != second
    assert len(first) < CHUNK // 10
    assert unsealed(first) == content


def test_another_key_is_told_from_damage() -> None:
    data = sealed(noise(100))
    with pytest.raises(WrongKey, match="密钥不对"):
        unsealed(data, key=OTHER)
    with pytest.raises(WrongKey):
        stream.read_meta(io.BytesIO(data), OTHER)


@pytest.mark.parametrize("size", [100, CHUNK, 2 * CHUNK + 5])
def test_a_changed_byte_is_found_wherever_it_is(size: int) -> None:
    data = sealed(noise(size))
    chance = random.Random(size)
    places = [*range(0, header_size(data), 7), *(chance.randrange(len(data)) for _ in range(40)), len(data) - 1]
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises((Damaged, WrongKey)):
            unsealed(bytes(changed))


def test_a_cut_is_found_at_every_border_and_between() -> None:
    data = sealed(noise(3 * CHUNK))
    start = header_size(data)
    borders = [start + n * (CHUNK + TAG) for n in range(3)]
    for end in (0, 5, start - 1, *borders, *(border + 99 for border in borders), len(data) - 1):
        with pytest.raises(Damaged, match=r"截断"):
            unsealed(data[:end])


def test_chunks_cannot_be_swapped_left_out_repeated_or_added() -> None:
    data, other = sealed(noise(3 * CHUNK)), sealed(noise(3 * CHUNK + 1))
    start, size = header_size(data), CHUNK + TAG
    head = data[:start]
    chunks = [data[start + n * size : start + (n + 1) * size] for n in range(3)]
    foreign = other[header_size(other) :][:size]
    for forged in (
        [chunks[1], chunks[0], chunks[2]],
        [chunks[0], chunks[2]],
        [chunks[1], chunks[2]],
        [chunks[0], chunks[0], chunks[1], chunks[2]],
        [foreign, chunks[1], chunks[2]],
        [*chunks, b"x"],
        [*chunks, chunks[2]],
    ):
        with pytest.raises(Damaged):
            unsealed(head + b"".join(forged))


def test_a_file_under_the_name_of_another_is_found() -> None:
    with pytest.raises(Damaged, match="调换"):
        unsealed(sealed(b"segment"), what="history/wal/000000010000000000000002")


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04" * 20, b"ZSBKUP1\n" + b"\xff" * 80, b"ZSBKUP1\n\0\0\0\x02{}" + b"x" * 60]
)
def test_foreign_files_are_refused(data: bytes) -> None:
    with pytest.raises(BackupError):
        unsealed(data)


def test_the_key_file_survives_being_typed_from_paper(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = keyfile.make(path)
    assert keyfile.load(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="不会覆盖"):
        keyfile.make(path)
    word, value, check = path.read_text("ascii").split()
    typed = tmp_path / "typed"
    typed.write_text(f"  {word}   {value}\n{check}\n")
    assert keyfile.load(typed) == key
    slip = ("1" if value[5] != "1" else "2").join([value[:5], value[6:]])
    typed.write_text(f"{word} {slip} {check}")
    with pytest.raises(WrongKey, match="校验码"):
        keyfile.load(typed)
    typed.write_text("hello")
    with pytest.raises(WrongKey, match="不是备份密钥文件"):
        keyfile.load(typed)
    with pytest.raises(WrongKey, match="读不到"):
        keyfile.load(tmp_path / "none")
    assert key.master.hex() not in repr(key)
