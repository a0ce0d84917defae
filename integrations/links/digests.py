"""Counts and hashes of what one side holds of a kind, in 256 buckets, so that a difference is found without sending
everything. Pure.

Items are added in ascending order of their ids' code points. A bucket's hash covers its lines ``id TAB version TAB
hash LF``; the whole's covers the lines ``bucket TAB count TAB hash LF`` of the buckets that are not empty.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes


@dataclass(frozen=True, slots=True)
class Bucket:
    count: int
    hash: str


class Tally:
    """Adds up items; constant memory, whatever their number."""

    def __init__(self) -> None:
        self._parts: dict[str, hashes.Hash] = {}
        self._counts: dict[str, int] = {}

    def add(self, item_id: str, version: int, content_hash: str) -> None:
        name = bucket_of(item_id)
        if name not in self._parts:
            self._parts[name], self._counts[name] = hashes.Hash(hashes.SM3()), 0
        self._parts[name].update(f"{item_id}\t{version}\t{content_hash}\n".encode())
        self._counts[name] += 1

    @property
    def count(self) -> int:
        return sum(self._counts.values())

    def buckets(self) -> dict[str, Bucket]:
        return {
            name: Bucket(self._counts[name], part.copy().finalize().hex()) for name, part in sorted(self._parts.items())
        }


def whole(buckets: dict[str, Bucket]) -> str:
    """The hash of everything; empty when there is nothing."""
    if not buckets:
        return ""
    digest = hashes.Hash(hashes.SM3())
    for name, bucket in sorted(buckets.items()):
        digest.update(f"{name}\t{bucket.count}\t{bucket.hash}\n".encode())
    return digest.finalize().hex()


def bucket_of(item_id: str) -> str:
    """The bucket of an item: the first two hex digits of its id's SHA-256."""
    return hashlib.sha256(item_id.encode()).hexdigest()[:2]


def differing(ours: dict[str, Bucket], theirs: dict[str, Bucket]) -> list[str]:
    """The buckets that are not equal."""
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
