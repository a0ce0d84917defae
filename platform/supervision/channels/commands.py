"""What is handed to the services of channels (Arts. 15, 17)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.clues.commands import Attachment, RegisterClue


class Complain(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint of the open page. One of `organ_id` and `government_id` (where it happened) says who handles it.
    Without `name` it is anonymous. `code` is the query code, which is stored nowhere."""

    title: str
    facts: str
    code: str
    organ_id: UUID | None = None
    government_id: UUID | None = None
    organ_text: str = ""
    happened_on: date | None = None
    place: str = ""
    name: str = ""
    contact: str = ""
    attachments: tuple[Attachment, ...] = ()


class MediaClue(msgspec.Struct, frozen=True, kw_only=True):
    """A clue from the media with where it was published; a screenshot is among the attachments of the clue."""

    clue: RegisterClue
    outlet: str
    published_on: date | None
    url: str = ""


class SocialClue(msgspec.Struct, frozen=True, kw_only=True):
    """A clue from a social supervisor; `supervisor_id` None: the acting person is one himself."""

    clue: RegisterClue
    supervisor_id: UUID | None = None


class Appoint(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment of a social supervisor. Without `until_on` the term of the rule book applies. `username`: an
    account of the organ with which he reports himself."""

    name: str
    identity: str
    from_on: date | None
    until_on: date | None = None
    workplace: str = ""
    area: str = ""
    contact: str = ""
    post_id: UUID | None = None


class ReceiveOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a hotline's work order. `organ_id`: the organ complained of, where the hotline's name of it is
    one of the tree. `due_on`: the term that the order itself states."""

    number: str
    version: int
    kind: str
    title: str
    facts: str
    ordered_at: datetime
    organ_id: UUID | None = None
    organ_text: str = ""
    place: str = ""
    happened_on: date | None = None
    due_on: date | None = None
    name: str = ""
    contact: str = ""
