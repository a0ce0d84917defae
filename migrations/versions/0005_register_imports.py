"""Workbooks of officers on their way into the register, warnings once given, organs that keep a register (Art. 10)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import TENANT, for_definer, guard_file, owned

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    op.create_index("ix_officer_person", "officer", ["city_id", "organ_id", "person_id"], unique=False)
    owned("register_import", read=f"organ_id = {TENANT}")
    owned("register_warning", read=f"organ_id = {TENANT}", update=False)
    for_definer("officer", "select")
    guard_file("registers.sql")


def _tables() -> None:
    op.create_table(
        "register_import",
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state in ('checking', 'done', 'refused')", name=op.f("ck_register_import_state")),
        sa.CheckConstraint("(content is null) = (finished_at is not null)", name=op.f("ck_register_import_content")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_register_import")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_register_import_city_id_organ_id_id")),
    )
    op.create_table(
        "register_warning",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_register_warning")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "subject_id",
            "cause",
            name=op.f("uq_register_warning_city_id_organ_id_subject_id_cause"),
        ),
    )
