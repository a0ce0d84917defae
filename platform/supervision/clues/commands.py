"""What an officer or the API hands in for a clue (Art. 17)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec


class ComplainantInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who complained. `anonymous`: gave no name; `confidential`: asked that it be kept from the organ complained of."""

    name: str = ""
    contact: str = ""
    anonymous: bool = False
    confidential: bool = True


class Attachment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file that came with the clue; its type is found in its content. In JSON `data` is base64."""

    name: str
    data: bytes


class RegisterClue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A clue to register. `received_at` is when it reached the organ (None: now). One of `subject_organ_id`,
    `subject_name` and `subject_unknown` says who is complained of; `source` is a key of the rule book."""

    source: str
    title: str
    facts: str
    place: str = ""
    happened_on: date | None = None
    received_at: datetime | None = None
    subject_organ_id: UUID | None = None
    subject_name: str = ""
    subject_unknown: bool = False
    content_items: tuple[str, ...] = ()
    urgent: bool = False
    external_id: str = ""
    complainant: ComplainantInput | None = None
    attachments: tuple[Attachment, ...] = ()


class ClueFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a list shows. `state` empty: all; `due`: overdue, today, near; `q`: words of number, title or facts;
    `item`: a content item (Arts. 8 to 10); `month`: 2026-09, when it came; `handler_id`: another organ's pool, which
    the reader supervises."""

    state: str = ""
    source: str = ""
    subject_id: UUID | None = None
    due: str = ""
    q: str = ""
    item: str = ""
    month: str = ""
    handler_id: UUID | None = None
