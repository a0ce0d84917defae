"""The reports on an opinion are found by it: the list of deadlines asks for those of each."""

from __future__ import annotations

from alembic import op

from migrations.rls import roles

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"SET LOCAL ROLE {roles().owner}")
    op.create_index("ix_government_report_instrument", "government_report", ["city_id", "instrument_id"])
