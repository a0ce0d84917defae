"""What the steps of a report and of a decision take as input."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec


class Proposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the supervision body proposes about one finding."""

    finding_id: UUID
    kind: str = ""
    reason_code: str = ""
    requirement: str = ""


class UpdateReport(msgspec.Struct, frozen=True, kw_only=True):
    """The editable parts of a report that is not sent. `considered`: nature, circumstances, degree of fault."""

    body: str
    statement: str
    considered: str
    legal_review: str
    proposals: tuple[Proposal, ...] = ()


class ReturnReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is missing from a report, and by when it has to be supplied."""

    missing: str
    until: date | None


class DecideItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the government decides on one finding (Article 20)."""

    finding_id: UUID
    kind: str
    reason_code: str
    requirement: str


class Decide(msgspec.Struct, frozen=True, kw_only=True):
    """A decision: one item for each finding decided on. Without `term_amount` the rule book's time is taken."""

    items: tuple[DecideItem, ...]
    term_amount: int | None = None
    term_unit: str | None = None


class VerifyExecution(msgspec.Struct, frozen=True, kw_only=True):
    """What the handlers found about the execution. `evidence_seen`: they looked at every piece of evidence."""

    executed: bool
    evidence_seen: bool
    note: str = ""
