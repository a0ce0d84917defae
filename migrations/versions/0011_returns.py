"""Statutory returns: heads, working sheets, frozen versions, circulars on organs that owe one (Arts. 11, 12)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import TENANT, owned

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT}"
UPWARD = f"{OWN_ROWS} OR {TENANT} = ANY (readers)"
"""The levels to which it goes: who owes what from its opening, figures from the moment they are handed in."""


def upgrade() -> None:
    _tables()
    owned("statistical_return", read=UPWARD)
    owned("return_version", read=UPWARD)
    # What is being filled in is nobody else's business, whoever is above.
    owned("return_sheet", read=OWN_ROWS)
    owned("return_circular", read=OWN_ROWS)


def _tables() -> None:
    op.create_table(
        "return_circular",
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.Column("requirement", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("discard_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state in ('draft', 'issued', 'discarded')", name=op.f("ck_return_circular_state")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_return_circular")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "form_key",
            "period",
            name=op.f("uq_return_circular_city_id_organ_id_form_key_period"),
        ),
    )
    op.create_table(
        "statistical_return",
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("organ_name", sa.Text(), nullable=False),
        sa.Column("organ_class", sa.Text(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("readers", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("accepted_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revision_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("first_submitted_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("filled_by", sa.Uuid(), nullable=True),
        sa.Column("filled_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reminded", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("stale", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "state in ('open', 'filled', 'validated', 'approved', 'submitted', 'sent_back', 'accepted', 'revised')",
            name=op.f("ck_statistical_return_state"),
        ),
        sa.CheckConstraint(
            "version >= accepted_version and accepted_version >= 0", name=op.f("ck_statistical_return_versions")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_statistical_return")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "form_key",
            "period",
            name=op.f("uq_statistical_return_city_id_organ_id_form_key_period"),
        ),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_statistical_return_city_id_organ_id_id")),
    )
    op.create_index(
        "ix_statistical_return_board",
        "statistical_return",
        ["city_id", "receiver_id", "form_key", "period", "state", "due_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_statistical_return_due",
        "statistical_return",
        ["city_id", "receiver_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("version = 0"),
    )
    op.create_index(
        "ix_statistical_return_waiting",
        "statistical_return",
        ["city_id", "receiver_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "ix_statistical_return_list", "statistical_return", ["city_id", "organ_id", "due_on", "id"], unique=False
    )
    op.create_table(
        "return_sheet",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "return_id"],
            ["statistical_return.city_id", "statistical_return.organ_id", "statistical_return.id"],
            name=op.f("fk_return_sheet_city_id_organ_id_return_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_return_sheet")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "return_id", name=op.f("uq_return_sheet_city_id_organ_id_return_id")
        ),
    )
    op.create_table(
        "return_version",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("readers", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_name", sa.Text(), nullable=False),
        sa.Column("approved_by_name", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome_organ_name", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("cell_reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "outcome in ('submitted', 'sent_back', 'accepted', 'replaced')", name=op.f("ck_return_version_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "return_id"],
            ["statistical_return.city_id", "statistical_return.organ_id", "statistical_return.id"],
            name=op.f("fk_return_version_city_id_organ_id_return_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_return_version")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "return_id",
            "number",
            name=op.f("uq_return_version_city_id_organ_id_return_id_number"),
        ),
    )
    op.create_index("ix_return_version_return", "return_version", ["city_id", "return_id", "number"], unique=False)
