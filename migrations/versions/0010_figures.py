"""Figures: deltas that records write, counters of every organ and month, the dated tree (Art. 11(5))."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.figures import source
from migrations.rls import SYSTEM, TENANT, for_definer, guard_file, policy, roles, secure

revision = "0010"
down_revision = "0014"
branch_labels = None
depends_on = None

SOURCES = (
    "activity",
    "certificate",
    "clue",
    "deadline",
    "deadline_step",
    "decision",
    "decision_item",
    "delivery",
    "enforcement_body",
    "escalated_item",
    "examination",
    "extension",
    "finding",
    "government_report",
    "instrument",
    "matter",
    "officer",
    "paper",
    "qualification_bar",
    "recusal",
    "remedy",
    "reply",
    "training",
)
ALL = f"{TENANT} = {SYSTEM}"
# The own organ first: whoever reads his own figures never looks up the others.
BELOW = (
    f"organ_id = {TENANT} OR organ_id IN (SELECT s.organ_id FROM public.figure_scope s WHERE s.viewer_id = {TENANT})"
)


def upgrade() -> None:
    _day_of_findings()
    _tables()
    _reading("figure_delta", BELOW)
    _reading("figure_counter", BELOW)
    _reading("figure_link", f"{TENANT} IS NOT NULL")
    _reading("figure_scope", f"viewer_id = {TENANT}")
    secure("figure_check")
    policy("figure_check", "select", using=f"{TENANT} IS NOT NULL")
    policy("figure_check", "insert", check=f"{ALL} AND city_id = (SELECT guard.city())")
    op.execute(f"GRANT SELECT, INSERT ON figure_check TO {roles().app}")
    for_definer("figure_delta", "select", "insert", "update", "delete")
    for_definer("figure_counter", "select", "insert", "update", "delete")
    for_definer("figure_link", "select", "insert", "delete")
    for_definer("figure_scope", "select", "insert", "delete")
    for_definer("figure_check", "select")
    guard_file("figures_guard.sql")
    for table in SOURCES:
        source(table)


def _reading(table: str, read: str) -> None:
    """The application reads, and only the guard's functions write."""
    secure(table)
    policy(table, "select", using=read)
    op.execute(f"GRANT SELECT ON {table} TO {roles().app}")


def _day_of_findings() -> None:
    """A finding counts for the day on which it was established; of older rows that is the day they were written."""
    day = sa.text("(now() at time zone 'Asia/Shanghai')::date")
    op.add_column("finding", sa.Column("established_on", sa.Date(), server_default=day, nullable=False))
    op.execute("ALTER TABLE finding NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE finding SET established_on = (created_at AT TIME ZONE 'Asia/Shanghai')::date")
    op.execute("ALTER TABLE finding FORCE ROW LEVEL SECURITY")


def _tables() -> None:
    op.create_table(
        "figure_delta",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_figure_delta")),
    )
    key = ("city_id", "organ_id", "reach", "month", "indicator", "slice")
    op.create_table(
        "figure_counter",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("reach in ('own', 'tree', 'line')", name=op.f("ck_figure_counter_reach")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_figure_counter")),
    )
    # Counters are changed far more often than added: with room on the page a change touches no index.
    op.execute("ALTER TABLE figure_counter SET (fillfactor = 70)")
    op.execute("ALTER TABLE figure_delta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)")
    link = ("city_id", "reach", "ancestor_id", "organ_id", "from_month", "until_month")
    op.create_table(
        "figure_link",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("from_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("reach in ('tree', 'line')", name=op.f("ck_figure_link_reach")),
        sa.CheckConstraint("from_month < until_month", name=op.f("ck_figure_link_months")),
        sa.PrimaryKeyConstraint(*link, name=op.f("pk_figure_link")),
    )
    op.create_index("ix_figure_link_organ", "figure_link", ["city_id", "organ_id", "reach"], unique=False)
    op.create_table(
        "figure_scope",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("city_id", "viewer_id", "organ_id", name=op.f("pk_figure_scope")),
    )
    op.create_index("ix_figure_scope_viewer", "figure_scope", ["viewer_id", "organ_id"], unique=False)
    op.create_table(
        "figure_check",
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cells", sa.BigInteger(), nullable=False),
        sa.Column("differing", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_figure_check")),
    )
    op.create_index("ix_figure_check_at", "figure_check", ["city_id", "checked_at"], unique=False)
