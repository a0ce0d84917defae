"""The files of officers, their certificates, training and examinations; applications; the bar (Arts. 6, 10, 21)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import SYSTEM, TENANT, for_definer, owned, secure

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    for table in ("officer", "certificate", "enforcement_body", "licence_application"):
        owned(table)
    for table in ("training", "examination"):
        owned(table, update=False)
    # Who was barred by whom is nobody else's business: other tenants learn the last day from a function, and no more.
    owned("qualification_bar", read=f"organ_id = {TENANT} OR {TENANT} = {SYSTEM}")
    secure("qualification")
    for_definer("qualification", "select", "insert", "update")


def _tables() -> None:
    op.create_table(
        "qualification",
        sa.Column("citizen_hash", sa.LargeBinary(), nullable=False),
        sa.Column("changes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_qualification")),
        sa.UniqueConstraint("city_id", "citizen_hash", name=op.f("uq_qualification_city_id_citizen_hash")),
    )
    op.create_table(
        "qualification_bar",
        sa.Column("citizen_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("holder_organ_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("barred_until", sa.Date(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("lifted_note", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(lifted_on is null) = (lifted_kind = '')", name=op.f("ck_qualification_bar_lifted")),
        sa.CheckConstraint(
            "lifted_kind in ('', 'run_out', 'set_aside')", name=op.f("ck_qualification_bar_lifted_kind")
        ),
        sa.CheckConstraint("barred_until > effective_on", name=op.f("ck_qualification_bar_period")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_qualification_bar")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "decision_id", name=op.f("uq_qualification_bar_city_id_organ_id_decision_id")
        ),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_qualification_bar_city_id_organ_id_id")),
    )
    op.create_index(
        "ix_qualification_bar_person", "qualification_bar", ["city_id", "citizen_hash", "barred_until"], unique=False
    )
    op.create_index(
        "ix_qualification_bar_running",
        "qualification_bar",
        ["city_id", "barred_until", "id"],
        unique=False,
        postgresql_where=sa.text("lifted_on is null"),
    )
    op.create_table(
        "enforcement_body",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), server_default="", nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind in ('organ', 'authorised', 'entrusted')", name=op.f("ck_enforcement_body_kind")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id"], ["organ.city_id", "organ.id"], name=op.f("fk_enforcement_body_city_id_organ_id")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_enforcement_body")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_enforcement_body_city_id_organ_id_id")),
    )
    op.create_index(
        "ix_enforcement_body_list", "enforcement_body", ["city_id", "organ_id", "kind", "name", "id"], unique=False
    )
    op.create_table(
        "officer",
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("citizen_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_hash", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_mask", sa.Text(), nullable=False),
        sa.Column("employment", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("legal_qualification", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "employment in ('civil_service', 'public_institution', 'contract', 'worker', 'temporary')",
            name=op.f("ck_officer_employment"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id"], ["organ.city_id", "organ.id"], name=op.f("fk_officer_city_id_organ_id")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_officer")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "citizen_hash", name=op.f("uq_officer_city_id_organ_id_citizen_hash")
        ),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_officer_city_id_organ_id_id")),
    )
    op.create_index("ix_officer_list", "officer", ["city_id", "organ_id", "left_on", "name", "id"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_hash", sa.LargeBinary(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("status_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("status_article", sa.Text(), server_default="", nullable=False),
        sa.Column("status_on", sa.Date(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("cancelled_by_bar", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind in ('enforcement', 'supervision')", name=op.f("ck_certificate_kind")),
        sa.CheckConstraint(
            "status in ('valid', 'suspended', 'expired', 'cancelled', 'returned')", name=op.f("ck_certificate_status")
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_certificate_period")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "officer_id"],
            ["officer.city_id", "officer.organ_id", "officer.id"],
            name=op.f("fk_certificate_city_id_organ_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_certificate_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "kind", "number", name=op.f("uq_certificate_city_id_organ_id_kind_number")
        ),
    )
    op.create_index("ix_certificate_holder", "certificate", ["city_id", "citizen_hash"], unique=False)
    op.create_index("ix_certificate_officer", "certificate", ["city_id", "officer_id"], unique=False)
    op.create_index(
        "ix_certificate_until", "certificate", ["city_id", "organ_id", "status", "valid_until", "id"], unique=False
    )
    op.create_table(
        "examination",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind in ('enforcement', 'supervision')", name=op.f("ck_examination_kind")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "officer_id"],
            ["officer.city_id", "officer.organ_id", "officer.id"],
            name=op.f("fk_examination_city_id_organ_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_examination")),
    )
    op.create_index("ix_examination_officer", "examination", ["city_id", "officer_id", "held_on"], unique=False)
    op.create_table(
        "licence_application",
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("officer_name", sa.Text(), nullable=False),
        sa.Column("citizen_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("applied_by", sa.Uuid(), nullable=True),
        sa.Column("applied_by_name", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_note", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_article", sa.Text(), server_default="", nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("barred_until", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind in ('enforcement', 'supervision')", name=op.f("ck_licence_application_kind")),
        sa.CheckConstraint(
            "purpose in ('first', 'renewal', 'replacement')", name=op.f("ck_licence_application_purpose")
        ),
        sa.CheckConstraint(
            "state in ('applied', 'checked', 'approved', 'issued', 'refused', 'withdrawn')",
            name=op.f("ck_licence_application_state"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "officer_id"],
            ["officer.city_id", "officer.organ_id", "officer.id"],
            name=op.f("fk_licence_application_city_id_organ_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_licence_application")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_licence_application_city_id_organ_id_id")),
    )
    op.create_index(
        "ix_licence_application_department",
        "licence_application",
        ["city_id", "department_id", "state", "applied_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_licence_application_organ",
        "licence_application",
        ["city_id", "organ_id", "state", "applied_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_licence_application_pending",
        "licence_application",
        ["city_id", "citizen_hash"],
        unique=False,
        postgresql_where=sa.text("state in ('applied', 'checked', 'approved')"),
    )
    op.create_index(
        "uq_licence_application_pending",
        "licence_application",
        ["city_id", "organ_id", "officer_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state in ('applied', 'checked', 'approved')"),
    )
    op.create_table(
        "training",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("hours between -1000 and 1000", name=op.f("ck_training_hours")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "officer_id"],
            ["officer.city_id", "officer.organ_id", "officer.id"],
            name=op.f("fk_training_city_id_organ_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_training")),
    )
    op.create_index("ix_training_officer", "training", ["city_id", "officer_id", "year"], unique=False)
