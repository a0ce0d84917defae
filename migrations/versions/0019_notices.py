"""API keys, delivery of notices outside the product, outgoing webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, TENANT, for_definer, guard_file, owned

revision = "0019"
down_revision = "0012"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"


def upgrade() -> None:
    _keys()
    owned("api_key", read=OWN_ROWS)
    owned("api_key_secret", read=OWN_ROWS)
    owned("api_key_use", read=OWN_ROWS, update=False)
    for_definer("api_key", "select")
    for_definer("api_key_secret", "select")
    for_definer("api_key_use", "select", "update")
    guard_file("notices.sql")


def _keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("revoke_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(revoked_at is null) = (revoked_by_name = '')", name=op.f("ck_api_key_revoked")),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_api_key_scopes")),
        sa.CheckConstraint("per_minute between 1 and 6000", name=op.f("ck_api_key_per_minute")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_api_key_city_id_organ_id_id")),
        sa.UniqueConstraint("city_id", "organ_id", "name", name=op.f("uq_api_key_city_id_organ_id_name")),
    )
    op.create_table(
        "api_key_secret",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_api_key_secret_token_hash")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "key_id"],
            ["api_key.city_id", "api_key.organ_id", "api_key.id"],
            name=op.f("fk_api_key_secret_city_id_organ_id_key_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_api_key_secret")),
    )
    op.create_index("ix_api_key_secret_hash", "api_key_secret", ["token_hash"], unique=False)
    op.create_index("ix_api_key_secret_key", "api_key_secret", ["city_id", "key_id"], unique=False)
    op.create_table(
        "api_key_use",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_from", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("calls >= 0", name=op.f("ck_api_key_use_calls")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "key_id"],
            ["api_key.city_id", "api_key.organ_id", "api_key.id"],
            name=op.f("fk_api_key_use_city_id_organ_id_key_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_api_key_use")),
        sa.UniqueConstraint("city_id", "organ_id", "key_id", name=op.f("uq_api_key_use_city_id_organ_id_key_id")),
        postgresql_with={"fillfactor": "50"},
    )
