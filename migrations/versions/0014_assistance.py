"""Judicial offices read the matters in which they assist their county's justice department (Article 5 para. 4)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rls import IN_SCOPE, TENANT, owned

revision = "0014"
down_revision = "0009"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT}"
ASSISTED = f"FROM public.assistance a WHERE a.office_id = {TENANT} AND a.ended_at IS NULL"
"""The matters in which the reader assists: found by its own index, once a statement, and not looked for at all where
the rows pass by the scope of their reader."""
MATTER = f"(organ_id, matter_id) IN (SELECT a.organ_id, a.matter_id {ASSISTED})"
OF_INSTRUMENT = (
    "instrument_id IN (SELECT i.id FROM public.assistance a JOIN public.instrument i ON i.city_id = a.city_id"
    f" AND i.matter_id = a.matter_id AND i.organ_id = a.organ_id WHERE a.office_id = {TENANT} AND a.ended_at IS NULL)"
)
SHARED = f"shared_with_id IN (SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = {TENANT})"
ANSWERS = "owner_kind NOT IN ('reply', 'extension', 'objection')"
OPEN_EVENT = "(subject_kind <> 'reply' OR visibility = 'served')"

READS = {
    "matter": f"({IN_SCOPE}) OR (organ_id, id) IN (SELECT a.organ_id, a.matter_id {ASSISTED})",
    **dict.fromkeys(
        ("handler", "recusal", "act", "remedy", "finding", "activity", "deadline", "instrument"),
        f"({IN_SCOPE}) OR {MATTER}",
    ),
    "requirement": f"({IN_SCOPE}) OR {OF_INSTRUMENT}",
    "delivery": f"({IN_SCOPE}) OR addressee_id = {TENANT} OR {OF_INSTRUMENT}",
    "reply": (
        f"{OWN_ROWS} OR (state NOT IN ('draft', 'in_approval') AND (({IN_SCOPE}) OR issuer_id = {TENANT}"
        f" OR {OF_INSTRUMENT}))"
    ),
    "evidence": f"{OWN_ROWS} OR {SHARED} OR ({ANSWERS} AND (({IN_SCOPE}) OR {MATTER}))",
    "timeline_event": (
        f"{OWN_ROWS} OR ({OPEN_EVENT} AND (({IN_SCOPE})"
        f" OR (organ_id, thread_id) IN (SELECT a.organ_id, a.matter_id {ASSISTED})))"
    ),
    "deadline_step": (
        f"({IN_SCOPE}) OR deadline_id IN (SELECT d.id FROM public.assistance a JOIN public.deadline d"
        " ON d.city_id = a.city_id AND d.matter_id = a.matter_id AND d.organ_id = a.organ_id"
        f" WHERE a.office_id = {TENANT} AND a.ended_at IS NULL)"
    ),
    "post": (
        f"({IN_SCOPE}) OR id IN (SELECT h.post_id FROM public.assistance a JOIN public.handler h"
        " ON h.city_id = a.city_id AND h.matter_id = a.matter_id AND h.organ_id = a.organ_id"
        f" WHERE a.office_id = {TENANT} AND a.ended_at IS NULL)"
    ),
}
"""Table → who reads its rows, beside what 0002 says: the office that assists in the matter. What a supervised organ
prepares, what reports and decisions say, and who complained, stays out of its sight."""


def upgrade() -> None:
    op.create_table(
        "assistance",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("named_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("origin in ('area', 'named')", name=op.f("ck_assistance_origin")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "matter_id"],
            ["matter.city_id", "matter.organ_id", "matter.id"],
            name=op.f("fk_assistance_city_id_organ_id_matter_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_assistance")),
        sa.UniqueConstraint(
            "city_id",
            "matter_id",
            "office_id",
            "organ_id",
            name=op.f("uq_assistance_city_id_matter_id_office_id_organ_id"),
        ),
    )
    op.create_index("ix_assistance_office", "assistance", ["office_id", "ended_at", "organ_id", "matter_id"])
    # For those who ended their part too: the reading of posts asks for all handlers of the assisted matters.
    op.create_index("ix_handler_matter", "handler", ["city_id", "matter_id", "organ_id"])
    owned("assistance", read=f"({IN_SCOPE}) OR office_id = {TENANT}")
    for table, using in READS.items():
        op.execute(f"ALTER POLICY {table}_select ON {table} USING ({using})")
