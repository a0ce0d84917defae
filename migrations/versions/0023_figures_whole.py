"""Every cell of the yearly form that records can give: further kinds of acts, remedies against them, who took part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.figures import afresh

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KIND = "kind in ('penalty', 'licence', 'coercion', 'inspection', 'collection', 'requisition', 'other_act')"
OF_RECORDS = ("penalties.", "filings.", "licences.", "coercion.", "inspections.", "levies.")
"""What the indicators of enforcement acts began with before."""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_enforcement_record_kind"), "enforcement_record", type_="check")
    op.create_check_constraint(op.f("ck_enforcement_record_kind"), "enforcement_record", KIND)
    op.create_index(
        "ix_enforcement_record_filed",
        "enforcement_record",
        ["city_id", "body_id", "filed_up_on"],
        unique=False,
        postgresql_where=sa.text("filed_up_on is not null"),
    )
    op.add_column("activity", sa.Column("social_count", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_activity_social"), "activity", "social_count >= 0")
    afresh("activity", "activities.", "file_reviews.")
    afresh("enforcement_record", *OF_RECORDS)
