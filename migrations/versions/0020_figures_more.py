"""Figures of accountability, referrals, objections and applications; clues by channel to their end (Art. 11(5))."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.figures import afresh, source
from migrations.rls import TENANT, owned

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SOURCES = (
    "accountability_answer",
    "accountability_case",
    "accountability_review",
    "blocked_item",
    "licence_application",
    "objection",
    "referral",
)
CHANGED = {"activity": "activities.", "certificate": "certificates.", "clue": "clues.", "qualification_bar": "bars."}
"""Sources whose rule counts more than it did → what all their indicators begin with."""


BRIEFS = (
    f"organ_id = {TENANT} OR body_id = {TENANT}"
    f" OR organ_id IN (SELECT s.organ_id FROM public.figure_scope s WHERE s.viewer_id = {TENANT})"
)
"""Whoever reads an area's figures reads its briefs."""


FILES = ("files_good", "files_passed", "files_failed", "files_vetoed")


def upgrade() -> None:
    for column in FILES:
        op.add_column("activity", sa.Column(column, sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_activity_files"),
        "activity",
        "files_good >= 0 and files_passed >= 0 and files_vetoed >= 0 and files_failed >= files_vetoed",
    )
    for table in SOURCES:
        source(table)
    for table, prefix in CHANGED.items():
        afresh(table, prefix)
    _briefs()
    _plan_activities()


def _briefs() -> None:
    op.create_table(
        "weekly_brief",
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rulebook", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("extract(isodow from first_day) = 1", name=op.f("ck_weekly_brief_monday")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_weekly_brief")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "first_day", name=op.f("uq_weekly_brief_city_id_organ_id_first_day")
        ),
    )
    op.create_index("ix_weekly_brief_body", "weekly_brief", ["city_id", "body_id", "first_day"], unique=False)
    owned("weekly_brief", read=BRIEFS, update=False)


def _plan_activities() -> None:
    op.create_unique_constraint(op.f("uq_activity_city_id_organ_id_id"), "activity", ["city_id", "organ_id", "id"])
    op.create_table(
        "plan_activity",
        sa.Column("item_key", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by_name", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "activity_id"],
            ["activity.city_id", "activity.organ_id", "activity.id"],
            name=op.f("fk_plan_activity_city_id_organ_id_activity_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_plan_activity")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "activity_id", name=op.f("uq_plan_activity_city_id_organ_id_activity_id")
        ),
    )
    op.create_index(
        "ix_plan_activity_item", "plan_activity", ["city_id", "organ_id", "item_key", "activity_id"], unique=False
    )
    owned("plan_activity", update=False)
