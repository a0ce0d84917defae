"""Hash trees after RFC 6962, under SM3 or SHA-256. Pure.

A leaf is ``H(00 ‖ line)``, an inner node ``H(01 ‖ left ‖ right)``; a node without a sibling moves up as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from cryptography.hazmat.primitives import hashes

Algorithm = Literal["sm3", "sha256"]
ALGORITHMS: Final[tuple[Algorithm, ...]] = ("sm3", "sha256")
LEAF: Final = b"\x00"
NODE: Final = b"\x01"
ZERO: Final = bytes(32)
"""What stands in the place of the head before the first."""
Hashing = Callable[[Iterable[bytes]], list[bytes]]


def _sha256(items: Iterable[bytes]) -> list[bytes]:
    new = hashlib.sha256
    return [new(item).digest() for item in items]


def _sm3_kept(items: Iterable[bytes]) -> list[bytes]:
    """Through the library that is always there; whether hashlib knows SM3 depends on the host's OpenSSL."""
    fresh, digests = hashes.Hash(hashes.SM3()), []
    for item in items:
        running = fresh.copy()
        running.update(item)
        digests.append(running.finalize())
    return digests


def _sm3_host(items: Iterable[bytes]) -> list[bytes]:
    fresh, digests = hashlib.new("sm3"), []
    for item in items:
        running = fresh.copy()
        running.update(item)
        digests.append(running.digest())
    return digests


_HASHING: Final[dict[str, Hashing]] = {
    "sha256": _sha256,
    "sm3": _sm3_host if "sm3" in hashlib.algorithms_available else _sm3_kept,
}


def hashing(algorithm: str) -> Hashing:
    """The function that hashes many items. Raises ValueError for an unknown algorithm."""
    try:
        return _HASHING[algorithm]
    except KeyError:
        raise ValueError(f"unknown hash algorithm {algorithm!r}") from None


def digest(algorithm: str, item: bytes) -> bytes:
    return hashing(algorithm)((item,))[0]


def leaves(algorithm: str, lines: Iterable[bytes]) -> list[bytes]:
    """Digests of the leaves of `lines`."""
    return hashing(algorithm)([LEAF + line for line in lines])


def root(algorithm: str, nodes: Sequence[bytes]) -> bytes:
    """The root over at least one leaf digest. Raises ValueError for none."""
    if not nodes:
        raise ValueError("a tree has at least one leaf")
    hash_all = hashing(algorithm)
    level = list(nodes)
    while len(level) > 1:
        level = _parents(hash_all, level)
    return level[0]


def path(algorithm: str, nodes: Sequence[bytes], place: int) -> list[bytes]:
    """The siblings from leaf `place` up to the root."""
    hash_all = hashing(algorithm)
    level, found = list(nodes), []
    while len(level) > 1:
        sibling = place ^ 1
        if sibling < len(level):
            found.append(level[sibling])
        level, place = _parents(hash_all, level), place // 2
    return found


def climb(algorithm: str, leaf: bytes, place: int, size: int, siblings: Sequence[bytes]) -> bytes:
    """The root that a leaf's path leads to (RFC 9162, 2.1.3.2). Raises ValueError when the path does not fit."""
    if not 0 <= place < size:
        raise ValueError("the place lies outside the tree")
    node, last = leaf, size - 1
    rest = list(siblings)
    while last:
        if place % 2 or place < last:
            if not rest:
                raise ValueError("the path is too short")
            sibling = rest.pop(0)
            if len(sibling) != len(ZERO):
                raise ValueError("a digest has 32 bytes")
            pair = sibling + node if place % 2 else node + sibling
            node = digest(algorithm, NODE + pair)
        place, last = place // 2, last // 2
    if rest:
        raise ValueError("the path is too long")
    return node


def _parents(hash_all: Hashing, level: list[bytes]) -> list[bytes]:
    pairs = iter(level)
    above = hash_all([NODE + left + right for left, right in zip(pairs, pairs, strict=False)])
    if len(level) % 2:
        above.append(level[-1])
    return above
