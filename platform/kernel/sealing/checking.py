"""Verification: recompute everything from the entries' lines and say where the stored seals do not agree. Pure.

A span is a run of seals that is checked by itself; spans are joined in order, so that several processes share the
work. Everything here is independent of the sealer: it knows the documented format and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from operator import itemgetter
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kernel.sealing import trees
from kernel.sealing.format import INSTALLATION, LEAF_ORGAN, LEAF_SECOND, Head, Kept, Seal
from kernel.sealing.trees import ZERO

CLOCK_SLACK: Final = timedelta(seconds=5)
"""How far two readings of the database's clock may lie apart without anybody having set it back."""
LONGEST_TRANSACTION: Final = timedelta(minutes=20)
"""An entry is written before its transaction ends; longer than a signed tenancy lives no transaction lasts."""
MOST_FINDINGS: Final = 200
KINDS: Final = {
    "entries": "记录与封存不符",
    "stream": "单位的封存头不符",
    "seal": "封存不符",
    "chain": "封存链断裂",
    "clock": "时间倒退",
    "tail": "尾部缺失",
    "kept": "与留存的封存头不符",
    "signature": "签名不符",
    "format": "格式不符",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `text` is a Chinese sentence that says where."""

    kind: str
    text: str


@dataclass(slots=True)
class Stream:
    """What a span holds of one organ's stream: its first and its last head there."""

    first: Head
    last: Head


@dataclass(slots=True)
class Span:
    """The result of checking a run of seals; `join` puts two together."""

    first: Seal | None = None
    last: Seal | None = None
    streams: dict[UUID, Stream] = field(default_factory=dict)
    seals: int = 0
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)
    earliest: bytes = b""
    """The oldest second in the first seal, to be held against the seal before the span."""
    met: dict[tuple[UUID, int], bytes] = field(default_factory=dict)
    """Heads of the subjects and numbers that somebody keeps, as they are here."""

    def found(self, kind: str, text: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, text))

    def join(self, later: Span) -> None:
        """Append the span that follows; checks the border between the two."""
        for finding in later.findings:
            self.found(finding.kind, finding.text)
        if later.first is not None:
            if self.last is not None:
                check_seal_follows(self, self.last, later.first)
                check_earliest(self, self.last, later.first, later.earliest)
            else:
                self.earliest = later.earliest
            self.first = self.first or later.first
            self.last = later.last
        for organ_id, stream in later.streams.items():
            mine = self.streams.get(organ_id)
            if mine is None:
                self.streams[organ_id] = stream
            else:
                check_head_follows(self, mine.last, stream.first)
                self.streams[organ_id] = Stream(mine.first, stream.last)
        self.seals += later.seals
        self.entries += later.entries
        self.met |= later.met

    def begin(self) -> None:
        """The span is the whole trail: it must begin at the beginning."""
        if self.first is not None and (self.first.number, self.first.from_xid, self.first.previous) != (1, 0, ZERO):
            self.found("chain", f"第一个封存应当是第 1 号，实际是第 {self.first.number} 号")
        for stream in self.streams.values():
            begin_stream(self, stream.first)


def check_batch(
    span: Span,
    seal: Seal,
    heads: Sequence[Head],
    groups: Mapping[UUID, Sequence[bytes]],
    watched: Collection[tuple[UUID, int]] = (),
) -> None:
    """Check one seal with all its heads and the entries' leaves (kernel.sealing.rows), by organ and in their order."""
    where = f"第 {seal.number} 号封存"
    check_seal(span, seal)
    earliest = check_times(span, seal, groups)
    if span.last is not None:
        check_seal_follows(span, span.last, seal)
        check_earliest(span, span.last, seal, earliest)
    else:
        span.earliest = earliest
    span.first = span.first or seal
    span.last = seal
    span.seals += 1
    if [h.organ_id for h in heads] != sorted({h.organ_id for h in heads}) or len(heads) != seal.streams:
        span.found("seal", f"{where}应有 {seal.streams} 个单位的封存头，实际 {len(heads)} 个或者次序不符")
    if heads and trees.root(seal.algorithm, [h.head for h in heads]) != seal.root:
        span.found("seal", f"{where}的根与各单位的封存头不符")
    for head in heads:
        if head.seal != seal.number:
            span.found("stream", f"{where}的封存头写着第 {head.seal} 号封存")
        check_stream(span, seal, head, groups.get(head.organ_id, ()))
    for organ_id in groups.keys() - {h.organ_id for h in heads}:
        span.found("entries", f"{where}中多出单位 {organ_id} 的记录 {len(groups[organ_id])} 条")
    total = sum(map(len, groups.values()))
    if total != seal.entries:
        span.found("entries", f"{where}应有记录 {seal.entries} 条，实际 {total} 条")
    span.entries += total
    if watched:
        span.met |= {(h.organ_id, h.number): h.head for h in heads if (h.organ_id, h.number) in watched}
        if (INSTALLATION, seal.number) in watched:
            span.met[INSTALLATION, seal.number] = seal.head


def check_seal(span: Span, seal: Seal) -> None:
    if seal.algorithm not in trees.ALGORITHMS:
        raise ValueError(f"unknown hash algorithm {seal.algorithm!r}")
    if seal.reckoned() != seal.head:
        span.found("seal", f"第 {seal.number} 号封存的内容与其封存头不符")
    if seal.to_xid <= seal.from_xid:
        span.found("seal", f"第 {seal.number} 号封存的事务范围为空")


def check_seal_follows(span: Span, before: Seal, seal: Seal) -> None:
    where = f"第 {seal.number} 号封存"
    if seal.number != before.number + 1:
        span.found("chain", f"第 {before.number} 号封存之后应当是第 {before.number + 1} 号，实际是{where}")
    if seal.previous != before.head:
        span.found("chain", f"{where}没有接在第 {before.number} 号的封存头之后")
    if seal.from_xid != before.to_xid or seal.city_id != before.city_id:
        span.found("chain", f"{where}的事务范围没有接着前一号")
    if seal.sealed_at < before.sealed_at - CLOCK_SLACK:
        span.found("clock", f"{where}的时间早于前一号")


def check_stream(span: Span, seal: Seal, head: Head, leaves: Sequence[bytes]) -> None:
    """One organ's entries in one seal, against its head and the head before."""
    where = f"第 {seal.number} 号封存中单位 {head.organ_id} "
    if head.reckoned(seal.algorithm) != head.head:
        span.found("stream", f"{where}的封存头与其内容不符")
    if len(leaves) != head.entries:
        span.found("entries", f"{where}应有记录 {head.entries} 条，实际 {len(leaves)} 条")
    elif leaves and trees.root(seal.algorithm, trees.hashing(seal.algorithm)(leaves)) != head.root:
        span.found("entries", f"{where}的记录被改动：{_numbers(leaves)}")
    stream = span.streams.get(head.organ_id)
    if stream is None:
        span.streams[head.organ_id] = Stream(head, head)
    else:
        check_head_follows(span, stream.last, head)
        stream.last = head


def check_head_follows(span: Span, before: Head, head: Head) -> None:
    where = f"单位 {head.organ_id} 的第 {head.number} 个封存头"
    if head.number != before.number + 1 or head.previous != before.head or head.seal <= before.seal:
        span.found("stream", f"{where}没有接在第 {before.number} 个之后")
    if head.total != before.total + head.entries:
        span.found("stream", f"{where}的累计条数不符")


def begin_stream(span: Span, head: Head) -> None:
    if (head.number, head.previous, head.total) != (1, ZERO, head.entries):
        span.found("stream", f"单位 {head.organ_id} 的封存头从第 {head.number} 个开始，缺少之前的")


_SECOND: Callable[[bytes], bytes] = itemgetter(LEAF_SECOND)


def check_times(span: Span, seal: Seal, groups: Mapping[UUID, Sequence[bytes]]) -> bytes:
    """Entries are written before they are sealed. Returns the second of the oldest, empty when there are none."""
    seconds: set[bytes] = set()
    for leaves in groups.values():
        seconds.update(map(_SECOND, leaves))
    if not seconds:
        return b""
    if max(seconds) > _second(seal, CLOCK_SLACK):
        span.found("clock", f"第 {seal.number} 号封存中有晚于封存时间的记录")
    return min(seconds)


def check_earliest(span: Span, before: Seal, seal: Seal, earliest: bytes) -> None:
    """Entries are written after the seal before, but for transactions that were under way then."""
    if earliest and earliest < _second(before, -LONGEST_TRANSACTION):
        span.found("clock", f"第 {seal.number} 号封存中有早于前一号封存的记录")


def _second(seal: Seal, shift: timedelta) -> bytes:
    return (seal.sealed_at + shift).strftime("%Y-%m-%d %H:%M:%S").encode()


def _numbers(leaves: Sequence[bytes]) -> str:
    """序号 12 至 19: where to look."""
    fields = [leaf.split(b"\t") for leaf in leaves]
    numbers = sorted(int(parts[2]) for parts in fields if len(parts) > 2 and parts[2].isdigit())
    if not numbers:
        return "序号不明"
    return f"序号 {numbers[0]}" if len(numbers) == 1 else f"序号 {numbers[0]} 至 {numbers[-1]}"


def check_kept(span: Span, kept: Collection[Kept], keys: Mapping[UUID, bytes] | None = None) -> None:
    """Hold the finished span against the heads that others keep. `keys`: the keepers' known public keys."""
    ends = {organ_id: stream.last.number for organ_id, stream in span.streams.items()}
    ends[INSTALLATION] = span.last.number if span.last else 0
    for one in kept:
        who = "总链" if one.subject_id == INSTALLATION else f"单位 {one.subject_id} "
        if not signature_holds(one) or (keys is not None and keys.get(one.keeper_id, b"") != one.key):
            span.found("signature", f"{who}第 {one.number} 个留存封存头的签名不符")
            continue
        here = span.met.get((one.subject_id, one.number))
        if here == one.head:
            continue
        if here is not None:
            span.found("kept", f"{who}第 {one.number} 个封存头与留存的不一致，历史被改写或者分叉")
        elif one.number > ends.get(one.subject_id, 0):
            span.found("tail", f"{who}留存到第 {one.number} 个封存头，现只到第 {ends.get(one.subject_id, 0)} 个")
        else:
            span.found("kept", f"{who}第 {one.number} 个封存头已不存在")


def watched(kept: Collection[Kept]) -> set[tuple[UUID, int]]:
    """The heads that a span has to remember for `check_kept`."""
    return {(one.subject_id, one.number) for one in kept}


def signature_holds(one: Kept) -> bool:
    """Does the signature cover the line under the key that is given with it?"""
    try:
        Ed25519PublicKey.from_public_bytes(one.key).verify(one.signature, one.signed())
    except (InvalidSignature, ValueError):
        return False
    return True


def by_organ(leaves: Sequence[bytes]) -> dict[UUID, list[bytes]]:
    """Leaves by the organ that they name. Raises ValueError for one that names none."""
    groups: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for leaf in leaves:
        groups[leaf[LEAF_ORGAN]].append(leaf)
    return {UUID(key.decode("ascii")): found for key, found in groups.items()}
