"""Personal data at rest: SM4-GCM encryption and a keyed SM3 hash for look-up, both under the installation's keys."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC

from kernel import settings


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens short texts. A sealed value is nonce (12 bytes) + ciphertext + tag (16 bytes)."""

    cipher_key: bytes
    lookup_key: bytes

    def seal(self, plain: str) -> bytes:
        nonce = secrets.token_bytes(12)
        encryptor = Cipher(algorithms.SM4(self.cipher_key), modes.GCM(nonce)).encryptor()
        body = encryptor.update(plain.encode()) + encryptor.finalize()
        return nonce + body + encryptor.tag

    def open(self, sealed: bytes) -> str:
        """The text again. Raises cryptography.exceptions.InvalidTag when the value was tampered with."""
        nonce, body, tag = sealed[:12], sealed[12:-16], sealed[-16:]
        decryptor = Cipher(algorithms.SM4(self.cipher_key), modes.GCM(nonce, tag)).decryptor()
        return (decryptor.update(body) + decryptor.finalize()).decode()

    def lookup(self, plain: str) -> bytes:
        """HMAC-SM3 of the text: equal texts give equal values, and without the key nobody can try texts out."""
        mac = _keyed(self.lookup_key).copy()
        mac.update(plain.encode())
        return mac.finalize()


@functools.lru_cache(4)
def _keyed(key: bytes) -> HMAC:
    """To be copied: preparing a key takes longer than the hash of a short text."""
    return HMAC(key, hashes.SM3())


@functools.cache
def vault() -> Vault:
    """The installation's vault."""
    known = settings.load()
    return Vault(known.secret("vault")[:16], known.secret("lookup"))


def mask_name(name: str) -> str:
    """李某某: the family name stays."""
    return f"{name[:1]}某某" if name else ""


def mask_id(number: str) -> str:
    """4110************18: six places of nobody's business."""
    return f"{number[:4]}{'*' * max(0, len(number) - 6)}{number[-2:]}" if len(number) > 6 else "*" * len(number)


def mask_contact(contact: str) -> str:
    return f"{contact[:3]}****{contact[-2:]}" if len(contact) > 6 else "*" * len(contact)
