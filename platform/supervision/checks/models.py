"""What rule models found, what was decided on it, which models are switched off, and the discretion benchmarks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned

FACETS = ("severity", "rule", "subject_organ_id")
"""What the list is filtered by, decided in the index (docs/adr/0013-lists.md)."""
PLACE = (
    "(case severity when 'A' then 0 when 'B' then 1 when 'C' then 2 else 3 end) * 100000"
    " + (date '2100-01-01' - found_on)"
)


class CheckHit(Versioned, TenantRow):
    """What one model found in one record. `organ_id` is the supervision body that ran it: the enforcing organ does not
    see the row, it hears of it with the clue, the matter or the instrument that follows. One row a model and record;
    what was judged stays judged while the record has the same version."""

    __tablename__ = "check_hit"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "subject_id", "rule"),
        CheckConstraint("subject_kind in ('record', 'certificate', 'instrument')", name="subject_kind"),
        CheckConstraint("severity in ('A', 'B', 'C', 'D')", name="severity"),
        CheckConstraint("state in ('open', 'clue', 'matter', 'dismissed', 'cleared')", name="state"),
        CheckConstraint("(state = 'dismissed') = (reason_code <> '')", name="reason_code"),
        CheckConstraint("reason_code = '' or reason <> ''", name="reason"),
        CheckConstraint("state <> 'clue' or clue_id is not null", name="clue"),
        CheckConstraint("state <> 'matter' or matter_id is not null", name="matter"),
        CheckConstraint("(state in ('clue', 'matter', 'dismissed')) = (judged_at is not null)", name="judged"),
        ForeignKeyConstraint(["city_id", "organ_id", "clue_id"], ["clue.city_id", "clue.organ_id", "clue.id"]),
        ForeignKeyConstraint(["city_id", "organ_id", "matter_id"], ["matter.city_id", "matter.organ_id", "matter.id"]),
        Index("ix_check_hit_list", "city_id", "organ_id", "state", "place", "id", *FACETS),
        Index("ix_check_hit_rule", "city_id", "organ_id", "rule", "state", "reason_code"),
        Index(
            "ix_check_hit_score",
            "city_id",
            "organ_id",
            "state",
            "score",
            "id",
            "subject_organ_id",
            postgresql_where=text("score is not null"),
        ),
    )

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    subject_organ_id: Mapped[UUID]
    """The organ that enforced, or holds the certificate, or owes the answer."""
    subject_version: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str]
    """Number and title of the record as the list shows it; names no citizen."""
    kind: Mapped[str]
    """penalty, licence, coercion, inspection, collection, register."""
    rule: Mapped[str]
    rule_version: Mapped[int]
    severity: Mapped[str]
    found_on: Mapped[date]
    facts: Mapped[dict[str, Any]]
    """The dates and figures that the model saw, from which its sentence is made."""
    score: Mapped[int | None] = mapped_column(BigInteger)
    """Of a disproportionate fine: a hundred times the robust distance from the median of like cases."""
    state: Mapped[str]
    reason_code: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    judged_by: Mapped[UUID | None]
    judged_by_name: Mapped[str] = mapped_column(server_default="")
    judged_at: Mapped[datetime | None]
    clue_id: Mapped[UUID | None]
    matter_id: Mapped[UUID | None]
    place: Mapped[int] = mapped_column(Computed(PLACE, persisted=True))
    """The order of the list: the gravest first, then the newest."""


class CheckQuestion(Versioned, TenantRow):
    """What a supervision body asks the enforcing organ about one hit (Art. 13), and what that answered. The body owns
    the row; the organ that is asked reads it, and never the hit."""

    __tablename__ = "check_question"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "hit_id"], ["check_hit.city_id", "check_hit.organ_id", "check_hit.id"]
        ),
        CheckConstraint("question <> ''", name="question"),
        CheckConstraint("asked_id <> organ_id", name="asked"),
        CheckConstraint("(answered_at is null) = (answer = '')", name="answer"),
        Index(
            "uq_check_question_open", "city_id", "organ_id", "hit_id", unique=True,
            postgresql_where=text("answered_at is null"),
        ),
        Index("ix_check_question_hit", "city_id", "organ_id", "hit_id", "id"),
        Index("ix_check_question_asked", "city_id", "asked_id", "id"),
    )  # fmt: skip

    hit_id: Mapped[UUID]
    asked_id: Mapped[UUID]
    label: Mapped[str]
    """The record's number and title, as the hit has them."""
    sentence: Mapped[str]
    """What the model said on the day of the question."""
    question: Mapped[str]
    due_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by_name: Mapped[str]
    asked_by_post: Mapped[UUID | None]
    answer: Mapped[str] = mapped_column(server_default="")
    answered_at: Mapped[datetime | None]
    answered_by_name: Mapped[str] = mapped_column(server_default="")


class CheckRun(TenantRow):
    """One run of the models by a supervision body: over a batch that arrived, or over the whole stock."""

    __tablename__ = "check_run"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "scope", "key"),
        CheckConstraint("scope in ('batch', 'stock')", name="scope"),
        Index("ix_check_run_newest", "city_id", "organ_id", "finished_at", "id"),
    )

    scope: Mapped[str]
    key: Mapped[str]
    """The import, or the day: a run that is repeated replaces its own row."""
    records: Mapped[int] = mapped_column(BigInteger)
    found: Mapped[int]
    opened: Mapped[int]
    cleared: Mapped[int]
    milliseconds: Mapped[int]
    finished_at: Mapped[datetime]


class CheckSwitch(TenantRow):
    """A model that the leader of a supervision body switched off, or on again, for one business line or all."""

    __tablename__ = "check_switch"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "rule", "line"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    rule: Mapped[str]
    line: Mapped[str]
    """A business line; empty: all."""
    enabled: Mapped[bool]
    reason: Mapped[str]
    changed_by_name: Mapped[str]
    changed_at: Mapped[datetime]


class Benchmark(TenantRow):
    """One version of a table of discretion benchmarks (裁量权基准, Art. 8(1)), as imported. Published papers: every
    organ of the city reads them."""

    __tablename__ = "benchmark"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "name", "version"),
        CheckConstraint("ended_on is null or ended_on >= in_force_on", name="period"),
        CheckConstraint("version >= 1 and row_count >= 1", name="numbers"),
        Index("ix_benchmark_list", "city_id", "in_force_on", "id"),
    )

    name: Mapped[str]
    issuer: Mapped[str]
    version: Mapped[int]
    in_force_on: Mapped[date]
    ended_on: Mapped[date | None]
    """The last day in force; set when a newer version of the name begins."""
    row_count: Mapped[int]
    sha256: Mapped[str]
    imported_by_name: Mapped[str]
    imported_at: Mapped[datetime]


class BenchmarkTier(TenantRow):
    """One row: what a tier of an item may cost. Amounts in fen; the flags say whether a bound is included."""

    __tablename__ = "benchmark_tier"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "benchmark_id", "code", "party_kind"),
        ForeignKeyConstraint(
            ["city_id", "organ_id", "benchmark_id"], ["benchmark.city_id", "benchmark.organ_id", "benchmark.id"]
        ),
        CheckConstraint("party_kind in ('', 'citizen', 'organisation')", name="party_kind"),
        CheckConstraint("measure in ('fixed', 'multiple', 'per_unit')", name="measure"),
        CheckConstraint("min_fen >= 0 and (max_fen is null or max_fen >= min_fen)", name="range"),
        CheckConstraint("law_min_fen >= 0 and (law_max_fen is null or law_max_fen >= law_min_fen)", name="law_range"),
        Index("ix_benchmark_tier_item", "city_id", "benchmark_id", "item_code", "line"),
    )

    benchmark_id: Mapped[UUID]
    line: Mapped[int]
    """Its line in the file."""
    item_code: Mapped[str]
    item_name: Mapped[str]
    basis: Mapped[str]
    tier: Mapped[str]
    code: Mapped[str]
    """What a record cites: the row's own code, or item and tier."""
    conditions: Mapped[str] = mapped_column(server_default="")
    party_kind: Mapped[str] = mapped_column(server_default="")
    measure: Mapped[str]
    """fixed: yuan; multiple of the gain or the goods' value; per_unit: a vehicle, a ton. Only fixed ones are tested."""
    min_fen: Mapped[int] = mapped_column(BigInteger)
    max_fen: Mapped[int | None] = mapped_column(BigInteger)
    min_inclusive: Mapped[bool]
    max_inclusive: Mapped[bool]
    law_min_fen: Mapped[int] = mapped_column(BigInteger)
    law_max_fen: Mapped[int | None] = mapped_column(BigInteger)
    """What the law itself allows; null: no upper bound."""


class PayeeAccount(TenantRow):
    """An account into which fines may be paid (Art. 8(7)), as the supervision body registered it for its government."""

    __tablename__ = "payee_account"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "account"),
        CheckConstraint("account <> ''", name="account"),
    )

    account: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    added_by_name: Mapped[str]


class CheckGroup(TenantRow):
    """Like cases among which at least one stands out: what they have in common, their spread, and the cases themselves
    or an even sample of them, as the last run saw them."""

    __tablename__ = "check_group"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "cause", "tier", "citizen", "year"),
        CheckConstraint("number >= 5", name="number"),
    )

    cause: Mapped[str]
    tier: Mapped[str]
    citizen: Mapped[bool]
    year: Mapped[int]
    number: Mapped[int]
    median_fen: Mapped[int] = mapped_column(BigInteger)
    mad_fen: Mapped[int] = mapped_column(BigInteger)
    members: Mapped[list[Any]]
    """Pairs of record and fine in fen, by the fine."""
