"""The keepers' signing keys: Ed25519, derived for each organ from a secret that the database never sees."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_NAME = "audit"
"""Name of the installation's secret (kernel.settings)."""


def private_key(secret: bytes, keeper_id: UUID) -> Ed25519PrivateKey:
    """The key with which an organ countersigns. The same on every host of the installation."""
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, b"countersign|" + keeper_id.bytes, "sha256"))


def public_key(secret: bytes, keeper_id: UUID) -> bytes:
    return private_key(secret, keeper_id).public_key().public_bytes_raw()


def public_keys(secret: bytes, keepers: Iterable[UUID]) -> dict[UUID, bytes]:
    return {keeper: public_key(secret, keeper) for keeper in keepers}
