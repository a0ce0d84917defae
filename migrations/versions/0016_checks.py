"""Rule models: hits, runs, switches, and the tables of discretion benchmarks (Arts. 8(1), 10(5)-(7), 11(5))."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, TENANT, guard_file, owned

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OF_CITY = f"city_id = {CITY} AND {TENANT} IS NOT NULL"
"""Benchmarks are published papers: every organ of the city reads them."""


def upgrade() -> None:
    _benchmarks()
    _hits()
    _accounts()
    _groups()
    owned("check_hit")
    owned("check_group")
    owned("check_run")
    owned("check_switch")
    owned("payee_account", update=False, delete=True)
    owned("benchmark", read=OF_CITY)
    owned("benchmark_tier", read=OF_CITY, update=False)
    guard_file("checks.sql")


def _benchmarks() -> None:
    op.create_table(
        "benchmark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("imported_by_name", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("ended_on is null or ended_on >= in_force_on", name=op.f("ck_benchmark_period")),
        sa.CheckConstraint("version >= 1 and row_count >= 1", name=op.f("ck_benchmark_numbers")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_benchmark")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_benchmark_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "name", "version", name=op.f("uq_benchmark_city_id_organ_id_name_version")
        ),
    )
    op.create_index("ix_benchmark_list", "benchmark", ["city_id", "in_force_on", "id"], unique=False)
    op.create_table(
        "benchmark_tier",
        sa.Column("benchmark_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("item_name", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), server_default="", nullable=False),
        sa.Column("party_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("min_fen", sa.BigInteger(), nullable=False),
        sa.Column("max_fen", sa.BigInteger(), nullable=True),
        sa.Column("min_inclusive", sa.Boolean(), nullable=False),
        sa.Column("max_inclusive", sa.Boolean(), nullable=False),
        sa.Column("law_min_fen", sa.BigInteger(), nullable=False),
        sa.Column("law_max_fen", sa.BigInteger(), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("measure in ('fixed', 'multiple', 'per_unit')", name=op.f("ck_benchmark_tier_measure")),
        sa.CheckConstraint("party_kind in ('', 'citizen', 'organisation')", name=op.f("ck_benchmark_tier_party_kind")),
        sa.CheckConstraint(
            "law_min_fen >= 0 and (law_max_fen is null or law_max_fen >= law_min_fen)",
            name=op.f("ck_benchmark_tier_law_range"),
        ),
        sa.CheckConstraint(
            "min_fen >= 0 and (max_fen is null or max_fen >= min_fen)", name=op.f("ck_benchmark_tier_range")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "benchmark_id"],
            ["benchmark.city_id", "benchmark.organ_id", "benchmark.id"],
            name=op.f("fk_benchmark_tier_city_id_organ_id_benchmark_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_benchmark_tier")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "benchmark_id",
            "code",
            "party_kind",
            name=op.f("uq_benchmark_tier_city_id_organ_id_benchmark_id_code_party_kind"),
        ),
    )
    op.create_index(
        "ix_benchmark_tier_item", "benchmark_tier", ["city_id", "benchmark_id", "item_code", "line"], unique=False
    )


def _hits() -> None:
    op.create_table(
        "check_hit",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_organ_id", sa.Uuid(), nullable=False),
        sa.Column("subject_version", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clue_id", sa.Uuid(), nullable=True),
        sa.Column("matter_id", sa.Uuid(), nullable=True),
        sa.Column(
            "place",
            sa.Integer(),
            sa.Computed(
                "(case severity when 'A' then 0 when 'B' then 1 when 'C' then 2 else 3 end) * 100000 + (date '2100-01-01' - found_on)",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'dismissed') = (reason_code <> '')", name=op.f("ck_check_hit_reason_code")),
        sa.CheckConstraint(
            "(state in ('clue', 'matter', 'dismissed')) = (judged_at is not null)", name=op.f("ck_check_hit_judged")
        ),
        sa.CheckConstraint("reason_code = '' or reason <> ''", name=op.f("ck_check_hit_reason")),
        sa.CheckConstraint("severity in ('A', 'B', 'C', 'D')", name=op.f("ck_check_hit_severity")),
        sa.CheckConstraint("state <> 'clue' or clue_id is not null", name=op.f("ck_check_hit_clue")),
        sa.CheckConstraint("state <> 'matter' or matter_id is not null", name=op.f("ck_check_hit_matter")),
        sa.CheckConstraint(
            "state in ('open', 'clue', 'matter', 'dismissed', 'cleared')", name=op.f("ck_check_hit_state")
        ),
        sa.CheckConstraint(
            "subject_kind in ('record', 'certificate', 'instrument')", name=op.f("ck_check_hit_subject_kind")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "clue_id"],
            ["clue.city_id", "clue.organ_id", "clue.id"],
            name=op.f("fk_check_hit_city_id_organ_id_clue_id"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "matter_id"],
            ["matter.city_id", "matter.organ_id", "matter.id"],
            name=op.f("fk_check_hit_city_id_organ_id_matter_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_check_hit")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "subject_id", "rule", name=op.f("uq_check_hit_city_id_organ_id_subject_id_rule")
        ),
    )
    op.create_index(
        "ix_check_hit_list",
        "check_hit",
        ["city_id", "organ_id", "state", "place", "id", "severity", "rule", "subject_organ_id"],
        unique=False,
    )
    op.create_index(
        "ix_check_hit_rule", "check_hit", ["city_id", "organ_id", "rule", "state", "reason_code"], unique=False
    )
    op.create_index(
        "ix_check_hit_score",
        "check_hit",
        ["city_id", "organ_id", "state", "score", "id", "subject_organ_id"],
        unique=False,
        postgresql_where=sa.text("score is not null"),
    )
    op.create_table(
        "check_run",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("cleared", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("scope in ('batch', 'stock')", name=op.f("ck_check_run_scope")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_check_run")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "scope", "key", name=op.f("uq_check_run_city_id_organ_id_scope_key")
        ),
    )
    op.create_index("ix_check_run_newest", "check_run", ["city_id", "organ_id", "finished_at", "id"], unique=False)
    op.create_table(
        "check_switch",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by_name", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_check_switch_reason")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_check_switch")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "rule", "line", name=op.f("uq_check_switch_city_id_organ_id_rule_line")
        ),
    )


def _accounts() -> None:
    op.create_table(
        "payee_account",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("added_by_name", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("account <> ''", name=op.f("ck_payee_account_account")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_payee_account")),
        sa.UniqueConstraint("city_id", "organ_id", "account", name=op.f("uq_payee_account_city_id_organ_id_account")),
    )


def _groups() -> None:
    op.create_table(
        "check_group",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("median_fen", sa.BigInteger(), nullable=False),
        sa.Column("mad_fen", sa.BigInteger(), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("number >= 5", name=op.f("ck_check_group_number")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_check_group")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "cause",
            "tier",
            "citizen",
            "year",
            name=op.f("uq_check_group_city_id_organ_id_cause_tier_citizen_year"),
        ),
    )
