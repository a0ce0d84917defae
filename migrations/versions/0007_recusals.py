"""Recusal whole: ground, applicant and decision beside each; declared interests; what was done before; applications
(Art. 16)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, TENANT, owned

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"


def upgrade() -> None:
    _recusal()
    _tables()
    # Reviewers of declarations and the supervised side are asked for by policy; no other organ has any of these rows.
    owned("interest", read=OWN_ROWS)
    owned("recusal_application", read=OWN_ROWS)
    owned("conflict_clearance", update=False)
    owned("recusal_step")


def _recusal() -> None:
    op.add_column("recusal", sa.Column("ground", sa.Text(), server_default="other", nullable=False))
    op.add_column("recusal", sa.Column("declared_by_name", sa.Text(), server_default="", nullable=False))
    op.add_column("recusal", sa.Column("applicant_id", sa.Uuid(), nullable=True))
    op.add_column("recusal", sa.Column("applicant_name", sa.Text(), server_default="", nullable=False))
    op.add_column("recusal", sa.Column("delivery_id", sa.Uuid(), nullable=True))
    op.add_column("recusal", sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False))
    op.add_column("recusal", sa.Column("replacement_name", sa.Text(), server_default="", nullable=False))
    op.add_column("recusal", sa.Column("paper_number", sa.Text(), server_default="", nullable=False))
    op.add_column("recusal", sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recusal", sa.Column("lifted_by_name", sa.Text(), server_default="", nullable=False))
    op.add_column("recusal", sa.Column("lifted_reason", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_recusal_list", "recusal", ["city_id", "organ_id", "id", "state"], unique=False)
    op.create_unique_constraint(op.f("uq_recusal_city_id_organ_id_id"), "recusal", ["city_id", "organ_id", "id"])
    op.create_index(
        "uq_recusal_in_force",
        "recusal",
        ["city_id", "organ_id", "matter_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state in ('declared', 'granted')"),
    )
    op.create_check_constraint("state", "recusal", "state in ('declared', 'granted', 'refused', 'lifted')")
    op.create_check_constraint("origin", "recusal", "origin in ('own', 'applied', 'ordered')")
    op.create_check_constraint("decider", "recusal", "decided_by is distinct from person_id")


def _tables() -> None:
    op.create_table(
        "interest",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("relative_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("relative_mask", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_organ_id", sa.Uuid(), nullable=True),
        sa.Column("subject_name", sa.Text(), nullable=False),
        sa.Column("subject_code", sa.Text(), server_default="", nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(holder = 'self') = (relative_cipher is null)", name=op.f("ck_interest_relative")),
        sa.CheckConstraint(
            "(subject_organ_id is null) = (subject_kind = 'counterpart')", name=op.f("ck_interest_subject")
        ),
        sa.CheckConstraint("until_on is null or until_on >= from_on", name=op.f("ck_interest_period")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_interest")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_interest_city_id_organ_id_id")),
    )
    op.create_index("ix_interest_list", "interest", ["city_id", "organ_id", "id"], unique=False)
    op.create_index("ix_interest_person", "interest", ["city_id", "organ_id", "person_id", "id"], unique=False)
    op.create_table(
        "recusal_application",
        sa.Column("recusal_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("issuer_name", sa.Text(), nullable=False),
        sa.Column("handler_name", sa.Text(), nullable=False),
        sa.Column("ground_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("paper_number", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state in ('declared', 'granted', 'refused')", name=op.f("ck_recusal_application_state")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_recusal_application")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "recusal_id", name=op.f("uq_recusal_application_city_id_organ_id_recusal_id")
        ),
    )
    op.create_index(
        "ix_recusal_application_delivery", "recusal_application", ["city_id", "organ_id", "delivery_id"], unique=False
    )
    op.create_index("ix_recusal_application_list", "recusal_application", ["city_id", "organ_id", "id"], unique=False)
    op.create_table(
        "conflict_clearance",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("interest_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_by_name", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "matter_id"],
            ["matter.city_id", "matter.organ_id", "matter.id"],
            name=op.f("fk_conflict_clearance_city_id_organ_id_matter_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_conflict_clearance")),
    )
    op.create_index(
        "ix_conflict_clearance_matter",
        "conflict_clearance",
        ["city_id", "organ_id", "matter_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "recusal_step",
        sa.Column("recusal_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("outcome in ('pending', 'confirmed', 'redo')", name=op.f("ck_recusal_step_outcome")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "recusal_id"],
            ["recusal.city_id", "recusal.organ_id", "recusal.id"],
            name=op.f("fk_recusal_step_city_id_organ_id_recusal_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_recusal_step")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "recusal_id", "no", name=op.f("uq_recusal_step_city_id_organ_id_recusal_id_no")
        ),
    )
    op.create_index(
        "ix_recusal_step_pending",
        "recusal_step",
        ["city_id", "matter_id", "recusal_id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'pending'"),
    )
