"""A made-up sealed history in memory, and the ways in which somebody might falsify it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kernel.sealing import trees
from kernel.sealing.checking import Span, by_organ, check_batch, check_kept, watched
from kernel.sealing.format import INSTALLATION, Head, Kept, Seal
from kernel.sealing.keeping import sign
from kernel.sealing.trees import ZERO

CITY, KEEPER = UUID(int=77), UUID(int=99)
SECRET = b"k" * 32
START = datetime(2026, 10, 9, 1, 0, 0, 250000, UTC)


@dataclass
class History:
    """Seals, each with its heads and its lines by organ; and what others keep of it."""

    algorithm: str
    seals: list[Seal] = field(default_factory=list)
    heads: list[list[Head]] = field(default_factory=list)
    lines: list[dict[UUID, list[bytes]]] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def seal(self, groups: dict[UUID, list[bytes]], at: datetime) -> None:
        """Seal one batch as the format says."""
        number = len(self.seals) + 1
        heads = []
        for organ_id in sorted(groups):
            found = groups[organ_id]
            earlier = self.newest(organ_id)
            head = Head(
                organ_id,
                earlier.number + 1 if earlier else 1,
                number,
                len(found),
                len(found) + (earlier.total if earlier else 0),
                trees.root(self.algorithm, trees.leaves(self.algorithm, found)),
                earlier.head if earlier else ZERO,
            )
            heads.append(replace(head, head=head.reckoned(self.algorithm)))
        before = self.seals[-1] if self.seals else None
        made = Seal(
            CITY,
            number,
            self.algorithm,
            before.to_xid if before else 0,
            (before.to_xid if before else 0) + 10,
            at,
            sum(map(len, groups.values())),
            len(heads),
            trees.root(self.algorithm, [h.head for h in heads]),
            before.head if before else ZERO,
        )
        self.seals.append(replace(made, head=made.reckoned()))
        self.heads.append(heads)
        self.lines.append({organ: list(found) for organ, found in groups.items()})

    def newest(self, organ_id: UUID) -> Head | None:
        return next((h for heads in reversed(self.heads) for h in heads if h.organ_id == organ_id), None)

    def keep(self) -> None:
        """The level above and a file outside keep the present heads."""
        for organ_id in {h.organ_id for heads in self.heads for h in heads}:
            head = self.newest(organ_id)
            assert head is not None
            self.kept.append(sign(Kept(KEEPER, organ_id, head.number, head.total, head.head, START), SECRET))
        last = self.seals[-1]
        self.kept.append(sign(Kept(KEEPER, INSTALLATION, last.number, 0, last.head, START), SECRET))

    def reseal(self) -> None:
        """Make every head and seal fit the lines again: what somebody does who can write the whole database."""
        lines, times = self.lines, [seal.sealed_at for seal in self.seals]
        self.seals, self.heads, self.lines = [], [], []
        for groups, at in zip(lines, times, strict=True):
            self.seal({organ: found for organ, found in groups.items() if found}, at)

    def kinds(self, seed: int = 0) -> set[str]:
        """Kinds of findings when it is verified in runs of random length."""
        chance = random.Random(seed)
        whole, part = Span(), Span()
        for seal, heads, groups in zip(self.seals, self.heads, self.lines, strict=True):
            flat = by_organ([trees.LEAF + line for found in groups.values() for line in found])
            check_batch(part, seal, heads, flat, watched(self.kept))
            if chance.random() < 0.4:
                whole.join(part)
                part = Span()
        whole.join(part)
        whole.begin()
        check_kept(whole, self.kept)
        return {finding.kind for finding in whole.findings}


def line(organ: UUID, at: datetime, seq: int, title: str = "下载督办函") -> bytes:
    """An entry's line, short."""
    return f"{organ}\t{at:%Y-%m-%d %H:%M:%S.%f}+00\t{seq}\t{UUID(int=seq)}\t{title} {seq}号".encode()


def history(seed: int, algorithm: str = "sha256") -> History:
    """Three to eight seals of one to five organs, kept at the end."""
    chance = random.Random(seed)
    organs = [UUID(int=n + 1) for n in range(chance.randint(2, 5))]
    made, seq, at = History(algorithm), 0, START
    for _ in range(chance.randint(3, 8)):
        at += timedelta(seconds=chance.randint(1, 90))
        groups: dict[UUID, list[bytes]] = {}
        # Two at least, so that there is another one to swap with or to move to.
        for organ in chance.sample(organs, chance.randint(2, len(organs))):
            groups[organ] = []
            for _ in range(chance.randint(1, 9)):
                seq += 1
                groups[organ].append(line(organ, at - timedelta(milliseconds=40), seq))
        made.seal(groups, at)
    made.keep()
    return made
