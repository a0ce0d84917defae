"""Returns along business lines: who reads them by the dated line (Art. 2(2)), and roll-ups that were kept. How long
matters took and what escalated (Arts. 11, 19, 20); deltas of single records are written without a hash table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.figures import rewrite, sources
from migrations.rls import TENANT, owned, policy

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LAST_MONTH = """
left(period, 4)::int * 100 + case
    when strpos(period, 'Q') > 0 then right(period, 1)::int * 3
    when strpos(period, 'H') > 0 then right(period, 1)::int * 6
    when strpos(period, '-') > 0 then right(period, 2)::int
    else 12 end
"""
OWN_ROWS = f"organ_id = {TENANT}"
UPWARD = f"{OWN_ROWS} OR {TENANT} = ANY (readers)"
IN_LINE = f"""EXISTS (
    SELECT FROM public.figure_link l WHERE l.city_id = statistical_return.city_id AND l.reach = 'line'
        AND l.ancestor_id = {TENANT} AND l.organ_id = statistical_return.organ_id
        AND statistical_return.last_month >= l.from_month AND statistical_return.last_month < l.until_month)"""
"""The period's last month lies in the time in which the organ was in the reader's line."""
HEAD_IN_LINE = f"""EXISTS (
    SELECT FROM public.statistical_return h
    JOIN public.figure_link l ON l.city_id = h.city_id AND l.reach = 'line' AND l.ancestor_id = {TENANT}
        AND l.organ_id = h.organ_id AND h.last_month >= l.from_month AND h.last_month < l.until_month
    WHERE h.city_id = return_version.city_id AND h.organ_id = return_version.organ_id
        AND h.id = return_version.return_id)"""


ADDED = {
    "deadline_step": """
SELECT r.organ_id, 'instruments.lapsed', i.kind, r.due_for, 1 FROM public.deadline AS d, public.instrument AS i
WHERE r.step = 'overdue' AND d.city_id = r.city_id AND d.id = r.deadline_id AND d.subject_kind = 'instrument'
    AND i.city_id = d.city_id AND i.id = d.subject_id""",
    "escalated_item": """
SELECT r.from_organ_id, 'escalations.left', '', (r.raised_at AT TIME ZONE 'Asia/Shanghai')::date, 1""",
    "government_report": """
SELECT r.organ_id, 'reports.lapsed', i.kind, (r.sent_at AT TIME ZONE 'Asia/Shanghai')::date, 1
FROM public.instrument AS i WHERE r.ground = 'lapsed' AND i.city_id = r.city_id AND i.id = r.instrument_id
    AND r.state NOT IN ('draft', 'withdrawn')""",
}
"""What the counting rules count in addition, of the rows that are there."""


def upgrade() -> None:
    op.add_column(
        "statistical_return",
        sa.Column("last_month", sa.Integer(), sa.Computed(LAST_MONTH, persisted=True), nullable=False),
    )
    _reading("statistical_return", f"{UPWARD} OR {IN_LINE}")
    _reading("return_version", f"{UPWARD} OR {HEAD_IN_LINE}")
    _kept()
    owned("return_line_report", read=OWN_ROWS, update=False)
    op.add_column("matter", sa.Column("closed_after", sa.Integer(), nullable=True))
    for table in sources():
        rewrite(table, ADDED.get(table, ""))
    _how_long()


def _how_long() -> None:
    """Of matters that are closed already, by the calendar as it is; the trigger counts them while they change."""
    for table in ("matter", "calendar_day"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE matter SET closed_after = (SELECT count(*) FROM calendar_day d WHERE d.is_workday"
        " AND d.day > matter.opened_on AND d.day <= matter.closed_on)"
        " WHERE closed_on IS NOT NULL AND opened_on >= (SELECT min(day) FROM calendar_day)"
    )
    for table in ("matter", "calendar_day"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _reading(table: str, read: str) -> None:
    op.execute(f"DROP POLICY {table}_select ON {table}")
    policy(table, "select", using=read)


def _kept() -> None:
    op.create_table(
        "return_line_report",
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("own", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by_name", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_return_line_report")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "form_key",
            "period",
            "number",
            name=op.f("uq_return_line_report_city_id_organ_id_form_key_period_number"),
        ),
    )
