"""Enforcement acts, the files and batches that bring them, and the lines that could not be taken (Arts. 11(5), 17).

`organ_id` of a record is the organ that enforced. The columns are what lists filter and rule models compute on;
everything else that a line says stands in `detail`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

MONEY = (
    "fine_fen",
    "proposed_fine_fen",
    "confiscated_fen",
    "illegal_gain_fen",
    "refunded_fen",
    "goods_value_fen",
    "surcharge_fen",
    "fee_fen",
    "levied_fen",
    "collected_fen",
    "cost_fen",
)
"""Columns of money, in fen."""
MOST_FEN = 10**15
"""The largest amount, the one of `rules`."""
_MONEY_CHECK = " and ".join(f"coalesce({name}, 0) between 0 and {MOST_FEN}" for name in MONEY)


class EnforcementRecord(TenantRow):
    """One enforcement act as its source told it last: a penalty, licence, coercive measure, inspection,
    levy, requisition or another act."""

    __tablename__ = "enforcement_record"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "source", "external_id"),
        CheckConstraint(
            "kind in ('penalty', 'licence', 'coercion', 'inspection', 'collection', 'requisition', 'other_act')",
            name="kind",
        ),
        CheckConstraint("version >= 0", name="version"),
        CheckConstraint("source <> '' and external_id <> ''", name="identity"),
        CheckConstraint(_MONEY_CHECK, name="money"),
        CheckConstraint(
            "party_kind in ('', 'citizen', 'legal_person', 'other_organisation', 'individual_business')",
            name="party_kind",
        ),
        CheckConstraint("party_kind <> 'citizen' or party_uscc = ''", name="citizen"),
        CheckConstraint("officers_count >= 0 and excluded_days >= 0 and extended_days >= 0", name="counts"),
        Index("ix_enforcement_record_list", "city_id", "organ_id", "kind", "acted_on", "id"),
        Index("ix_enforcement_record_import", "city_id", "organ_id", "import_id", "id"),
        Index(
            "ix_enforcement_record_filed",
            "city_id",
            "body_id",
            "filed_up_on",
            postgresql_where=text("filed_up_on is not null"),
        ),
    )

    # Where it comes from.
    kind: Mapped[str]
    source: Mapped[str] = mapped_column(Text(collation="C"))
    """The system that numbers it: `external_id` is unique in it for one organ."""
    external_id: Mapped[str] = mapped_column(Text(collation="C"))
    version: Mapped[int] = mapped_column(BigInteger)
    """Grows with each change at the source; an older one than that which is held is ignored."""
    body_id: Mapped[UUID | None]
    """The supervision body of the organ's government (Art. 5), which reads the record too."""
    import_id: Mapped[UUID | None]
    """The file or batch that brought this version."""
    taken_at: Mapped[datetime]
    """When this version was taken in (UTC)."""

    # What it is about.
    acted_on: Mapped[date]
    """The day by which lists and periods count it: decided, else the latest earlier step that is known."""
    case_no: Mapped[str] = mapped_column(server_default="")
    doc_no: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str] = mapped_column(server_default="")
    item_code: Mapped[str] = mapped_column(server_default="")
    item_name: Mapped[str] = mapped_column(server_default="")
    """The cause of action (案由), the licence or levy item, by which like cases are compared."""
    business_line: Mapped[str] = mapped_column(server_default="")
    act_place_division: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="")
    """How it began: inspection, complaint, report, assigned, transferred, media, other."""
    procedure: Mapped[str] = mapped_column(server_default="")
    """simple, ordinary or fast; empty when not stated."""
    is_major: Mapped[bool | None]
    is_urgent: Mapped[bool | None]

    # The party. A citizen's name and number are in `party_cipher` alone.
    party_kind: Mapped[str] = mapped_column(server_default="")
    party_name: Mapped[str] = mapped_column(server_default="")
    """As it may be shown: whole for organisations, masked for persons."""
    party_uscc: Mapped[str] = mapped_column(server_default="")
    party_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed hash of a person's document number: equal persons have equal values. Organisations have `party_uscc`."""
    party_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    party_age: Mapped[int | None]
    """Full years on the day of the act."""

    # Officers.
    officer_certs: Mapped[list[str]] = mapped_column(server_default="{}")
    """Certificate numbers, each once."""
    officers_count: Mapped[int] = mapped_column(server_default="0")
    """Distinct officers on the act."""

    # Dates of the steps.
    act_started_on: Mapped[date | None]
    act_ended_on: Mapped[date | None]
    discovered_on: Mapped[date | None]
    clue_received_on: Mapped[date | None]
    received_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    filed_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    survey_ended_on: Mapped[date | None]
    evidence_registered_on: Mapped[date | None]
    evidence_handled_on: Mapped[date | None]
    correction_ordered_on: Mapped[date | None]
    legal_review_on: Mapped[date | None]
    notice_served_on: Mapped[date | None]
    defence_due_on: Mapped[date | None]
    defence_received_on: Mapped[date | None]
    hearing_requested_on: Mapped[date | None]
    hearing_notice_served_on: Mapped[date | None]
    hearing_held_on: Mapped[date | None]
    discussed_on: Mapped[date | None]
    executed_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    held_from: Mapped[date | None]
    held_to: Mapped[date | None]
    extended_on: Mapped[date | None]
    released_on: Mapped[date | None]
    done_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    served_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    due_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    urged_on: Mapped[date | None]
    court_applied_on: Mapped[date | None]
    transferred_on: Mapped[date | None]
    filed_up_on: Mapped[date | None]
    """Reported for the record to the level above (备案)."""
    published_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    excluded_days: Mapped[int] = mapped_column(server_default="0")
    """Calendar days that do not count toward the limit: hearing, test, appraisal."""
    extended_days: Mapped[int] = mapped_column(server_default="0")
    promised_days: Mapped[int | None]

    # Findings on the steps.
    legal_review_result: Mapped[str] = mapped_column(server_default="")
    """passed, changes or refused."""
    hearing_right_told: Mapped[bool | None]
    waived_defence: Mapped[bool | None]
    service_manner: Mapped[str] = mapped_column(server_default="")
    close_kind: Mapped[str] = mapped_column(server_default="")
    result: Mapped[str] = mapped_column(server_default="")
    """Of a licence: granted, refused, not_accepted; of an inspection: passed, failed."""
    follow_up: Mapped[str] = mapped_column(server_default="")
    """Of an inspection: none, correct, case, transfer."""
    measure: Mapped[str] = mapped_column(server_default="")
    """Of a coercive act, measures first: seal, seize, freeze, restrain, other; then fine_surcharge, transfer_deposit,
    sell, remove, perform, other_execution, court."""
    inspection_kind: Mapped[str] = mapped_column(server_default="")
    """daily, special, single, random, joint."""
    plan_no: Mapped[str] = mapped_column(server_default="")
    yearly_cap: Mapped[int | None]

    # Money and law.
    fine_fen: Mapped[int | None] = mapped_column(BigInteger)
    proposed_fine_fen: Mapped[int | None] = mapped_column(BigInteger)
    confiscated_fen: Mapped[int | None] = mapped_column(BigInteger)
    illegal_gain_fen: Mapped[int | None] = mapped_column(BigInteger)
    refunded_fen: Mapped[int | None] = mapped_column(BigInteger)
    goods_value_fen: Mapped[int | None] = mapped_column(BigInteger)
    surcharge_fen: Mapped[int | None] = mapped_column(BigInteger)
    fee_fen: Mapped[int | None] = mapped_column(BigInteger)
    levied_fen: Mapped[int | None] = mapped_column(BigInteger)
    collected_fen: Mapped[int | None] = mapped_column(BigInteger)
    cost_fen: Mapped[int | None] = mapped_column(BigInteger)
    collected_on_spot: Mapped[bool | None]
    payee_account: Mapped[str] = mapped_column(server_default="")
    penalty_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """The words of `rules.Penalty.penalty_kinds`."""
    basis: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Provisions, each as `《法》第五十条`."""
    benchmark_code: Mapped[str] = mapped_column(server_default="")
    tier: Mapped[str] = mapped_column(server_default="")
    """exempt, reduced, lighter, ordinary or heavier."""

    quality: Mapped[dict[str, Any]]
    """Field → none, not_stated or to_check; a field without an entry simply has its value, or was never mentioned."""
    detail: Mapped[dict[str, Any]]


class RecordSearch(TenantRow):
    """The terms by which a record is found, written by a job after the record itself. `id` is the record's."""

    __tablename__ = "record_search"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "id"],
            ["enforcement_record.city_id", "enforcement_record.organ_id", "enforcement_record.id"],
        ),
        Index("ix_record_search_terms", "terms", postgresql_using="gin"),
    )

    terms: Mapped[str] = mapped_column(TSVECTOR)


class RecordImport(Versioned, TenantRow):
    """One file or batch on its way in. `organ_id` is who sent it: the enforcing organ, or a body that supervises it."""

    __tablename__ = "record_import"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        CheckConstraint("state in ('waiting', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("format in ('jsonl', 'csv', 'xlsx', 'api')", name="format"),
        CheckConstraint("read = accepted + stale + quarantined", name="counts"),
        CheckConstraint("position >= 0 and position <= size", name="position"),
        CheckConstraint("(finished_at is not null) = (state in ('done', 'failed'))", name="finished"),
    )

    source: Mapped[str]
    format: Mapped[str]
    layout: Mapped[str] = mapped_column(server_default="")
    """native, or the national publicity sets: credit_penalty, credit_licence."""
    encoding: Mapped[str] = mapped_column(server_default="")
    file_name: Mapped[str] = mapped_column(server_default="")
    sha256: Mapped[str] = mapped_column(server_default="")
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Bytes of a text file, rows of a workbook or batch."""
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """How far it was taken in, in the unit of `size`; written by the transaction that took it."""
    line: Mapped[int] = mapped_column(server_default="0")
    """The last line that was taken in."""
    stamp: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The version of lines that name none: the second in which this very file was handed in first."""
    state: Mapped[str]
    problem: Mapped[str] = mapped_column(server_default="")
    read: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    stale: Mapped[int] = mapped_column(server_default="0")
    quarantined: Mapped[int] = mapped_column(server_default="0")
    waiting: Mapped[int] = mapped_column(server_default="0")
    """Quarantined lines that nobody has dealt with."""
    organ_ids: Mapped[list[UUID]] = mapped_column(server_default="{}")
    """The enforcing organs of what was taken."""
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class QuarantinedRecord(TenantRow):
    """A line that could not be taken, and what is wrong in it. It may hold personal data, so it is sealed."""

    __tablename__ = "quarantined_record"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "import_id"],
            ["record_import.city_id", "record_import.organ_id", "record_import.id"],
        ),
        UniqueConstraint("city_id", "organ_id", "import_id", "line"),
        CheckConstraint("state in ('waiting', 'resubmitted', 'discarded')", name="state"),
        CheckConstraint("(state = 'waiting') = (handled_at is null)", name="handled"),
        Index("ix_quarantined_record_list", "city_id", "organ_id", "state", "id"),
        Index("ix_quarantined_record_import", "city_id", "organ_id", "import_id", "state", "id"),
    )

    import_id: Mapped[UUID]
    line: Mapped[int]
    external_id: Mapped[str] = mapped_column(server_default="")
    organ_text: Mapped[str] = mapped_column(server_default="")
    """The enforcing organ as the line names it."""
    raw_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    field: Mapped[str]
    reason: Mapped[str]
    """The first problem, in Chinese."""
    problems: Mapped[list[Any]]
    """All of them: field, its label, reason."""
    state: Mapped[str]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
