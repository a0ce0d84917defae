"""What is handed to the services of complaints about supervisors."""

from __future__ import annotations

from uuid import UUID

import msgspec


class RegisterComplaint(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint about somebody of `subject_organ_id`. Without `name` it is anonymous. `secret` is chosen by the
    complainant, who asks for the answer with it."""

    subject_organ_id: UUID
    position: str
    subject: str
    ground: str
    facts: str
    secret: str
    name: str = ""
    contact: str = ""


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a founded complaint."""

    kind: str
    note: str = ""


class AnswerComplaint(msgspec.Struct, frozen=True, kw_only=True):
    """The leader's answer: the outcome, what the complainant is told, what follows."""

    outcome: str
    answer: str
    consequences: tuple[Consequence, ...] = ()
