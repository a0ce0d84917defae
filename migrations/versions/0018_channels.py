"""Channels of clues: open complaints, media, social supervisors, the 12345 hotline, likely duplicates (Arts. 15, 17)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, TENANT, for_definer, guard_file, owned

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"
"""Where a clue comes from is read by the organ that handles it alone (Art. 17)."""


def upgrade() -> None:
    _open_page()
    _hotline()
    _duplicates()
    for table in ("public_complaint", "media_report", "social_report", "hotline_version", "hotline_message"):
        owned(table, read=OWN_ROWS, update=False)
    for table in ("social_supervisor", "hotline_order", "duplicate_proposal"):
        owned(table, read=OWN_ROWS)
    for_definer("public_complaint", "select")
    for_definer("hotline_order", "select")
    guard_file("channels.sql")


def _open_page() -> None:
    op.create_table(
        "public_complaint",
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("length(code_hash) = 32", name=op.f("ck_public_complaint_code")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "clue_id"],
            ["clue.city_id", "clue.organ_id", "clue.id"],
            name=op.f("fk_public_complaint_city_id_organ_id_clue_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_public_complaint")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "clue_id", name=op.f("uq_public_complaint_city_id_organ_id_clue_id")
        ),
        sa.UniqueConstraint(
            "city_id", "organ_id", "code_hash", name=op.f("uq_public_complaint_city_id_organ_id_code_hash")
        ),
    )
    op.create_index("ix_public_complaint_code", "public_complaint", ["code_hash"], unique=False)
    op.create_table(
        "media_report",
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("outlet <> ''", name=op.f("ck_media_report_outlet")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "clue_id"],
            ["clue.city_id", "clue.organ_id", "clue.id"],
            name=op.f("fk_media_report_city_id_organ_id_clue_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_media_report")),
        sa.UniqueConstraint("city_id", "organ_id", "clue_id", name=op.f("uq_media_report_city_id_organ_id_clue_id")),
    )
    op.create_table(
        "social_supervisor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("workplace", sa.Text(), server_default="", nullable=False),
        sa.Column("area", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("contact_mask", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("appointed_by_name", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(ended_on is null) = (ended_reason = '')", name=op.f("ck_social_supervisor_ended")),
        sa.CheckConstraint(
            "identity in ('deputy', 'adviser', 'peoples_supervisor', 'expert', 'lawyer', 'journalist', 'other')",
            name=op.f("ck_social_supervisor_identity"),
        ),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_social_supervisor_term")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_social_supervisor")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_social_supervisor_city_id_organ_id_id")),
    )
    op.create_index(
        "ix_social_supervisor_list", "social_supervisor", ["city_id", "organ_id", "until_on", "id"], unique=False
    )
    op.create_index(
        "ix_social_supervisor_person", "social_supervisor", ["city_id", "organ_id", "person_id"], unique=False
    )
    op.create_table(
        "social_report",
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "clue_id"],
            ["clue.city_id", "clue.organ_id", "clue.id"],
            name=op.f("fk_social_report_city_id_organ_id_clue_id"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "supervisor_id"],
            ["social_supervisor.city_id", "social_supervisor.organ_id", "social_supervisor.id"],
            name=op.f("fk_social_report_city_id_organ_id_supervisor_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_social_report")),
        sa.UniqueConstraint("city_id", "organ_id", "clue_id", name=op.f("uq_social_report_city_id_organ_id_clue_id")),
    )
    op.create_index(
        "ix_social_report_supervisor", "social_report", ["city_id", "organ_id", "supervisor_id"], unique=False
    )


def _hotline() -> None:
    op.create_table(
        "hotline_order",
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("door_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("return_until", sa.Date(), nullable=False),
        sa.Column("return_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(return_reason <> '') or state <> 'returned'", name=op.f("ck_hotline_order_returned")),
        sa.CheckConstraint("(state = 'open') = (ended_at is null)", name=op.f("ck_hotline_order_ended")),
        sa.CheckConstraint("kind in ('urgent', 'query', 'complaint', 'business')", name=op.f("ck_hotline_order_kind")),
        sa.CheckConstraint("state in ('open', 'withdrawn', 'returned', 'ended')", name=op.f("ck_hotline_order_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_hotline_order_version")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "clue_id"],
            ["clue.city_id", "clue.organ_id", "clue.id"],
            name=op.f("fk_hotline_order_city_id_organ_id_clue_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_hotline_order")),
        sa.UniqueConstraint("city_id", "organ_id", "clue_id", name=op.f("uq_hotline_order_city_id_organ_id_clue_id")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "door_id", "number", name=op.f("uq_hotline_order_city_id_organ_id_door_id_number")
        ),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_hotline_order_city_id_organ_id_id")),
    )
    op.create_index("ix_hotline_order_door", "hotline_order", ["city_id", "door_id", "number"], unique=False)
    op.create_index("ix_hotline_order_list", "hotline_order", ["city_id", "organ_id", "id"], unique=False)
    op.create_index("ix_hotline_order_state", "hotline_order", ["city_id", "organ_id", "state", "id"], unique=False)
    op.create_table(
        "hotline_version",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "order_id"],
            ["hotline_order.city_id", "hotline_order.organ_id", "hotline_order.id"],
            name=op.f("fk_hotline_version_city_id_organ_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_hotline_version")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "order_id",
            "version",
            name=op.f("uq_hotline_version_city_id_organ_id_order_id_version"),
        ),
    )
    op.create_table(
        "hotline_message",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_hotline_message_seq")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "order_id"],
            ["hotline_order.city_id", "hotline_order.organ_id", "hotline_order.id"],
            name=op.f("fk_hotline_message_city_id_organ_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_hotline_message")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "order_id", "seq", name=op.f("uq_hotline_message_city_id_organ_id_order_id_seq")
        ),
    )


def _duplicates() -> None:
    op.create_table(
        "duplicate_proposal",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_note", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'proposed') = (decided_at is null)", name=op.f("ck_duplicate_proposal_decided")),
        sa.CheckConstraint("state in ('proposed', 'accepted', 'rejected')", name=op.f("ck_duplicate_proposal_state")),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_duplicate_proposal_pair")),
        sa.CheckConstraint("score between 0 and 100", name=op.f("ck_duplicate_proposal_score")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "first_id"],
            ["clue.city_id", "clue.organ_id", "clue.id"],
            name=op.f("fk_duplicate_proposal_city_id_organ_id_first_id"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "second_id"],
            ["clue.city_id", "clue.organ_id", "clue.id"],
            name=op.f("fk_duplicate_proposal_city_id_organ_id_second_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_duplicate_proposal")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "first_id",
            "second_id",
            name=op.f("uq_duplicate_proposal_city_id_organ_id_first_id_second_id"),
        ),
    )
    op.create_index(
        "ix_duplicate_proposal_open",
        "duplicate_proposal",
        ["city_id", "organ_id", "score", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "ix_duplicate_proposal_second", "duplicate_proposal", ["city_id", "organ_id", "second_id"], unique=False
    )
