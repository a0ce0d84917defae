"""What is hashed, byte for byte: the lines of entries, stream heads, seals and kept heads (docs/audit.md). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from kernel.sealing.trees import digest

VERSION: Final = 1
HEAD: Final = b"\x02"
SEAL: Final = b"\x03"
KEPT: Final = b"\x04"
COLUMNS: Final = (
    "organ_id", "created_at", "seq", "id", "at", "actor_account_id", "actor_post_id", "actor_name", "actor_title",
    "action", "title", "subject_kind", "subject_id", "thread_id", "result", "article", "rule_id", "request_id",
    "origin", "detail",
)  # fmt: skip
"""An entry's line has these columns in PostgreSQL's COPY text format, in this order. `organ_id` and the second of
`created_at` have a fixed width, so that they are found without taking the line apart."""
UNSEALED: Final = frozenset({"city_id", "xid"})
"""Columns that are not in the line: they say where an entry is found, and a false one makes it missing."""
LEAF_ORGAN: Final = slice(1, 37)
LEAF_SECOND: Final = slice(38, 57)
"""Where they stand in a leaf, which is a line with trees.LEAF in front."""
SESSION: Final = "-c timezone=UTC -c datestyle=ISO,YMD -c client_encoding=UTF8 -c intervalstyle=postgres"
"""Settings of a session that writes lines: with others, the same entry would have another line."""
INSTALLATION: Final = UUID(int=2**128 - 1)
"""Subject of a kept head that is a seal's: the whole installation. All zeros is the system's own stream."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one organ's stream after one seal."""

    organ_id: UUID
    number: int
    """Counts the organ's heads from 1."""
    seal: int
    entries: int
    """How many entries of the organ this seal took."""
    total: int
    """How many entries of the organ are sealed with this one."""
    root: bytes
    previous: bytes
    head: bytes = b""

    def line(self) -> str:
        parts = (self.organ_id, self.number, self.seal, self.entries, self.total, self.root.hex(), self.previous.hex())
        return "\t".join(map(str, parts))

    def reckoned(self, algorithm: str) -> bytes:
        """The head that these facts give."""
        return digest(algorithm, HEAD + self.line().encode())


@dataclass(frozen=True, slots=True)
class Seal:
    """One batch of entries of all organs: those of the transactions from `from_xid` to below `to_xid`."""

    city_id: UUID
    number: int
    algorithm: str
    from_xid: int
    to_xid: int
    sealed_at: datetime
    """The database's clock."""
    entries: int
    streams: int
    root: bytes
    """Over the heads of the streams, in the order of the organs' ids."""
    previous: bytes
    head: bytes = b""

    def line(self) -> str:
        parts = (
            self.city_id, self.number, self.algorithm, self.from_xid, self.to_xid, instant(self.sealed_at),
            self.entries, self.streams, self.root.hex(), self.previous.hex(),
        )  # fmt: skip
        return "\t".join(map(str, parts))

    def reckoned(self) -> bytes:
        return digest(self.algorithm, SEAL + self.line().encode())


@dataclass(frozen=True, slots=True)
class Kept:
    """A head as another organ keeps it, under the keeper's signature."""

    keeper_id: UUID
    subject_id: UUID
    """The organ whose head it is; INSTALLATION: the head of a seal."""
    number: int
    total: int
    head: bytes
    kept_at: datetime
    key: bytes = b""
    """The keeper's Ed25519 public key, 32 bytes."""
    signature: bytes = b""

    def line(self) -> str:
        parts = (
            self.keeper_id, self.subject_id, self.number, self.total, self.head.hex(), instant(self.kept_at),
        )  # fmt: skip
        return "\t".join(map(str, parts))

    def signed(self) -> bytes:
        """What the signature covers."""
        return KEPT + self.line().encode()


def instant(moment: datetime) -> str:
    """2026-10-09T01:00:00.000000Z, always with six places."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """Raises ValueError for anything that `instant` does not write."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def parse_head(line: str, head: bytes) -> Head:
    organ, number, seal, entries, total, root, previous = line.split("\t")
    return Head(
        UUID(organ),
        int(number),
        int(seal),
        int(entries),
        int(total),
        bytes.fromhex(root),
        bytes.fromhex(previous),
        head,
    )


def parse_seal(line: str, head: bytes) -> Seal:
    city, number, algorithm, low, high, at, entries, streams, root, previous = line.split("\t")
    return Seal(
        UUID(city), int(number), algorithm, int(low), int(high), parse_instant(at), int(entries), int(streams),
        bytes.fromhex(root), bytes.fromhex(previous), head,
    )  # fmt: skip


def parse_kept(line: str, key: bytes, signature: bytes) -> Kept:
    keeper, subject, number, total, head, at = line.split("\t")
    return Kept(
        UUID(keeper), UUID(subject), int(number), int(total), bytes.fromhex(head), parse_instant(at), key, signature
    )
