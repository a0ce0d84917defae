"""Enforcement acts, the files and batches that bring them, and the lines that could not be taken (Arts. 11(5), 17)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import CITY, IN_SCOPE, TENANT, for_definer, guard_file, owned

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT} AND city_id = {CITY}"
SUPERVISED = f"({IN_SCOPE}) OR body_id = {TENANT}"
"""Beside the scope, which reaches departments alone, the body that supervises for the organ's government (Art. 5)."""


def upgrade() -> None:
    _records()
    _imports()
    _search()
    owned("enforcement_record", read=SUPERVISED)
    owned("record_import", read=OWN_ROWS)
    owned("quarantined_record", read=OWN_ROWS)
    owned("record_search")
    for_definer("enforcement_record", "select")
    for_definer("record_search", "select")
    guard_file("records.sql")


def _records() -> None:
    op.create_table(
        "enforcement_record",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("external_id", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("case_no", sa.Text(), server_default="", nullable=False),
        sa.Column("doc_no", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("item_code", sa.Text(), server_default="", nullable=False),
        sa.Column("item_name", sa.Text(), server_default="", nullable=False),
        sa.Column("business_line", sa.Text(), server_default="", nullable=False),
        sa.Column("act_place_division", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure", sa.Text(), server_default="", nullable=False),
        sa.Column("is_major", sa.Boolean(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=True),
        sa.Column("party_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("party_name", sa.Text(), server_default="", nullable=False),
        sa.Column("party_uscc", sa.Text(), server_default="", nullable=False),
        sa.Column("party_hash", sa.LargeBinary(), nullable=True),
        sa.Column("party_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("party_age", sa.Integer(), nullable=True),
        sa.Column("officer_certs", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("officers_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("act_started_on", sa.Date(), nullable=True),
        sa.Column("act_ended_on", sa.Date(), nullable=True),
        sa.Column("discovered_on", sa.Date(), nullable=True),
        sa.Column("clue_received_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("survey_ended_on", sa.Date(), nullable=True),
        sa.Column("evidence_registered_on", sa.Date(), nullable=True),
        sa.Column("evidence_handled_on", sa.Date(), nullable=True),
        sa.Column("correction_ordered_on", sa.Date(), nullable=True),
        sa.Column("legal_review_on", sa.Date(), nullable=True),
        sa.Column("notice_served_on", sa.Date(), nullable=True),
        sa.Column("defence_due_on", sa.Date(), nullable=True),
        sa.Column("defence_received_on", sa.Date(), nullable=True),
        sa.Column("hearing_requested_on", sa.Date(), nullable=True),
        sa.Column("hearing_notice_served_on", sa.Date(), nullable=True),
        sa.Column("hearing_held_on", sa.Date(), nullable=True),
        sa.Column("discussed_on", sa.Date(), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_from", sa.Date(), nullable=True),
        sa.Column("held_to", sa.Date(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("urged_on", sa.Date(), nullable=True),
        sa.Column("court_applied_on", sa.Date(), nullable=True),
        sa.Column("transferred_on", sa.Date(), nullable=True),
        sa.Column("filed_up_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("excluded_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("extended_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("promised_days", sa.Integer(), nullable=True),
        sa.Column("legal_review_result", sa.Text(), server_default="", nullable=False),
        sa.Column("hearing_right_told", sa.Boolean(), nullable=True),
        sa.Column("waived_defence", sa.Boolean(), nullable=True),
        sa.Column("service_manner", sa.Text(), server_default="", nullable=False),
        sa.Column("close_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("follow_up", sa.Text(), server_default="", nullable=False),
        sa.Column("measure", sa.Text(), server_default="", nullable=False),
        sa.Column("inspection_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("plan_no", sa.Text(), server_default="", nullable=False),
        sa.Column("yearly_cap", sa.Integer(), nullable=True),
        sa.Column("fine_fen", sa.BigInteger(), nullable=True),
        sa.Column("proposed_fine_fen", sa.BigInteger(), nullable=True),
        sa.Column("confiscated_fen", sa.BigInteger(), nullable=True),
        sa.Column("illegal_gain_fen", sa.BigInteger(), nullable=True),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=True),
        sa.Column("goods_value_fen", sa.BigInteger(), nullable=True),
        sa.Column("surcharge_fen", sa.BigInteger(), nullable=True),
        sa.Column("fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("levied_fen", sa.BigInteger(), nullable=True),
        sa.Column("collected_fen", sa.BigInteger(), nullable=True),
        sa.Column("cost_fen", sa.BigInteger(), nullable=True),
        sa.Column("collected_on_spot", sa.Boolean(), nullable=True),
        sa.Column("payee_account", sa.Text(), server_default="", nullable=False),
        sa.Column("penalty_kinds", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("basis", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("benchmark_code", sa.Text(), server_default="", nullable=False),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column("quality", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind in ('penalty', 'licence', 'coercion', 'inspection', 'collection')",
            name=op.f("ck_enforcement_record_kind"),
        ),
        sa.CheckConstraint("party_kind <> 'citizen' or party_uscc = ''", name=op.f("ck_enforcement_record_citizen")),
        sa.CheckConstraint(
            "party_kind in ('', 'citizen', 'legal_person', 'other_organisation', 'individual_business')",
            name=op.f("ck_enforcement_record_party_kind"),
        ),
        sa.CheckConstraint("source <> '' and external_id <> ''", name=op.f("ck_enforcement_record_identity")),
        sa.CheckConstraint(
            "coalesce(fine_fen, 0) between 0 and 1000000000000000 and coalesce(proposed_fine_fen, 0) between 0 and 1000000000000000 and coalesce(confiscated_fen, 0) between 0 and 1000000000000000 and coalesce(illegal_gain_fen, 0) between 0 and 1000000000000000 and coalesce(refunded_fen, 0) between 0 and 1000000000000000 and coalesce(goods_value_fen, 0) between 0 and 1000000000000000 and coalesce(surcharge_fen, 0) between 0 and 1000000000000000 and coalesce(fee_fen, 0) between 0 and 1000000000000000 and coalesce(levied_fen, 0) between 0 and 1000000000000000 and coalesce(collected_fen, 0) between 0 and 1000000000000000 and coalesce(cost_fen, 0) between 0 and 1000000000000000",
            name=op.f("ck_enforcement_record_money"),
        ),
        sa.CheckConstraint(
            "officers_count >= 0 and excluded_days >= 0 and extended_days >= 0",
            name=op.f("ck_enforcement_record_counts"),
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_enforcement_record_version")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_enforcement_record")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_enforcement_record_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "source",
            "external_id",
            name=op.f("uq_enforcement_record_city_id_organ_id_source_external_id"),
        ),
    )
    op.create_index(
        "ix_enforcement_record_import", "enforcement_record", ["city_id", "organ_id", "import_id", "id"], unique=False
    )
    op.create_index(
        "ix_enforcement_record_list",
        "enforcement_record",
        ["city_id", "organ_id", "kind", "acted_on", "id"],
        unique=False,
    )


def _imports() -> None:
    op.create_table(
        "record_import",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), server_default="", nullable=False),
        sa.Column("encoding", sa.Text(), server_default="", nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stale", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("organ_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "(finished_at is not null) = (state in ('done', 'failed'))", name=op.f("ck_record_import_finished")
        ),
        sa.CheckConstraint("format in ('jsonl', 'csv', 'xlsx', 'api')", name=op.f("ck_record_import_format")),
        sa.CheckConstraint("state in ('waiting', 'running', 'done', 'failed')", name=op.f("ck_record_import_state")),
        sa.CheckConstraint("position >= 0 and position <= size", name=op.f("ck_record_import_position")),
        sa.CheckConstraint("read = accepted + stale + quarantined", name=op.f("ck_record_import_counts")),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_record_import")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_record_import_city_id_organ_id_id")),
    )
    op.create_table(
        "quarantined_record",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_text", sa.Text(), server_default="", nullable=False),
        sa.Column("raw_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'waiting') = (handled_at is null)", name=op.f("ck_quarantined_record_handled")),
        sa.CheckConstraint(
            "state in ('waiting', 'resubmitted', 'discarded')", name=op.f("ck_quarantined_record_state")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "import_id"],
            ["record_import.city_id", "record_import.organ_id", "record_import.id"],
            name=op.f("fk_quarantined_record_city_id_organ_id_import_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_quarantined_record")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "import_id",
            "line",
            name=op.f("uq_quarantined_record_city_id_organ_id_import_id_line"),
        ),
    )
    op.create_index(
        "ix_quarantined_record_import",
        "quarantined_record",
        ["city_id", "organ_id", "import_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "ix_quarantined_record_list", "quarantined_record", ["city_id", "organ_id", "state", "id"], unique=False
    )


def _search() -> None:
    op.create_table(
        "record_search",
        sa.Column("terms", postgresql.TSVECTOR(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "id"],
            ["enforcement_record.city_id", "enforcement_record.organ_id", "enforcement_record.id"],
            name=op.f("fk_record_search_city_id_organ_id_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_record_search")),
    )
    op.create_index("ix_record_search_terms", "record_search", ["terms"], unique=False, postgresql_using="gin")
