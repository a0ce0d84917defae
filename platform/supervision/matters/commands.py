"""What officers hand in: one frozen struct for each command that has more than a few values."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec


class Upload(msgspec.Struct, frozen=True):
    """A file as it was handed in. Its type is checked by content, its name only shown."""

    name: str
    data: bytes
    origin: str = ""
    """Where it comes from: 案卷第3页, 现场拍摄."""


class ProposeMatter(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal to open a matter (Art. 11)."""

    title: str
    mode: str
    content_items: tuple[str, ...]
    supervised_id: UUID | None
    basis: str
    basis_note: str = ""
    source: str = ""
    """Shown as the tag 来源 of the matter: 12345热线."""
    clue_ids: tuple[UUID, ...] = ()
    handler_post_ids: tuple[UUID, ...] = ()
    """Handlers suggested with the proposal; the leader may change them."""


class FileGrades(msgspec.Struct, frozen=True, kw_only=True):
    """What a review of case files came to (Art. 11(4)): how many files of each grade, and how many of the failed ones
    fell by a single veto."""

    good: int = 0
    passed: int = 0
    failed: int = 0
    vetoed: int = 0


class RecordActivity(msgspec.Struct, frozen=True, kw_only=True):
    """A measure that was taken (Art. 13), with what stood in its way (Art. 14)."""

    kind: str
    at: datetime
    place: str
    record: str
    participant_post_ids: tuple[UUID, ...] = ()
    obstruction: str = ""
    obstructed: bool = False
    approval_number: str = ""
    commissioned: str = ""
    files: tuple[Upload, ...] = ()
    grades: FileGrades = FileGrades()
    """Of a matter that reviews case files alone."""
    social_count: int = 0
    """Social supervisors who took part (Art. 15)."""


class EnterAct(msgspec.Struct, frozen=True, kw_only=True):
    """An administrative act that a finding may concern (Art. 20)."""

    name: str
    counterpart: str
    number: str = ""
    made_on: date | None = None
    subject: str = ""
    counterpart_id: str = ""
    """Citizen id or credit code; kept encrypted, shown masked."""


class EstablishFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem to establish (Art. 19). The act it concerns: an entered one, a new one, or none."""

    content_item: str
    title: str
    facts: str
    provision: str
    gravity: str
    concerns_act: bool | None
    act_id: UUID | None = None
    new_act: EnterAct | None = None
    officers: str = ""
    evidence_ids: tuple[UUID, ...] = ()
    """Evidence already in the matter."""
    files: tuple[Upload, ...] = ()


class EnterRemedy(msgspec.Struct, frozen=True, kw_only=True):
    """A reconsideration or lawsuit about one act, with the paper that proves it (Art. 20)."""

    act_id: UUID | None
    kind: str
    body: str
    filed_on: date
    case_number: str = ""
    files: tuple[Upload, ...] = ()


class EndRemedy(msgspec.Struct, frozen=True, kw_only=True):
    """How a reconsideration or lawsuit ended, and whether that settled the act."""

    ended_on: date | None
    result: str
    settles: bool | None
    files: tuple[Upload, ...] = ()
