"""API keys, delivery of notices outside the product, outgoing webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, TENANT, for_definer, guard_file, owned

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"


def upgrade() -> None:
    _keys()
    _notices()
    _webhooks()
    for table in ("api_key", "api_key_secret", "notice_sending", "notice_delivery"):
        owned(table, read=OWN_ROWS)
    for table in ("webhook_endpoint", "webhook_message"):
        owned(table, read=OWN_ROWS)
    for table in ("api_key_use", "notice_reading", "webhook_attempt"):
        owned(table, read=OWN_ROWS, update=False)
    for table in ("notice_address", "notice_preference", "notice_hours"):
        owned(table, read=OWN_ROWS, delete=True)
    for_definer("api_key", "select")
    for_definer("api_key_secret", "select")
    for_definer("api_key_use", "select", "update")
    for_definer("notice_address", "select")
    for_definer("notice_sending", "select", "update")
    for_definer("notice_delivery", "select", "update")
    for_definer("webhook_endpoint", "select")
    for_definer("webhook_message", "select", "update")
    guard_file("notices.sql", {"guard.notice_rings": "owner", "guard.outbox_id": "definer"})
    op.execute(
        "CREATE TRIGGER notice_rings AFTER INSERT ON notice REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION guard.notice_rings()"
    )


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


def _notices() -> None:
    op.create_table(
        "notice_address",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("code_sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("channel in ('email', 'sms', 'message')", name=op.f("ck_notice_address_channel")),
        sa.CheckConstraint("tries between 0 and 5", name=op.f("ck_notice_address_tries")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_notice_address")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "person_id",
            "channel",
            name=op.f("uq_notice_address_city_id_organ_id_person_id_channel"),
        ),
    )
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("channels <@ array['email', 'sms', 'message']", name=op.f("ck_notice_preference_channels")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_notice_preference")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "person_id",
            "kind",
            name=op.f("uq_notice_preference_city_id_organ_id_person_id_kind"),
        ),
    )
    op.create_table(
        "notice_hours",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "quiet_from between 0 and 1439 and quiet_until between 0 and 1439", name=op.f("ck_notice_hours_minutes")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_notice_hours")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "person_id", name=op.f("uq_notice_hours_city_id_organ_id_person_id")
        ),
    )
    op.create_table(
        "notice_sending",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gateway", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'handed') = (handed_at is not null)", name=op.f("ck_notice_sending_handed")),
        sa.CheckConstraint("(state = 'waiting') = (wake_at is not null)", name=op.f("ck_notice_sending_wake")),
        sa.CheckConstraint("channel in ('email', 'sms', 'message')", name=op.f("ck_notice_sending_channel")),
        sa.CheckConstraint("purpose in ('notice', 'digest', 'code', 'test')", name=op.f("ck_notice_sending_purpose")),
        sa.CheckConstraint("state in ('waiting', 'handed', 'dead')", name=op.f("ck_notice_sending_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_notice_sending_attempts")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_notice_sending")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_notice_sending_city_id_organ_id_id")),
    )
    op.create_index("ix_notice_sending_list", "notice_sending", ["city_id", "organ_id", "id"], unique=False)
    op.create_index(
        "ix_notice_sending_wake",
        "notice_sending",
        ["city_id", "wake_at", "id"],
        unique=False,
        postgresql_where=sa.text("wake_at is not null"),
    )
    op.create_table(
        "notice_delivery",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("statutory", sa.Boolean(), nullable=False),
        sa.Column("quiet_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending_id", sa.Uuid(), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("channel in ('email', 'sms', 'message')", name=op.f("ck_notice_delivery_channel")),
        sa.CheckConstraint("(sending_id is null) = (held_until is not null)", name=op.f("ck_notice_delivery_held")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "sending_id"],
            ["notice_sending.city_id", "notice_sending.organ_id", "notice_sending.id"],
            name=op.f("fk_notice_delivery_city_id_organ_id_sending_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "notice_id",
            "person_id",
            "channel",
            name=op.f("uq_notice_delivery_city_id_organ_id_notice_id_person_id_channel"),
        ),
    )
    op.create_index(
        "ix_notice_delivery_held",
        "notice_delivery",
        ["city_id", "held_until", "organ_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("held_until is not null"),
    )
    op.create_index("ix_notice_delivery_sending", "notice_delivery", ["city_id", "sending_id"], unique=False)
    op.create_table(
        "notice_reading",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_notice_reading")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "notice_id",
            "post_id",
            name=op.f("uq_notice_reading_city_id_organ_id_notice_id_post_id"),
        ),
    )


def _webhooks() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("secret_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("previous_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("feed_xid", sa.BigInteger(), nullable=False),
        sa.Column("feed_seq", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state in ('enabled', 'disabled', 'failing')", name=op.f("ck_webhook_endpoint_state")),
        sa.CheckConstraint(
            "(previous_cipher is null) = (previous_until is null)", name=op.f("ck_webhook_endpoint_previous")
        ),
        sa.CheckConstraint("cardinality(events) > 0", name=op.f("ck_webhook_endpoint_events")),
        sa.CheckConstraint("feed_xid >= 0 and feed_seq >= 0", name=op.f("ck_webhook_endpoint_feed")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_webhook_endpoint_city_id_organ_id_id")),
        sa.UniqueConstraint("city_id", "organ_id", "name", name=op.f("uq_webhook_endpoint_city_id_organ_id_name")),
    )
    op.create_table(
        "webhook_message",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'waiting') = (wake_at is not null)", name=op.f("ck_webhook_message_wake")),
        sa.CheckConstraint("state in ('waiting', 'delivered', 'dead')", name=op.f("ck_webhook_message_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_webhook_message_attempts")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "endpoint_id"],
            ["webhook_endpoint.city_id", "webhook_endpoint.organ_id", "webhook_endpoint.id"],
            name=op.f("fk_webhook_message_city_id_organ_id_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_webhook_message")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "endpoint_id",
            "entry_id",
            name=op.f("uq_webhook_message_city_id_organ_id_endpoint_id_entry_id"),
        ),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_webhook_message_city_id_organ_id_id")),
    )
    op.create_index(
        "ix_webhook_message_list", "webhook_message", ["city_id", "organ_id", "endpoint_id", "id"], unique=False
    )
    op.create_index(
        "ix_webhook_message_wake",
        "webhook_message",
        ["city_id", "wake_at", "id"],
        unique=False,
        postgresql_where=sa.text("wake_at is not null"),
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "message_id"],
            ["webhook_message.city_id", "webhook_message.organ_id", "webhook_message.id"],
            name=op.f("fk_webhook_attempt_city_id_organ_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_webhook_attempt")),
    )
    op.create_index(
        "ix_webhook_attempt_message", "webhook_attempt", ["city_id", "organ_id", "message_id", "id"], unique=False
    )
