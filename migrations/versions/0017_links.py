"""Links to other systems: what goes out, what came in, and what does not agree."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, TENANT, for_definer, guard_file, owned

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"
"""Nobody above reads them: they hold keys, and what other systems write of citizens."""


def upgrade() -> None:
    _tables()
    for table in ("link", "parcel", "arrival", "link_difference"):
        owned(table, read=OWN_ROWS)
    owned("link_nonce", read=OWN_ROWS, update=False, delete=True)
    owned("link_check", read=OWN_ROWS, update=False)
    for_definer("link", "select")
    guard_file("links.sql")


def _tables() -> None:
    op.create_table(
        "link",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("secret_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("last_error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("feed_xid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("feed_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind in ('provincial', 'hotline', 'discipline', 'media', 'message', 'webhook')", name=op.f("ck_link_kind")
        ),
        sa.CheckConstraint("state in ('enabled', 'paused')", name=op.f("ck_link_state")),
        sa.CheckConstraint("suite in ('hmac-sm3', 'sm2')", name=op.f("ck_link_suite")),
        sa.CheckConstraint("failures >= 0 and feed_xid >= 0 and feed_seq >= 0", name=op.f("ck_link_counts")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_link")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_link_city_id_organ_id_id")),
        sa.UniqueConstraint("city_id", "organ_id", "name", name=op.f("uq_link_city_id_organ_id_name")),
    )
    op.create_table(
        "parcel",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'waiting') = (settled_at is null)", name=op.f("ck_parcel_settled")),
        sa.CheckConstraint("state in ('waiting', 'received', 'refused', 'dead')", name=op.f("ck_parcel_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_parcel_attempts")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "link_id"],
            ["link.city_id", "link.organ_id", "link.id"],
            name=op.f("fk_parcel_city_id_organ_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_parcel")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "link_id", "key", name=op.f("uq_parcel_city_id_organ_id_link_id_key")
        ),
    )
    op.create_index(
        "ix_parcel_due",
        "parcel",
        ["city_id", "organ_id", "link_id", "id", "next_at", "attempts"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_parcel_list", "parcel", ["city_id", "organ_id", "link_id", "id"], unique=False)
    op.create_index("ix_parcel_state", "parcel", ["city_id", "organ_id", "link_id", "state", "id"], unique=False)
    op.create_index(
        "ix_parcel_subject",
        "parcel",
        ["city_id", "organ_id", "link_id", "subject_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "arrival",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("payload_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'refused') = (error <> '')", name=op.f("ck_arrival_refused")),
        sa.CheckConstraint("state in ('waiting', 'taken', 'refused', 'late')", name=op.f("ck_arrival_state")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "link_id"],
            ["link.city_id", "link.organ_id", "link.id"],
            name=op.f("fk_arrival_city_id_organ_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_arrival")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "link_id",
            "kind",
            "external_id",
            "version",
            name=op.f("uq_arrival_city_id_organ_id_link_id_kind_external_id_version"),
        ),
    )
    op.create_index("ix_arrival_list", "arrival", ["city_id", "organ_id", "link_id", "id"], unique=False)
    op.create_index("ix_arrival_state", "arrival", ["city_id", "organ_id", "link_id", "state", "id"], unique=False)
    op.create_table(
        "link_nonce",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "link_id"],
            ["link.city_id", "link.organ_id", "link.id"],
            name=op.f("fk_link_nonce_city_id_organ_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_link_nonce")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "link_id", "nonce", name=op.f("uq_link_nonce_city_id_organ_id_link_id_nonce")
        ),
    )
    op.create_index("ix_link_nonce_age", "link_nonce", ["city_id", "organ_id", "signed_at"], unique=False)
    op.create_table(
        "link_check",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("theirs", sa.BigInteger(), nullable=False),
        sa.Column("our_hash", sa.Text(), nullable=False),
        sa.Column("their_hash", sa.Text(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("direction in ('in', 'out')", name=op.f("ck_link_check_direction")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "link_id"],
            ["link.city_id", "link.organ_id", "link.id"],
            name=op.f("fk_link_check_city_id_organ_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_link_check")),
    )
    op.create_index("ix_link_check_list", "link_check", ["city_id", "organ_id", "link_id", "id"], unique=False)
    op.create_table(
        "link_difference",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("our_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("their_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("detail_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'settled') = (settled_at is not null)", name=op.f("ck_link_difference_settled")),
        sa.CheckConstraint("direction in ('in', 'out', 'register')", name=op.f("ck_link_difference_direction")),
        sa.CheckConstraint("state in ('open', 'repairing', 'settled')", name=op.f("ck_link_difference_state")),
        sa.CheckConstraint(
            "what in ('missing_here', 'missing_there', 'differs')", name=op.f("ck_link_difference_what")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "link_id"],
            ["link.city_id", "link.organ_id", "link.id"],
            name=op.f("fk_link_difference_city_id_organ_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_link_difference")),
    )
    op.create_index(
        "ix_link_difference_list", "link_difference", ["city_id", "organ_id", "link_id", "id"], unique=False
    )
    op.create_index(
        "uq_link_difference_open",
        "link_difference",
        ["city_id", "organ_id", "link_id", "kind", "direction", "external_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'settled'"),
    )
