"""What officers, organs and the persons concerned hand in about an accountability case (Art. 21)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from supervision.matters.commands import Upload


class Respondent(msgspec.Struct, frozen=True, kw_only=True):
    """A person held responsible: from the register of his organ (`officer_id`), or named."""

    responsibility: str
    """in_charge 直接负责的主管人员, direct 其他直接责任人员."""
    officer_id: UUID | None = None
    name: str = ""
    title: str = ""


class OpenCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case against an organ, or against one of its persons; drafted on a matter or on own findings."""

    grounds: tuple[str, ...]
    facts: str
    gravity: str
    fault: str
    measure: str
    matter_id: UUID | None = None
    supervised_id: UUID | None = None
    """Asked for when there is no matter."""
    person: Respondent | None = None
    """None: against the organ."""
    nature: str = ""
    harm: str = ""
    mitigating: str = ""
    aggravating: str = ""
    training_hours: int | None = None
    evidence_ids: tuple[UUID, ...] = ()
    """Evidence of the matter."""
    files: tuple[Upload, ...] = ()


class Decide(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on a case. `measure` may be lighter than the one that was told, never heavier."""

    reason: str
    measure: str
    defence_answer: str = ""
    awards_until: date | None = None
    """Of a removal from awards: its last day; left out, the rule book's length."""
    training_hours: int | None = None


class Defence(msgspec.Struct, frozen=True, kw_only=True):
    """Statement and defence, or the declaration that there is none."""

    text: str = ""
    waived: bool = False
    wants_hearing: bool = False
    hearing_on: date | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the person's own organ did on a proposal. `result`: imposed, other (with `measure`) or refused."""

    result: str
    measure: str = ""
    document_number: str = ""
    effective_on: date | None = None
    reason: str = ""
    training_hours: int | None = None
    training_until: date | None = None


class DecideReview(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on a review or an appeal. `result`: upheld, changed (with `measure`) or set_aside."""

    result: str
    reason: str
    measure: str = ""
