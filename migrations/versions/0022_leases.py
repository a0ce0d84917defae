"""Exchanges with other systems outside every transaction: who is at it, and until when (Arts. 17, 18)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rls import CITY, TENANT, owned

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"
CLAIMED = ("notice_sending", "webhook_message")


def upgrade() -> None:
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
