"""Accountability (Article 21): the case of the supervision body, and what is exchanged with the other side.

One case concerns one organ or one person and asks for one measure. The case and its drafts belong to the supervision
body; the other side reads what was served to it (`AccountabilityNotice`) and writes rows of its own.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


def _of_organ() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["city_id", "organ_id"], ["organ.city_id", "organ.id"])


class AccountabilityCase(Versioned, TenantRow):
    """One accountability case. `organ_id` is the supervision body that handles it, for its government."""

    __tablename__ = "accountability_case"
    __table_args__ = (
        _of_organ(),
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "year", "seq"),
        CheckConstraint("against in ('organ', 'person')", name="against"),
        CheckConstraint(
            "state in ('proposed', 'notified', 'decided', 'served', 'carried_out', 'closed', 'dropped', 'not_upheld',"
            " 'set_aside')",
            name="state",
        ),
        CheckConstraint("(awards_from is null) = (awards_until is null)", name="awards"),
        Index("ix_accountability_case_list", "city_id", "organ_id", "id", "state"),
        Index(
            "ix_accountability_case_live",
            "city_id",
            "organ_id",
            "id",
            "state",
            postgresql_where=text("state in ('proposed', 'notified', 'decided', 'served', 'carried_out')"),
        ),
        Index("ix_accountability_case_matter", "city_id", "matter_id"),
        Index("uq_accountability_case_source", "city_id", "source_id", "organ_id", unique=True,
              postgresql_where=text("automatic")),
        Index(
            "ix_accountability_case_awards",
            "city_id",
            "supervised_id",
            "awards_until",
            postgresql_where=text("awards_until is not null"),
        ),
    )  # fmt: skip

    number: Mapped[str]
    """建监究〔2026〕1号"""
    year: Mapped[int]
    seq: Mapped[int]
    government_id: Mapped[UUID]
    """The supervising organ for which the body acts."""
    supervised_id: Mapped[UUID]
    """The organ held accountable, or the organ of the person."""
    supervised_name: Mapped[str]
    relation: Mapped[str]
    relation_article: Mapped[str]
    against: Mapped[str]
    responsibility: Mapped[str] = mapped_column(server_default="")
    """Of a person: in_charge 直接负责的主管人员, direct 其他直接责任人员."""
    officer_id: Mapped[UUID | None]
    """The person's file in the register of his organ, where there is one."""
    person_id: Mapped[UUID | None]
    """The person behind an account, where he has one."""
    person_name: Mapped[str] = mapped_column(server_default="")
    person_title: Mapped[str] = mapped_column(server_default="")
    matter_id: Mapped[UUID | None]
    origin: Mapped[str]
    """matter, own, instrument (ground 10), decision (ground 11)."""
    source_id: Mapped[UUID | None]
    source_label: Mapped[str] = mapped_column(server_default="")
    automatic: Mapped[bool]
    grounds: Mapped[list[str]]
    gravity: Mapped[str]
    fault: Mapped[str]
    facts: Mapped[str]
    nature: Mapped[str]
    harm: Mapped[str]
    mitigating: Mapped[str]
    aggravating: Mapped[str]
    measure: Mapped[str]
    """Key of the rule book's sanction; of a draft perhaps still empty."""
    training_hours: Mapped[int | None]
    """Asked for, with off-post training."""
    awards_from: Mapped[date | None]
    awards_until: Mapped[date | None]
    """Of a removal from awards that was decided: its first and last day."""
    awards_lifted_on: Mapped[date | None]
    rulebook_key: Mapped[str]
    state: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID | None]
    """Person; none for a draft of the system until somebody completes it."""
    proposed_by_name: Mapped[str]
    hearing_wanted: Mapped[bool]
    hearing_on: Mapped[date | None]
    hearing_note: Mapped[str] = mapped_column(server_default="")
    issuer_id: Mapped[UUID | None]
    """Whose leader decided: the body or its government."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decision_reason: Mapped[str] = mapped_column(server_default="")
    defence_answer: Mapped[str] = mapped_column(server_default="")
    """What the decision answers to the defence."""
    decision_number: Mapped[str] = mapped_column(server_default="")
    served_on: Mapped[date | None]
    """The day on which the present decision or proposal was served: from it on a cancellation has effect."""
    review_until: Mapped[date | None]
    referred: Mapped[list[str]]
    """Kinds of referral asked for; never shown to the other side."""
    ended_at: Mapped[datetime | None]
    ended_note: Mapped[str] = mapped_column(server_default="")


class AccountabilityNotice(TenantRow):
    """A document of a case as it was served. Written by the supervision body, read by the addressee as well."""

    __tablename__ = "accountability_notice"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "case_id"],
            ["accountability_case.city_id", "accountability_case.organ_id", "accountability_case.id"],
        ),
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("kind in ('notice', 'proposal', 'decision', 'review')", name="kind"),
        Index("ix_accountability_notice_addressee", "city_id", "addressee_id", "id", "person_id"),
        Index("ix_accountability_notice_case", "city_id", "case_id"),
        Index("ix_accountability_notice_paper", "city_id", "paper_id"),
    )

    case_id: Mapped[UUID]
    addressee_id: Mapped[UUID]
    kind: Mapped[str]
    """notice 告知书, proposal 建议书, decision 决定书, review 复核决定书."""
    issuer_id: Mapped[UUID]
    issuer_name: Mapped[str]
    paper_id: Mapped[UUID]
    copy_id: Mapped[UUID]
    """The addressee's copy of the paper."""
    number: Mapped[str]
    title: Mapped[str]
    against: Mapped[str]
    person_id: Mapped[UUID | None]
    person_name: Mapped[str]
    measure: Mapped[str]
    grounds: Mapped[list[str]]
    facts: Mapped[str]
    evidence: Mapped[list[str]]
    """The names of what proves the facts."""
    reason: Mapped[str] = mapped_column(server_default="")
    defence_answer: Mapped[str] = mapped_column(server_default="")
    word_sha256: Mapped[str]
    """The same text as a Word file."""
    sent_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str] = mapped_column(server_default="")
    served_on: Mapped[date | None]
    served_how: Mapped[str] = mapped_column(server_default="")
    """opened, deemed."""
    until: Mapped[date | None]
    """The last day of what it allows or asks for: defence, answer, or review."""
    round: Mapped[int] = mapped_column(server_default="1")
    """Of a proposal that was insisted on."""
    over: Mapped[bool] = mapped_column(server_default="false")
    """Replaced or set aside: nothing can be done with it any more."""


class AccountabilityStatement(TenantRow):
    """Statement and defence on a notice, of the person or organ concerned. `organ_id` is that organ."""

    __tablename__ = "accountability_statement"
    __table_args__ = (_of_organ(), UniqueConstraint("city_id", "organ_id", "notice_id"),
                      Index("ix_accountability_statement_case", "city_id", "case_id"))  # fmt: skip

    notice_id: Mapped[UUID]
    case_id: Mapped[UUID]
    issuer_id: Mapped[UUID]
    """The supervision body, which reads it."""
    waived: Mapped[bool]
    text: Mapped[str]
    wants_hearing: Mapped[bool]
    hearing_on: Mapped[date | None]
    """The day that he proposes."""
    on_behalf: Mapped[bool]
    """Handed in by the organ for a person."""
    stated_at: Mapped[datetime]
    stated_by: Mapped[UUID | None]
    stated_by_name: Mapped[str]


class AccountabilityAnswer(Versioned, TenantRow):
    """What the person's own organ did on a proposal. `organ_id` is that organ."""

    __tablename__ = "accountability_answer"
    __table_args__ = (
        _of_organ(),
        UniqueConstraint("city_id", "organ_id", "notice_id", "round"),
        CheckConstraint("result in ('imposed', 'other', 'refused')", name="result"),
        Index("ix_accountability_answer_case", "city_id", "case_id"),
    )

    notice_id: Mapped[UUID]
    case_id: Mapped[UUID]
    issuer_id: Mapped[UUID]
    round: Mapped[int]
    result: Mapped[str]
    """imposed: as proposed; other: another measure; refused."""
    measure: Mapped[str] = mapped_column(server_default="")
    document_number: Mapped[str] = mapped_column(server_default="")
    effective_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(server_default="")
    training_hours: Mapped[int | None]
    training_until: Mapped[date | None]
    trained_hours: Mapped[int | None]
    trained_on: Mapped[date | None]
    """The day on which the training was completed."""
    answered_at: Mapped[datetime]
    answered_by_name: Mapped[str]


class AccountabilityReview(Versioned, TenantRow):
    """A request for review, or an appeal. `organ_id` is the organ held accountable, or that of the person."""

    __tablename__ = "accountability_review"
    __table_args__ = (
        _of_organ(),
        UniqueConstraint("city_id", "organ_id", "case_id", "kind"),
        CheckConstraint("kind in ('review', 'appeal')", name="kind"),
        CheckConstraint("state in ('requested', 'upheld', 'changed', 'set_aside')", name="state"),
        Index("ix_accountability_review_case", "city_id", "case_id"),
        Index("ix_accountability_review_decider", "city_id", "decider_id", "state", "requested_at", "id"),
    )

    notice_id: Mapped[UUID]
    case_id: Mapped[UUID]
    issuer_id: Mapped[UUID]
    """The supervision body that handles the case."""
    decider_id: Mapped[UUID]
    """The organ whose leader decides."""
    kind: Mapped[str]
    reason: Mapped[str]
    on_behalf: Mapped[bool]
    requested_at: Mapped[datetime]
    requested_by: Mapped[UUID | None]
    requested_by_name: Mapped[str]
    state: Mapped[str]
    measure: Mapped[str] = mapped_column(server_default="")
    """The lighter measure, when changed."""
    number: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decision_reason: Mapped[str] = mapped_column(server_default="")
