"""What connected systems say to each other whatever they are: batches with receipts, packages, replies (docs/links.md).

Days are ISO dates, instants RFC 3339.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

BATCH: Final = 500
"""Items of a batch, at most."""
PushedKind = Literal["matter", "instrument", "decision", "cancellation", "return", "referral"]
Id = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f]+$")]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Name = Annotated[str, Meta(max_length=300)]
Cursor = Annotated[str, Meta(max_length=200, pattern=r"^[0-9A-Za-z._-]*$")]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Unknown members are ignored, so that a later minor version may add some."""


class Handed(Message, frozen=True):
    """One record of ours. `key`: taken twice, it has effect once."""

    kind: PushedKind
    id: Id
    version: Number
    key: Id
    hash: Hash
    data: dict[str, Any]


class Batch(Message, frozen=True):
    items: Annotated[list[Handed], Meta(min_length=1, max_length=BATCH)]


class Receipt(Message, frozen=True):
    """What became of one item. received, duplicate (the key was here before) and late (a newer version is here) are
    all final for the sender; refused says why."""

    key: Id
    outcome: Literal["received", "duplicate", "late", "refused"]
    number: Name = ""
    received_at: datetime | None = None
    error: Name = ""


class Receipts(Message, frozen=True):
    receipts: Annotated[list[Receipt], Meta(max_length=BATCH)]


class Stored(Message, frozen=True):
    """A package that was stored under the SHA-256 of its bytes."""

    sha256: Hash
    size: Number


class ReplyFile(Message, frozen=True):
    """A paper of the receiver; `content` is base64."""

    name: Name
    media_type: Name
    content: bytes


class Reply(Message, frozen=True):
    """What a receiver of a referral says (Art. 18): receipt, result, or return with reasons."""

    id: Id
    referral_id: Id
    kind: Literal["receipt", "result", "return"]
    on: date
    text: Annotated[str, Meta(max_length=4000)]
    files: Annotated[list[ReplyFile], Meta(min_length=1, max_length=10)]


class Replies(Message, frozen=True):
    items: list[Reply]
    next: Cursor
    more: bool


class Problem(Message, frozen=True):
    """RFC 9457, in few words: what is wrong with a signature is told to nobody."""

    status: int
    title: str
    detail: str = ""


class ReferralData(Message, frozen=True):
    """A sealed referral (Art. 18). The package travels by itself; this names it by its digests."""

    number: Name
    recipient: Name
    round: Number
    package_sha256: Hash
    manifest_sha256: Hash
    manifest_sm3: Hash
