"""The messages between this product and the provincial platform, version 1 (docs/provincial.md).

There is no public description of the provincial platform's interface, so this contract is ours; `contract` makes the
OpenAPI document of these very types. Days are ISO dates, instants RFC 3339, money is whole fen.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from integrations.links.rules import sm3
from integrations.links.wire import (
    BATCH,
    Batch,
    Cursor,
    Handed,
    Hash,
    Id,
    Message,
    Name,
    Number,
    Problem,
    Receipt,
    Receipts,
    ReferralData,
    Replies,
    Reply,
    ReplyFile,
    Stored,
)

__all__ = [
    "Batch",
    "BucketList",
    "CancellationData",
    "CertificateData",
    "DecisionData",
    "Exact",
    "Handed",
    "Held",
    "InstrumentData",
    "Item",
    "MatterData",
    "Message",
    "OfficerData",
    "OrganData",
    "Part",
    "Problem",
    "PulledPage",
    "Receipt",
    "Receipts",
    "ReferralData",
    "Replies",
    "Reply",
    "ReplyFile",
    "ReturnData",
    "Stored",
    "Summary",
    "page_digest",
]

VERSION: Final = "1"
PAGE: Final = BATCH
"""Items of a page and of a batch, at most."""
EXACT: Final = 100
"""Items that are asked for by their ids, at most."""
PULLED: Final = ("organ", "officer", "certificate", "record")
PUSHED: Final = ("matter", "instrument", "decision", "cancellation", "return", "referral")

PulledKind = Literal["organ", "officer", "certificate", "record"]
Direction = Literal["offered", "handed_in"]
"""offered: the province's own, pulled by us. handed_in: ours, pushed to it."""


class Item(Message, frozen=True):
    """One version of one record. `hash`: SM3 of the canonical JSON of `data`."""

    id: Id
    version: Number
    hash: Hash
    data: dict[str, Any]


class PulledPage(Message, frozen=True):
    """Changes in the order of the province's log; equal items may come again. `count` and `digest` are of the whole
    page, so that half a page shows: `digest` is the SM3 of the sorted, distinct lines ``id TAB version TAB hash LF``.
    `next` is where to go on, also when there is no more for now."""

    items: Annotated[list[Item], Meta(max_length=2 * PAGE)]
    count: Number
    digest: Hash
    next: Cursor
    more: bool


class Exact(Message, frozen=True):
    """The newest version of records that were asked for; those that there are not are missing."""

    items: Annotated[list[Item], Meta(max_length=EXACT)]


class Part(Message, frozen=True):
    """One bucket of a summary (integrations.links.digests)."""

    count: Number
    hash: Hash


class Summary(Message, frozen=True):
    """Counts and hashes of the newest versions of a kind, by bucket."""

    count: Number
    hash: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")]
    buckets: dict[str, Part]


class Held(Message, frozen=True):
    """One record that the province holds."""

    id: Id
    version: Number
    hash: Hash


class BucketList(Message, frozen=True):
    items: list[Held]


class OrganData(Message, frozen=True):
    name: Name
    uscc: Annotated[str, Meta(pattern=r"^([0-9A-HJ-NPQRTUWXY]{18})?$")] = ""
    division_code: Annotated[str, Meta(pattern=r"^([0-9]{6,12})?$")] = ""
    level: Name = ""
    parent_name: Name = ""
    ended_on: date | None = None


class OfficerData(Message, frozen=True):
    name: Name
    citizen_id: Annotated[str, Meta(pattern=r"^[0-9]{17}[0-9X]$")]
    organ_name: Name
    organ_uscc: Name = ""
    title: Name = ""


class CertificateData(Message, frozen=True):
    number: Annotated[str, Meta(min_length=1, max_length=50)]
    kind: Literal["enforcement", "supervision"]
    holder_name: Name
    citizen_id: Annotated[str, Meta(pattern=r"^[0-9]{17}[0-9X]$")]
    organ_name: Name
    valid_from: date
    valid_until: date
    status: Literal["valid", "suspended", "expired", "cancelled", "returned"]


class MatterData(Message, frozen=True):
    number: Name
    title: Name
    organ: Name
    supervised: Name
    mode: Name
    content_items: list[str]
    state: Name
    stage: Name
    opened_on: date | None
    closed_on: date | None


class InstrumentData(Message, frozen=True):
    kind: Name
    number: Name
    title: Name
    matter_number: Name
    organ: Name
    addressee: Name
    state: Name
    issued_at: datetime | None
    served_at: datetime | None
    pdf_sha256: str


class DecisionData(Message, frozen=True):
    number: Name
    organ: Name
    supervised: Name
    state: Name
    decided_at: datetime
    served_on: date | None
    due_on: date | None


class CancellationData(Message, frozen=True):
    """The bar of an officer whose qualification was cancelled (Art. 21): two years, in every organ."""

    person_name: Name
    holder_organ: Name
    decision_number: Name
    effective_on: date
    barred_until: date
    lifted_on: date | None
    lifted_kind: Name


class ReturnData(Message, frozen=True):
    form: Name
    period: Name
    organ: Name
    state: Name
    version: Number
    digest: str
    totals: dict[str, int | None]
    submitted_at: datetime | None


DATA: Final[dict[str, type[Message]]] = {
    "organ": OrganData,
    "officer": OfficerData,
    "certificate": CertificateData,
    "matter": MatterData,
    "instrument": InstrumentData,
    "decision": DecisionData,
    "cancellation": CancellationData,
    "return": ReturnData,
    "referral": ReferralData,
}
"""Kind → the type of its `data`. A record's data are those of an enforcement record (docs/records.md)."""


def page_digest(items: list[Item] | list[Held]) -> str:
    """The digest of a page (PulledPage)."""
    lines = sorted({f"{item.id}\t{item.version}\t{item.hash}\n" for item in items})
    return sm3("".join(lines).encode())
