"""Referrals, complaints about supervisors, commendations (Arts. 6, 18, 21, 23)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import TENANT, for_definer, guard_file, owned, roles

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT}"
"""Read by the tenant alone, whatever its scope: no level above and no line superior learns that there is one."""
NAMED = (
    f"{OWN_ROWS} AND referral_id IN (SELECT r.referral_id FROM public.referral_reader r"
    " WHERE r.post_id::text = current_setting('zs.reader', true))"
)
"""Besides, a named reader has to be declared: a query that was written without a thought of it finds nothing."""
OPEN = "state IN ('collecting', 'published')"
"""That a government collects nominations, or has published its list, is for every office to know."""
LISTED = f"list_id IN (SELECT l.id FROM public.commendation_list l WHERE l.government_id = {TENANT})"
"""Nominations are read with their list by the government that approves it."""


def upgrade() -> None:
    _tables()
    for table in ("referral", "conduct_complaint"):
        owned(table, read=OWN_ROWS)
    for table in ("referral_reader", "referral_dossier", "referral_file", "referral_step", "conduct_step"):
        owned(table, read=OWN_ROWS, update=False)
    owned("referral_content", read=NAMED)
    owned("commendation_list", read=f"{OWN_ROWS} OR government_id = {TENANT} OR ({OPEN} AND {TENANT} IS NOT NULL)")
    owned("nomination", read=f"{OWN_ROWS} OR nominated_by_id = {TENANT} OR {LISTED}")
    for table in ("referral", "conduct_complaint", "commendation_list", "nomination"):
        for_definer(table, "select")
    _replace_verification()
    guard_file("referrals.sql")


def _replace_verification() -> None:
    op.execute(f"SET LOCAL ROLE {roles().definer}")
    op.execute("DROP FUNCTION guard.verify_document(text)")
    op.execute(f"SET LOCAL ROLE {roles().owner}")


def _tables() -> None:
    op.create_table(
        "commendation_list",
        sa.Column("government_id", sa.Uuid(), nullable=False),
        sa.Column("government_name", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "state in ('collecting', 'submitted', 'approved', 'published')", name=op.f("ck_commendation_list_state")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_commendation_list")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_commendation_list_city_id_organ_id_id")),
        sa.UniqueConstraint("city_id", "organ_id", "year", name=op.f("uq_commendation_list_city_id_organ_id_year")),
    )
    op.create_index(
        "ix_commendation_list_government", "commendation_list", ["city_id", "government_id", "year", "id"], unique=False
    )
    op.create_index(
        "ix_commendation_list_published",
        "commendation_list",
        ["year", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "conduct_complaint",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject_organ_id", sa.Uuid(), nullable=False),
        sa.Column("subject_organ_name", sa.Text(), nullable=False),
        sa.Column("subject_person_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("subject_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("facts_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("source_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("source_mask", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("examiner_posts", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("examiner_names", sa.Text(), server_default="", nullable=False),
        sa.Column("findings_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("answer_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("consequences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "outcome in ('', 'founded', 'partly', 'unfounded')", name=op.f("ck_conduct_complaint_outcome")
        ),
        sa.CheckConstraint("position in ('supervisor', 'leader')", name=op.f("ck_conduct_complaint_position")),
        sa.CheckConstraint(
            "state in ('received', 'examining', 'answered', 'closed')", name=op.f("ck_conduct_complaint_state")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_conduct_complaint")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_conduct_complaint_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "receipt_hash", name=op.f("uq_conduct_complaint_city_id_organ_id_receipt_hash")
        ),
        sa.UniqueConstraint(
            "city_id", "organ_id", "year", "seq", name=op.f("uq_conduct_complaint_city_id_organ_id_year_seq")
        ),
    )
    op.create_index("ix_conduct_complaint_list", "conduct_complaint", ["city_id", "organ_id", "id"], unique=False)
    op.create_index("ix_conduct_complaint_receipt", "conduct_complaint", ["receipt_hash"], unique=False)
    op.create_index(
        "ix_conduct_complaint_wake",
        "conduct_complaint",
        ["wake_at", "id"],
        unique=False,
        postgresql_where=sa.text("wake_at is not null"),
    )
    op.create_table(
        "conduct_step",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_conduct_step")),
    )
    op.create_index(
        "ix_conduct_step_complaint", "conduct_step", ["city_id", "organ_id", "complaint_id", "id"], unique=False
    )
    op.create_table(
        "referral",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=True),
        sa.Column("addressee_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_by_name", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("manifest_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("manifest_sm3", sa.Text(), server_default="", nullable=False),
        sa.Column("archive_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("archive_size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("pdf_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("docx_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("verification_code", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("due_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind in ('discipline', 'criminal', 'urge_transfer')", name=op.f("ck_referral_kind")),
        sa.CheckConstraint("secrecy in ('public', 'internal')", name=op.f("ck_referral_secrecy")),
        sa.CheckConstraint(
            "state in ('draft', 'approved', 'declined', 'sent', 'acknowledged', 'resulted', 'returned')",
            name=op.f("ck_referral_state"),
        ),
        sa.CheckConstraint(
            "state not in ('sent', 'acknowledged') or archive_sha256 <> ''", name=op.f("ck_referral_sealed")
        ),
        sa.CheckConstraint(
            "decided_by is null or drafted_by is null or decided_by <> drafted_by", name=op.f("ck_referral_two_persons")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_referral")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_referral_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "kind",
            "origin",
            "source_id",
            name=op.f("uq_referral_city_id_organ_id_kind_origin_source_id"),
        ),
        sa.UniqueConstraint(
            "city_id", "organ_id", "kind", "year", "seq", name=op.f("uq_referral_city_id_organ_id_kind_year_seq")
        ),
    )
    op.create_index(
        "ix_referral_code",
        "referral",
        ["verification_code"],
        unique=False,
        postgresql_where=sa.text("verification_code <> ''"),
    )
    op.create_index(
        "ix_referral_wake", "referral", ["wake_at", "id"], unique=False, postgresql_where=sa.text("wake_at is not null")
    )
    op.create_table(
        "nomination",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("nominated_by_id", sa.Uuid(), nullable=False),
        sa.Column("nominated_by_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_name", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("officer_name", sa.Text(), server_default="", nullable=False),
        sa.Column("merits", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("review_note", sa.Text(), server_default="", nullable=False),
        sa.Column("reviewed_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(kind = 'person') = (officer_id is not null)", name=op.f("ck_nomination_officer")),
        sa.CheckConstraint("field in ('enforcement', 'supervision')", name=op.f("ck_nomination_field")),
        sa.CheckConstraint("kind in ('organ', 'person')", name=op.f("ck_nomination_kind")),
        sa.CheckConstraint("state in ('nominated', 'included', 'rejected')", name=op.f("ck_nomination_state")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "list_id"],
            ["commendation_list.city_id", "commendation_list.organ_id", "commendation_list.id"],
            name=op.f("fk_nomination_city_id_organ_id_list_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_nomination")),
    )
    op.create_index("ix_nomination_by", "nomination", ["city_id", "nominated_by_id", "id"], unique=False)
    op.create_index("ix_nomination_list", "nomination", ["city_id", "organ_id", "list_id", "id"], unique=False)
    op.create_index(
        "uq_nomination_organ",
        "nomination",
        ["city_id", "organ_id", "list_id", "nominee_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'organ'"),
    )
    op.create_index(
        "uq_nomination_person",
        "nomination",
        ["city_id", "organ_id", "list_id", "officer_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'person'"),
    )
    op.create_table(
        "referral_content",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("body_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "referral_id"],
            ["referral.city_id", "referral.organ_id", "referral.id"],
            name=op.f("fk_referral_content_city_id_organ_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_referral_content")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "referral_id", name=op.f("uq_referral_content_city_id_organ_id_referral_id")
        ),
    )
    op.create_table(
        "referral_dossier",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("manifest_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "referral_id"],
            ["referral.city_id", "referral.organ_id", "referral.id"],
            name=op.f("fk_referral_dossier_city_id_organ_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_referral_dossier")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "referral_id",
            "round",
            name=op.f("uq_referral_dossier_city_id_organ_id_referral_id_round"),
        ),
    )
    op.create_table(
        "referral_file",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("sm3", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "role in ('material', 'receipt', 'result', 'urging', 'letter', 'archive')",
            name=op.f("ck_referral_file_role"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "referral_id"],
            ["referral.city_id", "referral.organ_id", "referral.id"],
            name=op.f("fk_referral_file_city_id_organ_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_referral_file")),
    )
    op.create_index(
        "ix_referral_file_referral", "referral_file", ["city_id", "organ_id", "referral_id", "id"], unique=False
    )
    op.create_table(
        "referral_reader",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "referral_id"],
            ["referral.city_id", "referral.organ_id", "referral.id"],
            name=op.f("fk_referral_reader_city_id_organ_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_referral_reader")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "referral_id",
            "post_id",
            name=op.f("uq_referral_reader_city_id_organ_id_referral_id_post_id"),
        ),
    )
    op.create_index(
        "ix_referral_reader_post", "referral_reader", ["city_id", "organ_id", "post_id", "referral_id"], unique=False
    )
    op.create_table(
        "referral_step",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "referral_id"],
            ["referral.city_id", "referral.organ_id", "referral.id"],
            name=op.f("fk_referral_step_city_id_organ_id_referral_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_referral_step")),
    )
    op.create_index(
        "ix_referral_step_referral", "referral_step", ["city_id", "organ_id", "referral_id", "id"], unique=False
    )
    # ### end Alembic commands ###
