"""Signed messages between two systems: both sides sign, requests and answers (docs/links.md has the format).

What is signed is a text of lines. The first names the format and the direction, the second the signer, so that no
message can be sent back to its sender as its own; an answer carries the nonce of the request that it answers. The
suite is a property of the link and never of the message.
"""

from __future__ import annotations

import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, quote

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from gmssl_pyx import GmsslInnerError, normalize_sm2_public_key, sm2_key_generate, sm2_sign, sm2_verify

from integrations.links.rules import sm3

OURS: Final = "zhunsheng"
THEIRS: Final = "peer"
WINDOW: Final = timedelta(minutes=5)
KEY: Final = "zs-key"
TIME: Final = "zs-time"
NONCE: Final = "zs-nonce"
SIGNATURE: Final = "zs-signature"
HEADERS: Final = (KEY, TIME, NONCE, SIGNATURE)


class Untrusted(Exception):
    """A message is not what its signature says. The text is for the log, never for the sender."""


class Keys(msgspec.Struct, frozen=True):
    """The keys of one link. hmac-sm3: `shared`. sm2: our pair and the other side's public key. All hex."""

    suite: str
    key_id: str
    """Names the keys in both directions."""
    shared: str = ""
    private: str = ""
    public: str = ""
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What of a request is signed. `path` as it stands in the request line, without the query."""

    method: str
    path: str
    query: str
    body: bytes


def new_keys(suite: str, peer: str = "", shared: str = "") -> Keys:
    """Fresh keys; `peer` is the other side's SM2 public key, `shared` a key that it gave us. Raises ValueError."""
    key_id = secrets.token_hex(8)
    if suite == "hmac-sm3":
        if shared and len(bytes.fromhex(shared)) < 32:
            raise ValueError("a shared key has at least 32 bytes")
        return Keys(suite, key_id, shared=shared or secrets.token_hex(32))
    public, private = sm2_key_generate()
    return Keys(suite, key_id, private=private.hex(), public=public.hex(), peer=public_key(peer).hex() if peer else "")


def public_key(text: str) -> bytes:
    """An SM2 public key from hex, compressed or not. Raises ValueError for what is no point of the curve."""
    try:
        return bytes(normalize_sm2_public_key(text.strip()))
    except (GmsslInnerError, binascii.Error, IndexError, TypeError) as error:
        raise ValueError("no SM2 public key") from error


def for_peer(keys: Keys) -> Keys:
    """The other side's view of the keys. HMAC: the same. SM2: only for a simulator that holds both pairs."""
    return keys if keys.suite == "hmac-sm3" else Keys(keys.suite, keys.key_id, peer=keys.public)


def canonical_query(query: str) -> str:
    """The query's pairs, sorted and percent-encoded in one way."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def request_text(signer: str, request: Request, stamp: str, nonce: str, key_id: str) -> bytes:
    lines = (
        "ZS1 request", signer, request.method.upper(), request.path, canonical_query(request.query),
        sm3(request.body), stamp, nonce, key_id,
    )  # fmt: skip
    return "\n".join(lines).encode()


def response_text(signer: str, status: int, body: bytes, *, stamp: str, nonce: str, key_id: str) -> bytes:
    return "\n".join(("ZS1 response", signer, str(status), sm3(body), stamp, nonce, key_id)).encode()


def sign_request(keys: Keys, request: Request, now: datetime, *, signer: str = OURS, nonce: str = "") -> dict[str, str]:
    """The four headers of a signed request."""
    stamp, nonce = str(int(now.timestamp())), nonce or secrets.token_hex(16)
    text = request_text(signer, request, stamp, nonce, keys.key_id)
    return {KEY: keys.key_id, TIME: stamp, NONCE: nonce, SIGNATURE: signature(keys, text)}


def verify_request(
    keys: Keys, request: Request, headers: Mapping[str, str], now: datetime, *, signer: str = THEIRS
) -> tuple[str, datetime]:
    """Check a request of the other side; returns nonce and time, which the caller accepts once. Raises Untrusted."""
    stamp, nonce, given = (headers.get(name, "") for name in (TIME, NONCE, SIGNATURE))
    at = _instant(stamp, now)
    if headers.get(KEY, "") != keys.key_id:
        raise Untrusted("another key id")
    if not 16 <= len(nonce) <= 64 or not nonce.isalnum() or not nonce.isascii():
        raise Untrusted("no nonce")
    _check(keys, request_text(signer, request, stamp, nonce, keys.key_id), given)
    return nonce, at


def sign_response(
    keys: Keys, status: int, body: bytes, nonce: str, now: datetime, *, signer: str = OURS
) -> dict[str, str]:
    """The headers of a signed answer to the request with `nonce`."""
    stamp = str(int(now.timestamp()))
    text = response_text(signer, status, body, stamp=stamp, nonce=nonce, key_id=keys.key_id)
    return {KEY: keys.key_id, TIME: stamp, NONCE: nonce, SIGNATURE: signature(keys, text)}


def verify_response(
    keys: Keys,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    *,
    nonce: str,
    now: datetime,
    signer: str = THEIRS,
) -> None:
    """Check the answer to our request with `nonce`. Raises Untrusted."""
    stamp = headers.get(TIME, "")
    _instant(stamp, now)
    if headers.get(KEY, "") != keys.key_id or headers.get(NONCE, "") != nonce:
        raise Untrusted("an answer to something else")
    _check(
        keys,
        response_text(signer, status, body, stamp=stamp, nonce=nonce, key_id=keys.key_id),
        headers.get(SIGNATURE, ""),
    )


def signature(keys: Keys, text: bytes) -> str:
    """The signature of a text in hex: HMAC-SM3, or SM2 over SM3 with the default signer id, DER."""
    if keys.suite == "hmac-sm3":
        return _mac(keys, text).hex()
    made: bytes = sm2_sign(bytes.fromhex(keys.private), bytes.fromhex(keys.public), text)
    return made.hex()


def _check(keys: Keys, text: bytes, given: str) -> None:
    try:
        value = bytes.fromhex(given)
    except ValueError as error:
        raise Untrusted("no signature") from error
    if keys.suite == "hmac-sm3":
        good = hmac.compare_digest(_mac(keys, text), value)
    else:
        try:
            good = bool(keys.peer) and sm2_verify(bytes.fromhex(keys.peer), text, value)
        except GmsslInnerError:
            good = False
    if not good:
        raise Untrusted("a wrong signature")


def _mac(keys: Keys, text: bytes) -> bytes:
    mac = HMAC(bytes.fromhex(keys.shared), hashes.SM3())
    mac.update(text)
    return mac.finalize()


def _instant(stamp: str, now: datetime) -> datetime:
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise Untrusted("no time")
    at = datetime.fromtimestamp(int(stamp), tz=now.tzinfo)
    if abs(at - now) > WINDOW:
        raise Untrusted("a time too far from ours")
    return at
