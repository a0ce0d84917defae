"""Export of sealed entries as a text file, and its verification with nothing but the file (docs/audit.md).

Each line begins with its kind: K a head that the level above keeps, E entry, H head of an organ's stream, P the
head's path to its seal, S seal, Z the end. Kept heads come first, entries before their head, heads before their seal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.sealing import trees
from kernel.sealing.checking import (
    Finding,
    Span,
    begin_stream,
    by_organ,
    check_batch,
    check_earliest,
    check_kept,
    check_seal,
    check_stream,
    check_times,
    watched,
)
from kernel.sealing.format import (
    COLUMNS,
    INSTALLATION,
    VERSION,
    Head,
    Kept,
    Seal,
    instant,
    parse_head,
    parse_kept,
    parse_seal,
)

MAGIC: Final = "ZSAUDIT"
EVERY: Final = "*"
LONGEST: Final = 64 * 1024 * 1024
"""Bytes of one line; what is longer is no export of ours."""


@dataclass(slots=True)
class FileReport:
    """What the verification of a file found."""

    organ: str = ""
    exported_at: str = ""
    seals: int = 0
    entries: int = 0
    first_head: int = 1
    kept: list[Kept] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organ's head stands in its seal's tree."""

    place: int
    size: int
    siblings: tuple[bytes, ...]

    def line(self) -> str:
        return "\t".join([str(self.place), str(self.size), ",".join(s.hex() for s in self.siblings)])


def header(city_id: UUID, organ: UUID | None, at: datetime) -> bytes:
    parts = (MAGIC, str(VERSION), str(city_id), str(organ) if organ else EVERY, instant(at), ",".join(COLUMNS))
    return ("\t".join(parts) + "\n").encode()


def entry_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield b"E\t" + line + b"\n"


def head_line(head: Head) -> bytes:
    return f"H\t{head.line()}\t{head.head.hex()}\n".encode()


def place_line(place: Place) -> bytes:
    return f"P\t{place.line()}\n".encode()


def seal_line(seal: Seal) -> bytes:
    return f"S\t{seal.line()}\t{seal.head.hex()}\n".encode()


def kept_line(one: Kept) -> bytes:
    return f"K\t{one.line()}\t{one.key.hex()}\t{one.signature.hex()}\n".encode()


def end_line(entries: int) -> bytes:
    return f"Z\t{entries}\n".encode()


def read_kept(lines: Iterable[bytes]) -> list[Kept]:
    """The K lines of a file of heads. Raises ValueError for a line that is none."""
    found = []
    for number, raw in enumerate(lines, 1):
        parts = raw.decode().rstrip("\n").split("\t")
        if parts[0] != "K" or len(parts) != 9:
            raise ValueError(f"line {number} is no kept head")
        found.append(parse_kept("\t".join(parts[1:-2]), bytes.fromhex(parts[-2]), bytes.fromhex(parts[-1])))
    return found


def verify_file(
    lines: Iterable[bytes], outside: Iterable[Kept] = (), progress: Callable[[int], None] | None = None
) -> FileReport:
    """Check an export line by line. `progress` gets the bytes read so far. Never raises for what is in the file."""
    reader = _Reader(list(outside))
    try:
        read = 0
        for line in lines:
            reader.take(line)
            read += len(line)
            if progress is not None:
                progress(read)
        reader.finish()
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        reader.span.found("format", f"第 {reader.number} 行不合格式：{error}")
    reader.report.findings = reader.span.findings
    reader.report.seals, reader.report.entries = reader.span.seals, reader.entries
    return reader.report


class _Reader:
    """State between the lines of one file."""

    def __init__(self, outside: list[Kept]) -> None:
        self.report = FileReport()
        self.span = Span()
        self.outside = outside
        self.watched = watched(outside)
        self.number = 0
        self.entries = 0
        self.ended = False
        self.organ: UUID | None = None
        self.leaves: list[bytes] = []
        self.heads: list[Head] = []
        self.place: Place | None = None

    def take(self, raw: bytes) -> None:
        self.number += 1
        if self.ended or len(raw) > LONGEST or not raw.endswith(b"\n"):
            raise ValueError("结束之后还有内容，或者这一行不完整")
        line = raw[:-1]
        if self.number == 1:
            self._header(line.decode().split("\t"))
            return
        kind, _, rest = line.partition(b"\t")
        if kind == b"E":
            self.leaves.append(trees.LEAF + rest)
            self.entries += 1
            return
        parts = rest.decode().split("\t")
        match kind:
            case b"H":
                self.heads.append(parse_head("\t".join(parts[:-1]), bytes.fromhex(parts[-1])))
            case b"P":
                siblings = tuple(bytes.fromhex(s) for s in parts[2].split(",") if s)
                self.place = Place(int(parts[0]), int(parts[1]), siblings)
            case b"S":
                self._seal(parse_seal("\t".join(parts[:-1]), bytes.fromhex(parts[-1])))
            case b"K":
                one = parse_kept("\t".join(parts[:-2]), bytes.fromhex(parts[-2]), bytes.fromhex(parts[-1]))
                self.report.kept.append(one)
                self.watched.add((one.subject_id, one.number))
            case b"Z":
                self._end(int(parts[0]))
            case _:
                raise ValueError("这一行的种类不明")

    def _header(self, parts: list[str]) -> None:
        if parts[0] != MAGIC or parts[1] != str(VERSION) or parts[5] != ",".join(COLUMNS):
            raise ValueError("不是本版本的审计导出文件")
        self.report.organ, self.report.exported_at = parts[3], parts[4]
        self.organ = None if parts[3] == EVERY else UUID(parts[3])

    def _seal(self, seal: Seal) -> None:
        groups = by_organ(self.leaves)
        if self.organ is None:
            check_batch(self.span, seal, self.heads, groups, self.watched)
        else:
            self._own_seal(seal, groups)
        self.leaves, self.heads, self.place = [], [], None

    def _own_seal(self, seal: Seal, groups: dict[UUID, list[bytes]]) -> None:
        """A seal of which the file shows one organ's part: its head must lead to the seal's root."""
        assert self.organ is not None
        if len(self.heads) != 1 or self.place is None or self.heads[0].organ_id != self.organ:
            raise ValueError(f"第 {seal.number} 号封存缺少本单位的封存头或者路径")
        head = self.heads[0]
        if set(groups) - {self.organ}:
            self.span.found("entries", f"第 {seal.number} 号封存中有其他单位的记录")
        check_seal(self.span, seal)
        check_stream(self.span, seal, head, groups.get(self.organ, []))
        earliest = check_times(self.span, seal, groups)
        if head.seal != seal.number or self.place.size != seal.streams:
            self.span.found("stream", f"第 {head.number} 个封存头不属于第 {seal.number} 号封存")
        elif trees.climb(seal.algorithm, head.head, *_way(self.place)) != seal.root:
            self.span.found("seal", f"第 {head.number} 个封存头不在第 {seal.number} 号封存的根之下")
        before = self.span.last
        if before is not None and (seal.number <= before.number or seal.sealed_at < before.sealed_at):
            self.span.found("clock", f"第 {seal.number} 号封存的次序或者时间倒退")
        if before is not None:
            check_earliest(self.span, before, seal, earliest)
        self.span.first, self.span.last = self.span.first or seal, seal
        self.span.seals += 1
        present = {(head.organ_id, head.number): head.head, (INSTALLATION, seal.number): seal.head}
        self.span.met |= {key: value for key, value in present.items() if key in self.watched}

    def _end(self, entries: int) -> None:
        self.ended = True
        if entries != self.entries or self.leaves or self.heads:
            self.span.found("tail", f"文件应有记录 {entries} 条，实际 {self.entries} 条")

    def finish(self) -> None:
        if not self.ended:
            self.span.found("tail", "文件没有结束行，尾部缺失")
        if self.organ is None:
            self.span.begin()
        else:
            for stream in self.span.streams.values():
                self.report.first_head = stream.first.number
                if stream.first.number == 1:
                    begin_stream(self.span, stream.first)
        check_kept(self.span, [*self.report.kept, *filter(self._concerned, self.outside)])

    def _concerned(self, one: Kept) -> bool:
        """Heads from elsewhere that this file must answer for. One organ's file has no other organs, and of the seals
        only its own."""
        if self.organ is None:
            return True
        key = (one.subject_id, one.number)
        if one.subject_id == INSTALLATION:
            return key in self.span.met
        return one.subject_id == self.organ and one.number >= self.report.first_head


def _way(place: Place) -> tuple[int, int, tuple[bytes, ...]]:
    return place.place, place.size, place.siblings
