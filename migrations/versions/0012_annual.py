"""Yearly papers with their public pages (Art. 12), and the yearly supervision plan (Arts. 5, 11)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, TENANT, for_definer, guard_file, owned, policy, roles, secure

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"
OWED = f"({OWN_ROWS}) OR (department_id = {TENANT} AND city_id = {CITY})"
"""The organ that owes a paper, and the department to which it is owed (Art. 12)."""
PUBLISHED = f"({OWN_ROWS}) OR (state IN ('published', 'superseded') AND city_id = {CITY} AND {TENANT} IS NOT NULL)"
OF_DRAFT = f"{OWN_ROWS} AND plan_id IN (SELECT p.id FROM public.supervision_plan p WHERE p.state = 'draft')"
OF_PLAN = f"({OWN_ROWS}) OR plan_id IN (SELECT p.id FROM public.supervision_plan p)"


def upgrade() -> None:
    _annual()
    _plans()
    owned("annual_paper", read=OWED)
    owned("annual_text", read=OWN_ROWS)
    owned("annual_submission", read=OWED, update=False)
    owned("annual_publication", read=OWED)
    for_definer("annual_publication", "select")
    guard_file("annual.sql")
    owned("supervision_plan", read=PUBLISHED)
    _items()
    owned("plan_link", update=False)


def _items() -> None:
    """Items are written while their plan is a draft, and never afterwards."""
    secure("plan_item")
    policy("plan_item", "select", using=OF_PLAN)
    policy("plan_item", "insert", check=OF_DRAFT)
    policy("plan_item", "delete", using=OF_DRAFT)
    op.execute(f"GRANT SELECT, INSERT, DELETE ON plan_item TO {roles().app}")


def _annual() -> None:
    op.create_table(
        "annual_paper",
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("round", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_back_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("reminded", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind in ('report', 'plan')", name=op.f("ck_annual_paper_kind")),
        sa.CheckConstraint(
            "state in ('draft', 'approved', 'submitted', 'accepted', 'sent_back')", name=op.f("ck_annual_paper_state")
        ),
        sa.CheckConstraint("not late or submitted_on > due_on", name=op.f("ck_annual_paper_late")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_annual_paper")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_annual_paper_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "kind", "year", name=op.f("uq_annual_paper_city_id_organ_id_kind_year")
        ),
    )
    op.create_index(
        "ix_annual_paper_board", "annual_paper", ["city_id", "department_id", "year", "kind", "id"], unique=False
    )
    op.create_index("ix_annual_paper_list", "annual_paper", ["city_id", "organ_id", "id", "year"], unique=False)
    op.create_table(
        "annual_publication",
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("organ_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("pdf_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence_name", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_passed", sa.Boolean(), nullable=True),
        sa.Column("check_note", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(place = 'platform') = (url = '')", name=op.f("ck_annual_publication_url")),
        sa.CheckConstraint("place in ('platform', 'own_site')", name=op.f("ck_annual_publication_place")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "paper_id"],
            ["annual_paper.city_id", "annual_paper.organ_id", "annual_paper.id"],
            name=op.f("fk_annual_publication_city_id_organ_id_paper_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_annual_publication")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "paper_id",
            "version",
            name=op.f("uq_annual_publication_city_id_organ_id_paper_id_version"),
        ),
    )
    op.create_index("ix_annual_publication_code", "annual_publication", ["city_id", "code", "version"], unique=False)
    op.create_index(
        "ix_annual_publication_year", "annual_publication", ["city_id", "year", "code", "version"], unique=False
    )
    op.create_table(
        "annual_submission",
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_name", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "paper_id"],
            ["annual_paper.city_id", "annual_paper.organ_id", "annual_paper.id"],
            name=op.f("fk_annual_submission_city_id_organ_id_paper_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_annual_submission")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "paper_id",
            "round",
            name=op.f("uq_annual_submission_city_id_organ_id_paper_id_round"),
        ),
    )
    op.create_table(
        "annual_text",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "paper_id"],
            ["annual_paper.city_id", "annual_paper.organ_id", "annual_paper.id"],
            name=op.f("fk_annual_text_city_id_organ_id_paper_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_annual_text")),
        sa.UniqueConstraint("city_id", "organ_id", "paper_id", name=op.f("uq_annual_text_city_id_organ_id_paper_id")),
    )


def _plans() -> None:
    op.create_table(
        "supervision_plan",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "state in ('draft', 'approved', 'published', 'superseded')", name=op.f("ck_supervision_plan_state")
        ),
        sa.CheckConstraint("version = 1 or reason <> ''", name=op.f("ck_supervision_plan_reason")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_supervision_plan")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_supervision_plan_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "year", "version", name=op.f("uq_supervision_plan_city_id_organ_id_year_version")
        ),
    )
    op.create_index("ix_supervision_plan_list", "supervision_plan", ["city_id", "organ_id", "id"], unique=False)
    op.create_index(
        "ix_supervision_plan_published",
        "supervision_plan",
        ["city_id", "year", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(
        "uq_supervision_plan_published",
        "supervision_plan",
        ["city_id", "organ_id", "year"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "plan_item",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("item_key", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("organ_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("until_month", sa.Integer(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "1 <= from_month and from_month <= until_month and until_month <= 12", name=op.f("ck_plan_item_months")
        ),
        sa.CheckConstraint("planned between 1 and 1000", name=op.f("ck_plan_item_planned")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "plan_id"],
            ["supervision_plan.city_id", "supervision_plan.organ_id", "supervision_plan.id"],
            name=op.f("fk_plan_item_city_id_organ_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_plan_item")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "plan_id", "item_key", name=op.f("uq_plan_item_city_id_organ_id_plan_id_item_key")
        ),
    )
    op.create_index("ix_plan_item_plan", "plan_item", ["city_id", "plan_id", "no"], unique=False)
    op.create_table(
        "plan_link",
        sa.Column("item_key", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by_name", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "matter_id"],
            ["matter.city_id", "matter.organ_id", "matter.id"],
            name=op.f("fk_plan_link_city_id_organ_id_matter_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_plan_link")),
        sa.UniqueConstraint("city_id", "organ_id", "matter_id", name=op.f("uq_plan_link_city_id_organ_id_matter_id")),
    )
    op.create_index("ix_plan_link_item", "plan_link", ["city_id", "organ_id", "item_key", "matter_id"], unique=False)
