"""Exchanges with other systems outside every transaction: who is at it, and until when (Arts. 17, 18). Questions to an
enforcing organ about what a rule model found (Art. 13)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rls import CITY, TENANT, owned

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"
ASKED = f"organ_id = {TENANT} OR asked_id = {TENANT}"
"""Who asks, and who is asked."""
CLAIMED = ("notice_sending", "webhook_message")


def upgrade() -> None:
    _leases()
    _questions()


def _questions() -> None:
    op.create_unique_constraint(op.f("uq_check_hit_city_id_organ_id_id"), "check_hit", ["city_id", "organ_id", "id"])
    op.create_table(
        "check_question",
        sa.Column("hit_id", sa.Uuid(), nullable=False),
        sa.Column("asked_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("asked_by_post", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("question <> ''", name=op.f("ck_check_question_question")),
        sa.CheckConstraint("asked_id <> organ_id", name=op.f("ck_check_question_asked")),
        sa.CheckConstraint("(answered_at is null) = (answer = '')", name=op.f("ck_check_question_answer")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "hit_id"],
            ["check_hit.city_id", "check_hit.organ_id", "check_hit.id"],
            name=op.f("fk_check_question_city_id_organ_id_hit_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_check_question")),
    )
    op.create_index(
        "uq_check_question_open",
        "check_question",
        ["city_id", "organ_id", "hit_id"],
        unique=True,
        postgresql_where=sa.text("answered_at is null"),
    )
    op.create_index("ix_check_question_hit", "check_question", ["city_id", "organ_id", "hit_id", "id"], unique=False)
    op.create_index("ix_check_question_asked", "check_question", ["city_id", "asked_id", "id"], unique=False)
    owned("check_question", read=ASKED)


def _leases() -> None:
    op.create_table(
        "link_lease",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("purpose in ('push', 'pull', 'compare')", name=op.f("ck_link_lease_purpose")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "link_id"],
            ["link.city_id", "link.organ_id", "link.id"],
            name=op.f("fk_link_lease_city_id_organ_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_link_lease")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "link_id", "purpose", name=op.f("uq_link_lease_city_id_organ_id_link_id_purpose")
        ),
    )
    owned("link_lease", read=OWN_ROWS, delete=True)
    for table in CLAIMED:
        op.add_column(table, sa.Column("claimed_by", sa.Uuid(), nullable=True))
        op.add_column(table, sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_claimed"), table, "(claimed_by is null) = (claimed_until is null)")
